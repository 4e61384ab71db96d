"""Show people their own data and erase it, on the request that they confirmed by email."""

from datetime import datetime

from ...declared.address import parse_address
from ...declared.canonical import Json
from ..records.rows import read_address
from ..records.store import Decide, Store
from .erase import erase_in_transaction
from .export import export_person


def read_own_data(store: Store, contact_id: str) -> dict[str, Json] | None:
    """Return everything on record about a contact, or `None` if it is erased or unknown."""
    with store.database.reading() as connection:
        address = read_address(connection, contact_id)
        return export_person(connection, parse_address(address), store.key) if address else None


def erase_own_data(store: Store, contact_id: str, decide: Decide, *, now: datetime) -> bool:
    """Erase the contact if `decide`, called under its lock, returns entries.

    Returns whether it was erased.
    """
    with store.database.writing() as connection:
        store.lock_contact(connection, contact_id)
        decision = decide(store.read_record(connection, contact_id, now))
        if not decision.entries:
            return False
        return erase_in_transaction(connection, store, contact_id, decision, now=now)
