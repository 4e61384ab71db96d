"""The requests that looked like a robot's, and why: kept, never answered with a mail."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from ..decision import QUARANTINED
from .export_all import STREAMED, Line
from .tables import contact, detail, ledger


def quarantine(connection: Connection) -> Iterator[Line]:
    """One line for each purpose of each such request, in order; `signs` are those of
    `suspicion.Sign`, empty where the request is older than they are. What was erased or purged
    has no address any more, and is left out."""
    query = (
        select(
            ledger.c.at,
            contact.c.address,
            ledger.c.purpose,
            ledger.c.form,
            ledger.c.page,
            detail.c.body,
        )
        .join(contact, contact.c.id == ledger.c.subject)
        .join(detail, detail.c.event == ledger.c.seq)
        .where(ledger.c.method == QUARANTINED, contact.c.address.is_not(None))
        .order_by(ledger.c.seq)
    )
    for row in connection.execute(query, execution_options=STREAMED):
        yield {
            "at": row.at,
            "address": row.address,
            "purpose": row.purpose,
            "form": row.form,
            "page": row.page,
            "signs": ", ".join(json.loads(row.body).get("signs", [])),
        }
