"""Rows that belong to nothing: the walk along the chains does not come by them."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, exists, select

from ..database.tables import contact, detail, ledger, outbox, pending, suppression
from ..records.suppression import SUBJECT_PREFIX
from .finding import Finding


def check_orphans(connection: Connection) -> Iterator[Finding]:
    """Mails and requests of nobody, or of somebody without events; details without their event."""
    for table, name in ((outbox, "mail"), (pending, "pending")):
        yield from _of_nobody(connection, table, name)
    mine = ledger.c.subject == SUBJECT_PREFIX + suppression.c.address
    for row in connection.execute(select(suppression).where(~exists().where(mine))):
        place = f"suppression {row.address} {row.scope}"
        yield Finding(place, "the ledger does not say that it was added")
    orphans = select(detail.c.event).where(~exists().where(ledger.c.seq == detail.c.event))
    for row in connection.execute(orphans):
        yield Finding(f"detail of event {row.event}", "its event is gone")


def _of_nobody(connection: Connection, table: Table, name: str) -> Iterator[Finding]:
    known = exists().where(contact.c.id == table.c.contact)
    spoke = exists().where(ledger.c.subject == table.c.contact)
    for row in connection.execute(select(table.c.id).where(~known)):
        yield Finding(f"{name} {row.id}", "its contact is gone")
    for row in connection.execute(select(table.c.id).where(known, ~spoke)):
        yield Finding(f"{name} {row.id}", "no event of its contact asked for it")
