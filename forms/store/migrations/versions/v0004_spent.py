"""Proofs of work that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and its index."""
    op.create_table(
        "spent",
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("expires", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_spent"),
    )
    op.create_index("ix_spent_expires", "spent", ["expires"])


def downgrade() -> None:
    """Drop the table: proofs expire within minutes."""
    op.drop_table("spent")
