"""Prepared statements of the opt-in path: building one takes longer than running it."""

from dataclasses import fields

from sqlalchemy import Table, Text, any_, bindparam, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from ...permission.ledger import Detail, Event
from ..database.prepared import Prepared
from ..database.tables import contact, detail, ledger, ledger_seq, outbox, pending, suppression

CHAIN = Prepared(
    select(ledger).where(ledger.c.subject == bindparam("subject")).order_by(ledger.c.seq)
)
"""The columns are in the table's order."""
EVENT = Prepared(select(ledger).where(ledger.c.seq == bindparam("seq")))
PENDING = Prepared(
    select(pending.c.contact, pending.c.events, pending.c.expires).where(
        pending.c.id == bindparam("id")
    )
)
HEAD = Prepared(
    select(ledger.c.digest)
    .where(ledger.c.subject == bindparam("subject"))
    .order_by(ledger.c.seq.desc())
    .limit(1)
)
LAST_SEQ = Prepared(select(ledger.c.seq).order_by(ledger.c.seq.desc()).limit(1))
KEY_OF = Prepared(select(contact.c.key).where(contact.c.id == bindparam("id")))
LOCK = Prepared(select(contact.c.id).where(contact.c.id == bindparam("id")).with_for_update())
SUPPRESSED = Prepared(
    select(suppression.c.scope).where(suppression.c.address == bindparam("address"))
)
ADD_EVENT = Prepared(insert(ledger))
ADD_DETAIL = Prepared(insert(detail))
ADD_PENDING = Prepared(insert(pending))
ADD_MAIL = Prepared(insert(outbox))

_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in (Event, Detail)}


def row_of(value: Event | Detail) -> dict[str, object]:
    """Return the columns of an event or a detail; `dataclasses.asdict` would copy each deeply."""
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def insert_into(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can have an ON CONFLICT clause."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _lock_address(dialect: str) -> Prepared:
    row = insert_into(contact, dialect)
    upsert = row.on_conflict_do_update(
        index_elements=[contact.c.key], set_={"asked": row.excluded.asked}
    )
    return Prepared(upsert.returning(contact.c.id))


LOCK_ADDRESS = {name: _lock_address(name) for name in ("sqlite", "postgresql")}
"""Inserts or locks the contact of an address. It waits while another transaction holds the lock."""


# PostgreSQL only:

_TEXTS = postgresql.ARRAY(Text)
CHAINS = Prepared(
    select(ledger)
    .where(ledger.c.subject == any_(bindparam("subjects", type_=_TEXTS)))
    .order_by(ledger.c.seq)
)
"""`CHAIN` for several subjects."""
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
"""`LOCK_ADDRESS` for several addresses, locked in this order; no address may occur twice."""
NEXT_SEQS = Prepared(text(f"SELECT nextval('{ledger_seq.name}') FROM generate_series(1, :number)"))
"""Reserves `number` event numbers, ascending."""
