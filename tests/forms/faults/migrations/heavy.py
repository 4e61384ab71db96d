"""A migration such as may come: it touches every contact and every event, and takes its time."""

import sqlalchemy as sa
from alembic import op

from forms.store.database.migrate import HEAD

revision = f"{HEAD}_heavy"
down_revision = HEAD
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is filled, an index over it, and a table made of the ledger."""
    op.add_column("contact", sa.Column("host", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE contact SET host = substr(address, 3)")
    op.create_index("ix_contact_host", "contact", ["host"])
    op.create_table(
        "standing",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_standing"),
    )
    op.execute("INSERT INTO standing SELECT subject, max(seq) FROM ledger GROUP BY subject")
