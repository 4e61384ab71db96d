"""Recomputing all that can be: texts, chains, details, states, mails, checkpoints.

Linear in the number of events, and streaming: memory does not grow with the number of people.
"""

from collections.abc import Generator

from sqlalchemy import Connection, func, select

from ...permission.ledger import SYSTEM
from ..database.tables import checkpoint, contact, detail, form, ledger, outbox, wording
from .chains import chains
from .checkpoints import checkpoints
from .finding import Finding, Known, Trust
from .loose import loose_ends
from .texts import forms, readable, system_chain, wordings

__all__ = ["Finding", "Trust", "count", "verify"]

NOBODY = Trust()


def verify(connection: Connection, trust: Trust = NOBODY) -> Generator[Finding, None, None]:
    """Every fault of the database, in the order of the tables; `trust` is what the owner holds.

    Without it, checkpoints are held against the keys that the database itself names.
    """
    system = system_chain(connection)
    yield from wordings(connection, system)
    yield from forms(connection, system)
    versions = frozenset(connection.scalars(select(form.c.version)))
    yield from chains(connection, Known(readable(connection), versions))
    yield from loose_ends(connection)
    yield from checkpoints(connection, system, trust)


def count(connection: Connection) -> dict[str, int]:
    """How many rows there are to be vouched for. The owner's own row is no contact."""
    counts = {}
    for table in (contact, ledger, detail, wording, form, outbox, checkpoint):
        query = select(func.count()).select_from(table)
        if table is contact:
            query = query.where(contact.c.id != SYSTEM)
        counts[table.name] = int(connection.scalar(query) or 0)
    return counts
