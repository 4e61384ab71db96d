"""What is said on each opt-in, put together once: building a statement is dearer than using it."""

from dataclasses import fields

from sqlalchemy import Executable, Text, any_, bindparam, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from ...permission.ledger import Detail, Event
from ..database.prepared import Prepared
from ..database.tables import contact, detail, ledger, ledger_seq, outbox, pending, suppression

SUBJECT = "subject_is"
CONTACT = "contact_is"
ADDRESS = "address_is"
PENDING_ID = "pending_is"
SEQ = "seq_is"

CHAIN = Prepared(
    select(ledger).where(ledger.c.subject == bindparam(SUBJECT)).order_by(ledger.c.seq)
)
"""Columns in the order of the table."""
EVENT = Prepared(select(ledger).where(ledger.c.seq == bindparam(SEQ)))
PENDING = Prepared(
    select(pending.c.contact, pending.c.events, pending.c.expires).where(
        pending.c.id == bindparam(PENDING_ID)
    )
)
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


# What follows is for PostgreSQL alone.

_TEXTS = postgresql.ARRAY(Text)
CHAINS = Prepared(
    select(ledger)
    .where(ledger.c.subject == any_(bindparam("subjects", type_=_TEXTS)))
    .order_by(ledger.c.seq)
)
"""The chains of several, as `CHAIN`."""
SUPPRESSED_AMONG = Prepared(
    select(suppression.c.address, suppression.c.scope).where(
        suppression.c.address == any_(bindparam("addresses", type_=_TEXTS))
    )
)
LOCK_ADDRESSES = Prepared(
    text(
        "INSERT INTO contact (id, address, key, created, asked) "
        "SELECT * FROM unnest(CAST(:id AS text[]), CAST(:address AS text[]), CAST(:key AS text[]), "
        "CAST(:created AS text[]), CAST(:asked AS text[])) "
        "ON CONFLICT (key) DO UPDATE SET asked = excluded.asked RETURNING key, id"
    )
)
"""As `LOCK_ADDRESS`, in the order in which they are given; no address may come twice."""
NEXT_SEQS = Prepared(text(f"SELECT nextval('{ledger_seq.name}') FROM generate_series(1, :number)"))
"""So many numbers for new events, ascending."""
