"""Verify everything that can be recomputed: texts, chains, details, states, emails, checkpoints.

Takes linear time in the number of events; memory doesn't grow with the number of people.
"""

from collections.abc import Generator

from sqlalchemy import Connection, func, select

from ...catalogue import Lasts
from ...declared.findings import Finding
from ...permission.ledger import SYSTEM
from ..database.tables import checkpoint, contact, detail, form, ledger, outbox, wording
from .chains import KnownTexts, check_chains, check_orphans
from .checkpoints import Trust, check_checkpoints
from .texts import check_forms, check_wordings, read_system_chain

__all__ = ["Trust", "count_rows", "verify"]

NO_TRUST = Trust()


def verify(connection: Connection, trust: Trust = NO_TRUST) -> Generator[Finding, None, None]:
    """Yield every fault of the database; `trust` is what the owner keeps outside of it.

    Without it, checkpoints are verified with the keys in the database itself.
    """
    system = read_system_chain(connection)
    wordings = yield from check_wordings(connection, system)
    yield from check_forms(connection, system)
    versions = frozenset(connection.scalars(select(form.c.version)))
    standing = frozenset(d for d, text in wordings.items() if text.lasts is Lasts.STANDING)
    yield from check_chains(connection, KnownTexts(wordings, versions, standing))
    yield from check_orphans(connection)
    yield from check_checkpoints(connection, system, trust)


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the verified rows by table. The owner's own row is no contact."""
    tables = (contact, ledger, detail, wording, form, outbox, checkpoint)
    counts = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }
    owner = connection.scalar(select(func.count()).where(contact.c.id == SYSTEM)) or 0
    return counts | {"contact": counts["contact"] - owner}
