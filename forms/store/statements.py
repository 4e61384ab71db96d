"""What is said on each opt-in, put together once: building a statement is dearer than using it."""

from dataclasses import fields

from sqlalchemy import Executable, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ..ledger import Detail, Event
from .prepared import Prepared
from .tables import contact, detail, ledger, outbox, pending, suppression

SUBJECT = "subject_is"
CONTACT = "contact_is"
ADDRESS = "address_is"

CHAIN = Prepared(
    select(ledger).where(ledger.c.subject == bindparam(SUBJECT)).order_by(ledger.c.seq)
)
"""Columns in the order of the table."""
HEAD = Prepared(
    select(ledger.c.digest)
    .where(ledger.c.subject == bindparam(SUBJECT))
    .order_by(ledger.c.seq.desc())
    .limit(1)
)
LAST_SEQ = Prepared(select(ledger.c.seq).order_by(ledger.c.seq.desc()).limit(1))
KEY_OF = Prepared(select(contact.c.key).where(contact.c.id == bindparam(CONTACT)))
LOCK = Prepared(select(contact.c.id).where(contact.c.id == bindparam(CONTACT)).with_for_update())
SUPPRESSED = Prepared(
    select(suppression.c.scope).where(suppression.c.address == bindparam(ADDRESS))
)
ADD_EVENT = Prepared(insert(ledger))
ADD_DETAIL = Prepared(insert(detail))
ADD_PENDING = Prepared(insert(pending))
ADD_MAIL = Prepared(insert(outbox))

_EVENT = tuple(field.name for field in fields(Event))
_DETAIL = tuple(field.name for field in fields(Detail))


def event_row(event: Event) -> dict[str, object]:
    """The columns of an event; flat, so that nothing has to be copied deeply."""
    return {name: getattr(event, name) for name in _EVENT}


def detail_row(told: Detail) -> dict[str, object]:
    """The columns of a detail."""
    return {name: getattr(told, name) for name in _DETAIL}


def _lock_address(dialect: str) -> Prepared:
    row = (postgresql if dialect == "postgresql" else sqlite).insert(contact)
    upsert: Executable = row.on_conflict_do_update(
        index_elements=[contact.c.key], set_={"asked": row.excluded.asked}
    ).returning(contact.c.id)
    return Prepared(upsert)


LOCK_ADDRESS = {name: _lock_address(name) for name in ("sqlite", "postgresql")}
"""The contact of an address, new or known, locked: the insert waits for whoever else holds it."""
