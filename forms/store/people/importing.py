"""Bringing in people who opted in elsewhere: one transaction, all of the file or nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ...catalogue import Wording
from ...declared.address import Address
from ...permission.importing import Fault, Grant, bring_in
from ...permission.ledger import SYSTEM, Entry, Kind, spell
from ...permission.record import Record
from ..database.tables import contact, setting, wording
from ..records.rows import append
from ..records.store import KEY_ID, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtIn:
    """What became of the lines of a file."""

    permitted: int
    left_out: tuple[Fault, ...]
    """Lines that are fine, and that something on record forbids or makes needless."""


class _UndoneError(Exception):
    """Takes the transaction of a dry run back."""


def known_wordings(connection: Connection) -> Mapping[tuple[str, str], Wording]:
    """Of each purpose and language the wording that was loaded last, but for imported ones."""
    query = select(wording.c.body).order_by(wording.c.first_seen, wording.c.digest)
    texts = (Wording.model_validate_json(body) for body in connection.execute(query).scalars())
    return {(text.purpose, text.language): text for text in texts if text.version > 0}


def import_grants(
    store: Store,
    grants: Iterable[Grant],
    *,
    now: datetime,
    dry_run: bool = False,
    step: Callable[[int], None] = lambda _done: None,
) -> BroughtIn:
    """Write an `imported` event for each line that nothing forbids; durable when it returns.

    A dry run does everything and takes it back: its answer is the true one.
    """
    done: list[BroughtIn] = []
    try:
        with store.database.writing(alone=True) as connection:
            done.append(_import(connection, store, grants, now, step))
            if dry_run:
                raise _UndoneError
    except _UndoneError:
        pass
    return done[0]


def _import(
    connection: Connection,
    store: Store,
    grants: Iterable[Grant],
    now: datetime,
    step: Callable[[int], None],
) -> BroughtIn:
    permitted, left_out, loaded = 0, [], set(connection.execute(select(wording.c.digest)).scalars())
    # The lock of the system's chain, which new wordings belong to.
    connection.execute(select(setting).where(setting.c.name == KEY_ID).with_for_update())
    for grant in grants:
        if grant.wording.digest not in loaded:
            _load(connection, store, grant.wording, now)
            loaded.add(grant.wording.digest)
        contact_id, record = _on_record(connection, store, grant.address)
        decision = bring_in(grant, record)
        if isinstance(decision, str):
            left_out.append(Fault(grant.line, decision))
        else:
            _lock(connection, contact_id, grant.address, now)
            store.write(connection, contact_id, decision, now=now)
            permitted += 1
        step(1)
    return BroughtIn(permitted=permitted, left_out=tuple(left_out))


def _on_record(connection: Connection, store: Store, address: Address) -> tuple[str, Record]:
    """Whoever has the address, locked; for a new one a fresh id, and what is suppressed."""
    query = select(contact.c.id).where(contact.c.key == address.key).with_for_update()
    known = connection.execute(query).scalar()
    if known is not None:
        return str(known), store.record(connection, str(known))
    fresh = store.fresh()
    suppressed = store.suppressions(connection, address.key)
    return fresh, Record(contact=fresh, suppressed=suppressed)


def _lock(connection: Connection, contact_id: str, address: Address, now: datetime) -> None:
    """The contact's row, new or known. On PostgreSQL, somebody who subscribes in this very moment
    makes the whole import fail: it is tried again, rather than written to the wrong chain."""
    there = select(contact.c.id).where(contact.c.id == contact_id)
    if connection.execute(there).one_or_none() is None:
        moment = spell(now)
        row = {"address": address.typed, "key": address.key, "created": moment, "asked": moment}
        connection.execute(insert(contact).values(id=contact_id, **row))


def _load(connection: Connection, store: Store, text: Wording, now: datetime) -> None:
    columns = {"purpose": text.purpose, "language": text.language, "text": text.text}
    body, seen = text.spelled().decode(), spell(now)
    connection.execute(
        insert(wording).values(digest=text.digest, body=body, first_seen=seen, **columns)
    )
    entry = Entry(kind=Kind.WORDING_LOADED, wording=text.digest, purpose=text.purpose)
    append(connection, SYSTEM, [entry], at=now, salts=[store.fresh()])
