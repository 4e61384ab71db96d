"""The first tables, and the triggers that make the ledger append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
APPEND_ONLY = {"ledger": "seq", "wording": "digest", "form": "version", "checkpoint": "id"}
NEVER_UPDATED = {**APPEND_ONLY, "detail": "event"}


def upgrade() -> None:
    """Create all tables and triggers."""
    _references()
    _evidence()
    _work()
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("ledger_seq")))
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def downgrade() -> None:
    """Refuse, because it would destroy evidence."""
    raise NotImplementedError("the first tables hold evidence and are never dropped")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _references() -> None:
    op.create_table(
        "setting",
        _text("name"),
        _text("value"),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "wording",
        *map(_text, ("digest", "purpose", "language", "text", "body", "first_seen")),
        sa.PrimaryKeyConstraint("digest", name="pk_wording"),
    )
    op.create_table(
        "form",
        *map(_text, ("version", "id", "body", "first_seen")),
        sa.PrimaryKeyConstraint("version", name="pk_form"),
    )
    op.create_table(
        "contact",
        _text("id"),
        sa.Column("address", sa.Text),
        sa.Column("key", sa.Text),
        _text("created"),
        _text("asked"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("key", name="uq_contact_key"),
    )


def _evidence() -> None:
    names = "at subject purpose kind wording form form_version page language campaign method"
    op.create_table(
        "ledger",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        *map(_text, (*names.split(), "detail", "prev", "digest")),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
        sa.UniqueConstraint("subject", "prev", name="uq_ledger_subject_prev"),
    )
    op.create_index("ix_ledger_subject_seq", "ledger", ["subject", "seq"])
    op.create_table(
        "detail",
        sa.Column("event", WHOLE, autoincrement=False, nullable=False),
        _text("salt"),
        _text("body"),
        sa.PrimaryKeyConstraint("event", name="pk_detail"),
        sa.ForeignKeyConstraint(["event"], ["ledger.seq"], name="fk_detail_event_ledger"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", WHOLE, nullable=False),
        _text("at"),
        sa.Column("last", WHOLE, nullable=False),
        *map(_text, ("heads", "key_id", "signature")),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoint"),
    )


def _work() -> None:
    op.create_table(
        "pending",
        *map(_text, ("id", "contact", "events", "expires")),
        sa.PrimaryKeyConstraint("id", name="pk_pending"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_pending_contact_contact"),
    )
    op.create_index("ix_pending_contact", "pending", ["contact"])
    op.create_index("ix_pending_expires", "pending", ["expires"])
    op.create_table(
        "suppression",
        *map(_text, ("address", "scope", "key_id", "reason", "at")),
        sa.PrimaryKeyConstraint("address", "scope", name="pk_suppression"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", WHOLE, nullable=False),
        *map(_text, ("dedupe", "template", "contact", "events", "pending")),
        sa.Column("because", WHOLE, nullable=False),
        *map(_text, ("created", "due")),
        sa.Column("attempts", sa.Integer, nullable=False),
        *map(_text, ("state", "message_id", "reply", "at")),
        sa.Column("checked", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe", name="uq_outbox_dedupe"),
        sa.ForeignKeyConstraint(["contact"], ["contact.id"], name="fk_outbox_contact_contact"),
        sa.ForeignKeyConstraint(["because"], ["ledger.seq"], name="fk_outbox_because_ledger"),
    )
    for columns in (["contact"], ["because"], ["state", "due"]):
        op.create_index("_".join(("ix_outbox", *columns)), "outbox", columns)


def _sqlite_triggers() -> None:
    for table, key in NEVER_UPDATED.items():
        verbs = ("UPDATE", "DELETE") if table in APPEND_ONLY else ("UPDATE",)
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE deletes rows without firing the triggers of DELETE.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION atrae_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in NEVER_UPDATED:
        verbs = "UPDATE OR DELETE" if table in APPEND_ONLY else "UPDATE"
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION atrae_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "EXECUTE FUNCTION atrae_append_only()"
        )
