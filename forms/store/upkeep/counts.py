"""How much there is to do: what the metrics and `doctor` ask of the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ..database.tables import ledger, outbox, webhook
from ..queues.outbox import Fate

COUNTED_STATES = (Fate.WAITING, Fate.CLAIMED, Fate.FAILED, Fate.REFUSED)
"""Not those that are done: with a million of them, counting takes long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """By state; `overdue` is how long the mail waits that should have left first, in seconds."""

    mails: dict[str, int]
    webhooks: dict[str, int]
    overdue: float
    events: int
    """The number of the last event."""


def count_work(connection: Connection, *, now: datetime) -> Counts:
    """Each question is answered by an index."""
    mails = select(outbox.c.state, func.count()).where(outbox.c.state.in_(COUNTED_STATES))
    hooks = select(webhook.c.state, func.count()).where(webhook.c.state.in_(COUNTED_STATES))
    first = select(func.min(outbox.c.due)).where(outbox.c.state == Fate.WAITING)
    due = connection.execute(first).scalar()
    late = (now - datetime.fromisoformat(due)).total_seconds() if due else 0.0
    none = dict.fromkeys(map(str, COUNTED_STATES), 0)
    rows = connection.execute(mails.group_by(outbox.c.state))
    calls = connection.execute(hooks.group_by(webhook.c.state))
    return Counts(
        mails=none | {str(row[0]): int(row[1]) for row in rows},
        webhooks=none | {str(row[0]): int(row[1]) for row in calls},
        overdue=max(late, 0.0),
        events=int(connection.execute(select(func.max(ledger.c.seq))).scalar() or 0),
    )
