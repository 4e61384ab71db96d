"""Table definitions for SQLite and PostgreSQL. The migrations create the tables.

Times are text in the format of `ledger.spell`, so that a digest is the same in both databases. An
absent value is the empty string, never NULL, so that it has one spelling.
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

INTEGER64 = BigInteger().with_variant(Integer, "sqlite")
"""64 bits in both; SQLite assigns row ids only to a type spelled INTEGER."""


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


setting = Table("setting", metadata, Column("name", Text, primary_key=True), *_texts("value"))
"""Settings that every process must agree on: the suppression key's fingerprint."""

wording = Table(
    "wording",
    metadata,
    Column("digest", Text, primary_key=True),
    *_texts("purpose", "language", "text", "body", "first_seen"),
)
"""Every wording that was ever loaded. `digest` is the hash of `body`, its canonical JSON."""

form = Table(
    "form",
    metadata,
    Column("version", Text, primary_key=True),
    *_texts("id", "body", "first_seen"),
)
"""Every version of every form that was ever loaded; `version` is the hash of `body`."""

contact = Table(
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address", Text),
    Column("key", Text, unique=True),
    *_texts("created", "asked"),
)
"""Addresses that were submitted. `asked` changes with each submission, so that every response costs
one durable write and its time doesn't depend on the address."""

ledger = Table(
    "ledger",
    metadata,
    Column("seq", INTEGER64, primary_key=True, autoincrement=False),
    *_texts("at", "subject", "purpose", "kind", "wording", "form", "form_version"),
    *_texts("page", "language", "campaign", "method", "detail", "prev", "digest"),
    Index(None, "subject", "seq"),
    # A chain can't fork: each event has one successor at most, and there is one first event.
    UniqueConstraint("subject", "prev"),
)

ledger_seq = Sequence("ledger_seq")
"""Numbers events on PostgreSQL; SQLite's single writer counts by itself."""

detail = Table(
    "detail",
    metadata,
    Column("event", INTEGER64, ForeignKey("ledger.seq"), primary_key=True, autoincrement=False),
    *_texts("salt", "body"),
)

pending = Table(
    "pending",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact", Text, ForeignKey("contact.id"), nullable=False, index=True),
    *_texts("events"),
    Column("expires", Text, nullable=False, index=True),
)
"""Open requests. `events` is a JSON list of the `requested` events, which name purpose, wording,
form and page."""

suppression = Table(
    "suppression",
    metadata,
    Column("address", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    *_texts("key_id", "reason", "at"),
)
"""`address` is the HMAC of the contact's key under the suppression key with id `key_id`."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", INTEGER64, primary_key=True),
    Column("dedupe", Text, nullable=False, unique=True),
    *_texts("template"),
    Column("contact", Text, ForeignKey("contact.id"), nullable=False, index=True),
    *_texts("events", "pending"),
    Column("because", INTEGER64, ForeignKey("ledger.seq"), nullable=False, index=True),
    *_texts("created", "due"),
    Column("attempts", Integer, nullable=False),
    *_texts("state", "message_id", "reply", "at"),
    Column("checked", INTEGER64, nullable=False),
    Index(None, "state", "due"),
)
"""Emails that are due, and their results. `due` of a claimed row is the end of its lease, `at` the
time of its last change, `checked` the contact's last event when the row was claimed."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("id", INTEGER64, primary_key=True),
    *_texts("at"),
    Column("last", INTEGER64, nullable=False),
    *_texts("heads", "key_id", "signature"),
)
"""Signed hashes over the heads of all chains up to the event `last`."""

webhook = Table(
    "webhook",
    metadata,
    Column("id", INTEGER64, primary_key=True),
    *_texts("endpoint"),
    Column("event", INTEGER64, ForeignKey("ledger.seq"), nullable=False),
    *_texts("created", "due"),
    Column("attempts", Integer, nullable=False),
    *_texts("state", "reply", "at"),
    UniqueConstraint("endpoint", "event", name="uq_webhook_endpoint_event"),
    Index(None, "state", "due"),
)
"""Deliveries of events to other programs. `endpoint` is the id of a URL in the environment. The
table holds nothing personal: the body is composed when it is sent."""

spent = Table(
    "spent",
    metadata,
    Column("nonce", Text, primary_key=True),
    *_texts("contact"),
    Column("expires", Text, nullable=False, index=True),
)
"""Used proofs of work, each bound to one contact, until they have expired."""

APPEND_ONLY = ("ledger", "wording", "form", "checkpoint")
NEVER_UPDATED = (*APPEND_ONLY, "detail")
"""Rows of `detail` may be deleted: erasure does."""
