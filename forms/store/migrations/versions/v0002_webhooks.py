"""The queue of webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table and its index."""
    op.create_table(
        "webhook",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("event", WHOLE, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("endpoint", "event", name="uq_webhook_endpoint_event"),
        sa.ForeignKeyConstraint(["event"], ["ledger.seq"], name="fk_webhook_event_ledger"),
    )
    op.create_index("ix_webhook_state_due", "webhook", ["state", "due"])


def downgrade() -> None:
    """Drop the table: it contains no evidence."""
    op.drop_table("webhook")
