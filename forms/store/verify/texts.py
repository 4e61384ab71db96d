"""Verify wordings and forms: each matches its digest, and the event that loaded it."""

import json
from collections.abc import Generator, Iterable, Iterator

from sqlalchemy import Connection, Table, select

from ...catalogue import Wording
from ...declared.canonical import canonical_json, digest_of
from ...declared.findings import Finding
from ...permission.ledger import SYSTEM, Event, Kind
from ..database.tables import form, wording
from ..records.rows import read_chain


def read_system_chain(connection: Connection) -> tuple[Event, ...]:
    """Return the system's events, or none if a row is unreadable, which `check_chains` reports."""
    try:
        return read_chain(connection, SYSTEM)
    except ValueError:
        return ()


def check_wordings(
    connection: Connection, system: Iterable[Event]
) -> Generator[Finding, None, dict[str, Wording]]:
    """Compare each wording with its digest, its columns and the event that loaded it.

    Returns the readable wordings by digest.
    """
    wordings = {}
    loaded = {e.wording: e.at for e in system if e.kind is Kind.WORDING_LOADED}
    for row in connection.execute(select(wording).order_by(wording.c.digest)):
        place = f"wording {row.digest}"
        try:
            text = wordings[row.digest] = Wording.model_validate_json(row.body)
        except ValueError:
            yield Finding(place, "its body is unreadable")
            continue
        if text.to_json().decode() != row.body or text.digest != row.digest:
            yield Finding(place, "it was altered: its digest is not that of its text")
        if (text.purpose, text.language, text.text) != (row.purpose, row.language, row.text):
            yield Finding(place, "its columns differ from its body")
    yield from _check_loaded(connection, wording, loaded)
    return wordings


def check_forms(connection: Connection, system: Iterable[Event]) -> Iterator[Finding]:
    """Compare each version of each form with its digest, its id and the event that loaded it."""
    loaded = {e.form_version: e.at for e in system if e.kind is Kind.FORM_LOADED}
    for row in connection.execute(select(form).order_by(form.c.version)):
        place = f"form {row.version}"
        # Read as JSON, because the form of an older program may not fit today's model.
        try:
            body = json.loads(row.body)
        except ValueError:
            yield Finding(place, "its body is unreadable")
            continue
        if digest_of(body) != row.version or canonical_json(body).decode() != row.body:
            yield Finding(place, "it was altered: its version is not the digest of its body")
        elif body.get("id") != row.id:
            yield Finding(place, "its columns differ from its body")
    yield from _check_loaded(connection, form, loaded)


def _check_loaded(
    connection: Connection, table: Table, loaded: dict[str, str]
) -> Iterator[Finding]:
    [key] = table.primary_key.columns
    rows = connection.execute(select(key, table.c.first_seen).order_by(key))
    stored = {str(digest): first_seen for digest, first_seen in rows}
    for digest, first_seen in stored.items():
        if loaded.get(digest) != first_seen:
            yield Finding(f"{table.name} {digest}", "no event in the ledger loaded it at that time")
    for digest in sorted(loaded.keys() - stored.keys()):
        yield Finding(
            f"{table.name} {digest}", "the ledger says that it was loaded, but it is gone"
        )
