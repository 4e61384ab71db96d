"""The tables, for SQLite and PostgreSQL alike. The migrations make them; this is how we name them.

Times are text as `ledger.spell` writes them, so that a digest is the same in both databases. What
an event does not have is the empty string, never NULL: there is one spelling of nothing.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

WHOLE = BigInteger().with_variant(Integer, "sqlite")
"""64 bits in both; SQLite numbers rows by itself only where the type is spelled INTEGER."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


setting = Table("setting", metadata, Column("name", Text, primary_key=True), _text("value"))
"""What the database must agree on with those who open it: the suppression key's fingerprint."""

wording = Table(
    "wording",
    metadata,
    Column("digest", Text, primary_key=True),
    _text("purpose"),
    _text("language"),
    _text("text"),
    _text("body"),
    _text("first_seen"),
)
"""Every wording that was ever loaded. `body` is the canonical JSON that `digest` is taken of."""

form = Table(
    "form",
    metadata,
    Column("version", Text, primary_key=True),
    _text("id"),
    _text("body"),
    _text("first_seen"),
)
"""Every version of every form that was ever loaded, in the same way."""

contact = Table(
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address", Text),
    Column("key", Text, unique=True),
    _text("created"),
    _text("asked"),
)
"""Who was ever typed into a form. `asked` changes with each submission, so that every answer costs
one durable write, whoever it is about: times must not tell people apart."""

ledger = Table(
    "ledger",
    metadata,
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    _text("at"),
    _text("subject"),
    _text("purpose"),
    _text("kind"),
    _text("wording"),
    _text("form"),
    _text("form_version"),
    _text("page"),
    _text("language"),
    _text("campaign"),
    _text("method"),
    _text("detail"),
    _text("prev"),
    _text("digest"),
    Index(None, "subject", "seq"),
    # A chain cannot fork: each event is followed by one at most, and there is one beginning.
    UniqueConstraint("subject", "prev"),
)

ledger_seq = Sequence("ledger_seq")
"""Numbers events on PostgreSQL; SQLite has one writer, who counts."""

detail = Table(
    "detail",
    metadata,
    Column("event", WHOLE, ForeignKey("ledger.seq"), primary_key=True, autoincrement=False),
    _text("salt"),
    _text("body"),
)

pending = Table(
    "pending",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact", Text, ForeignKey("contact.id"), nullable=False, index=True),
    _text("events"),
    Column("expires", Text, nullable=False, index=True),
)
"""`events` is a JSON list of the `requested` events: they name purpose, wording, form and page."""

suppression = Table(
    "suppression",
    metadata,
    Column("address", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    _text("key_id"),
    _text("reason"),
    _text("at"),
)
"""`address` is the HMAC of the contact's key under the suppression key with id `key_id`."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", WHOLE, primary_key=True),
    Column("dedupe", Text, nullable=False, unique=True),
    _text("template"),
    Column("contact", Text, ForeignKey("contact.id"), nullable=False, index=True),
    _text("events"),
    _text("pending"),
    Column("because", WHOLE, ForeignKey("ledger.seq"), nullable=False, index=True),
    _text("created"),
    _text("due"),
    Column("attempts", Integer, nullable=False),
    _text("state"),
    _text("message_id"),
    _text("reply"),
    _text("at"),
    Column("checked", WHOLE, nullable=False),
    Index(None, "state", "due"),
)
"""Mails that are owed, and what became of them. `due` of a claimed row is when its lease ends; `at`
is when the last thing happened to it; `checked` is the contact's last event when it was claimed."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("id", WHOLE, primary_key=True),
    _text("at"),
    Column("last", WHOLE, nullable=False),
    _text("heads"),
    _text("key_id"),
    _text("signature"),
)
"""The heads of all chains up to the event `last`, hashed and signed."""

webhook = Table(
    "webhook",
    metadata,
    Column("id", WHOLE, primary_key=True),
    _text("endpoint"),
    Column("event", WHOLE, ForeignKey("ledger.seq"), nullable=False),
    _text("created"),
    _text("due"),
    Column("attempts", Integer, nullable=False),
    _text("state"),
    _text("reply"),
    _text("at"),
    UniqueConstraint("endpoint", "event", name="uq_webhook_endpoint_event"),
    Index(None, "state", "due"),
)
"""Events that other programs are told of. `endpoint` is the id of an address in the environment;
nothing personal is in here: what is sent is made when it is sent."""

spent = Table(
    "spent",
    metadata,
    Column("nonce", Text, primary_key=True),
    _text("contact"),
    Column("expires", Text, nullable=False, index=True),
)
"""Proofs of work that were used, each for one contact, for as long as somebody might bring it."""

APPEND_ONLY = ("ledger", "wording", "form", "checkpoint")
NEVER_UPDATED = (*APPEND_ONLY, "detail")
"""`detail` may be deleted: erasure does."""
