"""What is said on each opt-in, put together once: building a statement is dearer than using it."""

from dataclasses import fields

from sqlalchemy import Executable, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ..ledger import Detail, Event
from .tables import contact, detail, ledger, outbox, pending, suppression

SUBJECT = "subject_is"
CONTACT = "contact_is"
ADDRESS = "address_is"

CHAIN = select(ledger).where(ledger.c.subject == bindparam(SUBJECT)).order_by(ledger.c.seq)
HEAD = (
    select(ledger.c.digest)
    .where(ledger.c.subject == bindparam(SUBJECT))
    .order_by(ledger.c.seq.desc())
    .limit(1)
)
LAST_SEQ = select(ledger.c.seq).order_by(ledger.c.seq.desc()).limit(1)
KEY_OF = select(contact.c.key).where(contact.c.id == bindparam(CONTACT))
LOCK = select(contact.c.id).where(contact.c.id == bindparam(CONTACT)).with_for_update()
SUPPRESSED = select(suppression.c.scope).where(suppression.c.address == bindparam(ADDRESS))
ADD_EVENT = insert(ledger)
ADD_DETAIL = insert(detail)
ADD_PENDING = insert(pending)
ADD_MAIL = insert(outbox)

_EVENT = tuple(field.name for field in fields(Event))
_DETAIL = tuple(field.name for field in fields(Detail))


def event_row(event: Event) -> dict[str, object]:
    """The columns of an event; flat, so that nothing has to be copied deeply."""
    return {name: getattr(event, name) for name in _EVENT}


def detail_row(told: Detail) -> dict[str, object]:
    """The columns of a detail."""
    return {name: getattr(told, name) for name in _DETAIL}


def _lock_address(dialect: str) -> Executable:
    row = (postgresql if dialect == "postgresql" else sqlite).insert(contact)
    upsert: Executable = row.on_conflict_do_update(
        index_elements=[contact.c.key], set_={"asked": row.excluded.asked}
    ).returning(contact.c.id)
    return upsert


LOCK_ADDRESS = {name: _lock_address(name) for name in ("sqlite", "postgresql")}
"""The contact of an address, new or known, locked: the insert waits for whoever else holds it."""
