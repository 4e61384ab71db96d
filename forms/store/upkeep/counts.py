"""Counts of waiting and failed work, for the metrics and `forms doctor`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from ..database.tables import ledger, outbox, webhook
from ..records.writing import QueueState

COUNTED_STATES = (QueueState.WAITING, QueueState.CLAIMED, QueueState.FAILED, QueueState.REFUSED)
"""Finished ones are left out, because counting a million rows takes long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of emails and webhooks by state, and of events."""

    mails: dict[str, int]
    webhooks: dict[str, int]
    overdue: float
    """Seconds since the first waiting email was due."""
    events: int
    """Number of the last event."""


def count_work(connection: Connection, *, now: datetime) -> Counts:
    """Count the work; every query uses an index."""

    def by_state(table: Table) -> dict[str, int]:
        query = select(table.c.state, func.count()).where(table.c.state.in_(COUNTED_STATES))
        rows = connection.execute(query.group_by(table.c.state))
        return dict.fromkeys(map(str, COUNTED_STATES), 0) | {str(row[0]): row[1] for row in rows}

    first = select(func.min(outbox.c.due)).where(outbox.c.state == QueueState.WAITING)
    due = connection.scalar(first)
    late = (now - datetime.fromisoformat(due)).total_seconds() if due else 0.0
    return Counts(
        mails=by_state(outbox),
        webhooks=by_state(webhook),
        overdue=max(late, 0.0),
        events=connection.scalar(select(func.max(ledger.c.seq))) or 0,
    )
