"""What one person may have done with their record: shown whole, moved to another address, erased.

Each is decided under the contact's lock and written in one transaction, as `Store` does it.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from ...declared.address import Address, parse_address
from ...declared.canonical import Json
from ...permission.record import Decision, Record, Scope
from ..database.tables import contact, suppression
from ..records.store import Store
from ..records.suppression import Suppression, add
from .erase import erase_in
from .export import export

Decide = Callable[[Record], Decision]


def everything(store: Store, contact_id: str) -> dict[str, Json] | None:
    """All that is on record of a contact; `None` for one that is erased or that there never was."""
    with store.database.reading() as connection:
        address = _address(connection, contact_id)
        return export(connection, parse_address(address), store.key) if address else None


def erase_by(store: Store, contact_id: str, decide: Decide, *, now: datetime) -> bool:
    """Erase the contact if `decide` says so. False: nothing was erased."""
    with store.database.writing() as connection:
        store.lock(connection, contact_id)
        decision = decide(store.record(connection, contact_id, now))
        if not decision.entries:
            return False
        return erase_in(connection, store, contact_id, decision, now=now)


def move(store: Store, contact_id: str, decide: Decide, address: Address, *, now: datetime) -> bool:
    """Give the contact another address if `decide` says so; what is suppressed goes along.

    False: nothing was moved, because it was decided so, or somebody has that address already.
    """
    try:
        return _move(store, contact_id, decide, address, now=now)
    except IntegrityError:
        # On PostgreSQL, somebody else took the address in this very moment: now that is seen.
        return _move(store, contact_id, decide, address, now=now)


def _move(
    store: Store, contact_id: str, decide: Decide, address: Address, *, now: datetime
) -> bool:
    with store.database.writing() as connection:
        store.lock(connection, contact_id)
        decision = decide(store.record(connection, contact_id, now))
        old = _address(connection, contact_id)
        taken = select(contact.c.id).where(contact.c.key == address.key, contact.c.id != contact_id)
        if not decision.entries or not old or connection.execute(taken).first() is not None:
            return False
        values = {"address": address.typed, "key": address.key}
        connection.execute(update(contact).where(contact.c.id == contact_id).values(values))
        # What is lifted is lifted of the new address.
        store.write(connection, contact_id, decision, now=now)
        _take_along(connection, store, parse_address(old).key, address.key, now)
        return True


def _take_along(connection: Connection, store: Store, old: str, new: str, now: datetime) -> None:
    there, here = store.key.conceal(new), store.key.conceal(old)
    rows = connection.execute(select(suppression).where(suppression.c.address == here)).all()
    for row in rows if here != there else ():
        wanted = Suppression(
            address=there, scope=Scope(row.scope), key_id=row.key_id, reason=row.reason
        )
        add(connection, wanted, now=now, salts=[store.fresh()])


def _address(connection: Connection, contact_id: str) -> str:
    query = select(contact.c.address).where(contact.c.id == contact_id)
    return str(connection.execute(query).scalar() or "")
