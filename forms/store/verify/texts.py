"""Wordings and forms: each is what its digest says, first seen when the system's chain says."""

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from ...catalogue import Wording
from ...declared.canonical import canonical_json, digest_of
from ...permission.ledger import SYSTEM, Event, Kind
from ..database.tables import form, wording
from ..records.rows import read_chain
from .finding import Finding


def system_chain(connection: Connection) -> tuple[Event, ...]:
    """The system's events; empty where a row cannot even be read (the chains' check says so)."""
    try:
        return read_chain(connection, SYSTEM)
    except ValueError:
        return ()


def read_valid_wordings(connection: Connection) -> dict[str, Wording]:
    """The wordings that can be read; the others are found by `wordings`."""
    found = {}
    for row in connection.execute(select(wording.c.digest, wording.c.body)):
        try:
            found[row.digest] = Wording.model_validate_json(row.body)
        except ValueError:
            continue
    return found


def check_wordings(connection: Connection, system: Iterable[Event]) -> Iterator[Finding]:
    """Each wording against its digest, its columns and the event that loaded it."""
    seen = {e.wording: e.at for e in system if e.kind is Kind.WORDING_LOADED}
    for row in connection.execute(select(wording).order_by(wording.c.digest)):
        place = f"wording {row.digest}"
        try:
            text = Wording.model_validate_json(row.body)
        except ValueError:
            yield Finding(place, "its body cannot be read")
            continue
        if text.spelled().decode() != row.body or text.digest != row.digest:
            yield Finding(place, "its text is not the one that was shown: the digest differs")
        if (text.purpose, text.language, text.text) != (row.purpose, row.language, row.text):
            yield Finding(place, "its columns are not those of its body")
        if seen.get(row.digest) != row.first_seen:
            yield Finding(place, "the ledger does not say that it was first seen then")
    yield from _lost("wording", seen, connection.scalars(select(wording.c.digest)))


def check_forms(connection: Connection, system: Iterable[Event]) -> Iterator[Finding]:
    """Each version of each form in the same way."""
    seen = {e.form_version: e.at for e in system if e.kind is Kind.FORM_LOADED}
    for row in connection.execute(select(form).order_by(form.c.version)):
        place = f"form {row.version}"
        # The digest of the text as it is: an older program's form need not fit today's model.
        try:
            body = json.loads(row.body)
        except ValueError:
            yield Finding(place, "its body cannot be read")
            continue
        if digest_of(body) != row.version or canonical_json(body).decode() != row.body:
            yield Finding(place, "it is not what was loaded: the digest differs")
        elif body.get("id") != row.id:
            yield Finding(place, "its columns are not those of its body")
        if seen.get(row.version) != row.first_seen:
            yield Finding(place, "the ledger does not say that it was first seen then")
    yield from _lost("form", seen, connection.scalars(select(form.c.version)))


def _lost(table: str, seen: Iterable[str], there: Iterable[str]) -> Iterator[Finding]:
    for digest in sorted(set(seen) - set(there)):
        yield Finding(f"{table} {digest}", "the ledger says that it was loaded, and it is gone")
