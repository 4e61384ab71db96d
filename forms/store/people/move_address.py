"""Give a contact another email address."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ...declared.address import Address, parse_address
from ...permission.record import Scope
from ..database.tables import contact, suppression
from ..records.rows import read_address
from ..records.store import Decide, Store
from ..records.suppression import add


def move_address(
    store: Store, contact_id: str, decide: Decide, address: Address, *, now: datetime
) -> bool:
    """Give the contact `address` if `decide`, called under its lock, returns entries.

    Suppressions of the old address are copied to the new one. Returns whether the contact moved:
    it stays if another contact has the address already.
    """
    try:
        return _move(store, contact_id, decide, address, now=now)
    except IntegrityError:
        # On PostgreSQL, another transaction has just taken the address; its row is visible now.
        return _move(store, contact_id, decide, address, now=now)


def _move(
    store: Store, contact_id: str, decide: Decide, address: Address, *, now: datetime
) -> bool:
    with store.database.writing() as connection:
        store.lock_contact(connection, contact_id)
        decision = decide(store.read_record(connection, contact_id, now))
        old_address = read_address(connection, contact_id)
        taken = select(contact.c.id).where(contact.c.key == address.key, contact.c.id != contact_id)
        if not decision.entries or not old_address or connection.execute(taken).first() is not None:
            return False
        values = {"address": address.typed, "key": address.key}
        connection.execute(update(contact).where(contact.c.id == contact_id).values(values))
        # After the update: `decision` lifts suppressions of the new address.
        store.write(connection, contact_id, decision, now=now)
        old = store.key.conceal(parse_address(old_address).key)
        new = store.key.conceal(address.key)
        if old != new:
            writer = store.writer(connection, now)
            query = select(suppression).where(suppression.c.address == old)
            for row in connection.execute(query).all():
                add(writer, new, Scope(row.scope), key_id=row.key_id, reason=row.reason)
        return True
