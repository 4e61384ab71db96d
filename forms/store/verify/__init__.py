"""Recomputing all that can be: texts, chains, details, states, mails, checkpoints.

Linear in the number of events, and streaming: memory does not grow with the number of people.
"""

from collections.abc import Generator

from sqlalchemy import Connection, func, select

from ...permission.ledger import SYSTEM
from ..database.tables import checkpoint, contact, detail, form, ledger, outbox, wording
from .chains import check_chains
from .checkpoints import check_checkpoints
from .finding import Finding, KnownTexts, Trust
from .loose import check_orphans
from .texts import check_forms, check_wordings, read_valid_wordings, system_chain

__all__ = ["Finding", "Trust", "count_rows", "verify"]

NO_TRUST = Trust()


def verify(connection: Connection, trust: Trust = NO_TRUST) -> Generator[Finding, None, None]:
    """Every fault of the database, in the order of the tables; `trust` is what the owner holds.

    Without it, checkpoints are held against the keys that the database itself names.
    """
    system = system_chain(connection)
    yield from check_wordings(connection, system)
    yield from check_forms(connection, system)
    versions = frozenset(connection.scalars(select(form.c.version)))
    yield from check_chains(connection, KnownTexts(read_valid_wordings(connection), versions))
    yield from check_orphans(connection)
    yield from check_checkpoints(connection, system, trust)


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows there are to be vouched for. The owner's own row is no contact."""
    counts = {}
    for table in (contact, ledger, detail, wording, form, outbox, checkpoint):
        query = select(func.count()).select_from(table)
        if table is contact:
            query = query.where(contact.c.id != SYSTEM)
        counts[table.name] = int(connection.scalar(query) or 0)
    return counts
