"""Verify everything that can be recomputed: texts, chains, details, states, emails, checkpoints.

Takes linear time in the number of events; memory doesn't grow with the number of people.
"""

from collections.abc import Generator

from sqlalchemy import Connection, func, select

from ...permission.ledger import SYSTEM
from ..database.tables import checkpoint, contact, detail, form, ledger, outbox, wording
from .chains import check_chains, check_orphans
from .checkpoints import check_checkpoints
from .finding import Finding, KnownTexts, Trust
from .texts import check_forms, check_wordings, read_system_chain, read_valid_wordings

__all__ = ["Finding", "Trust", "count_rows", "verify"]

NO_TRUST = Trust()


def verify(connection: Connection, trust: Trust = NO_TRUST) -> Generator[Finding, None, None]:
    """Yield every fault of the database; `trust` is what the owner keeps outside of it.

    Without it, checkpoints are verified with the keys in the database itself.
    """
    system = read_system_chain(connection)
    yield from check_wordings(connection, system)
    yield from check_forms(connection, system)
    versions = frozenset(connection.scalars(select(form.c.version)))
    yield from check_chains(connection, KnownTexts(read_valid_wordings(connection), versions))
    yield from check_orphans(connection)
    yield from check_checkpoints(connection, system, trust)


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the verified rows by table. The owner's own row is no contact."""
    counts = {}
    for table in (contact, ledger, detail, wording, form, outbox, checkpoint):
        query = select(func.count()).select_from(table)
        if table is contact:
            query = query.where(contact.c.id != SYSTEM)
        counts[table.name] = connection.scalar(query) or 0
    return counts
