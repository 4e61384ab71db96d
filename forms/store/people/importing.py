"""Import people who opted in elsewhere, in one transaction: the whole file or nothing."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ...catalogue import Wording
from ...declared.address import Address
from ...permission.importing import Fault, Grant, import_grant
from ...permission.record import Record
from ..database.tables import contact, wording
from ..records.store import Store, lock_system_chain
from ..records.writing import insert_wordings


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Number of lines that were imported, and the lines that were not."""

    permitted: int
    left_out: tuple[Fault, ...]
    """Correct lines that the person's record forbids or makes unnecessary."""


class _DryRunError(Exception):
    """Rolls back the transaction of a dry run."""


def latest_wordings(connection: Connection) -> Mapping[tuple[str, str], Wording]:
    """Return the last loaded wording by purpose and language; imported ones don't count."""
    query = select(wording.c.body).order_by(wording.c.first_seen, wording.c.digest)
    texts = (Wording.model_validate_json(body) for body in connection.scalars(query))
    return {(text.purpose, text.language): text for text in texts if text.version > 0}


def import_grants(
    store: Store,
    grants: Sequence[Grant],
    *,
    now: datetime,
    dry_run: bool = False,
    step: Callable[[int, int], None] = lambda *_: None,
) -> ImportResult:
    """Write an `imported` event for each line that nothing forbids; durable on return.

    A dry run does the whole import and rolls it back, so that its result is exact.
    """
    permitted, left_out = 0, list[Fault]()
    with suppress(_DryRunError), store.database.writing(alone=True) as connection:
        known = set(connection.scalars(select(wording.c.digest)))
        lock_system_chain(connection)
        for number, grant in enumerate(grants, 1):
            if grant.wording.digest not in known:
                insert_wordings(store.writer(connection, now), [grant.wording])
                known.add(grant.wording.digest)
            record, new_row = _lock_and_read(connection, store, grant.address, now)
            decision = import_grant(grant, record)
            if isinstance(decision, str):
                left_out.append(Fault(grant.line, decision))
            else:
                if new_row is not None:
                    # On PostgreSQL, somebody may subscribe at this moment: then the unique key
                    # makes the whole import fail, rather than write to another chain. It can be
                    # run again.
                    connection.execute(insert(contact).values(new_row))
                store.write(connection, record.contact, decision, now=now)
                permitted += 1
            step(number, len(grants))
        if dry_run:
            raise _DryRunError
    return ImportResult(permitted=permitted, left_out=tuple(left_out))


def _lock_and_read(
    connection: Connection, store: Store, address: Address, now: datetime
) -> tuple[Record, dict[str, str] | None]:
    """Lock and return the record of `address`, or return an empty one and the row to insert."""
    query = select(contact.c.id).where(contact.c.key == address.key).with_for_update()
    contact_id = connection.scalar(query)
    if contact_id is not None:
        return store.read_record(connection, str(contact_id)), None
    row = store.contact_row(address, now)
    suppressed = store.suppressed_scopes(connection, address.key)
    return Record(contact=row["id"], suppressed=suppressed), row
