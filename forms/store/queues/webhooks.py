"""The webhooks that are owed: one row for each event and endpoint."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from ...permission.ledger import Event, spell
from ..database.engine import Database
from ..database.tables import contact, ledger, webhook
from ..records.rows import read_events
from ..records.writing import Hook, QueueState, webhook_row
from .lease import UNFINISHED, Claim, LeasedQueue, Result, in_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedWebhook(Claim):
    """A claimed webhook: one event for one endpoint."""

    endpoint: str
    event: Event
    address: str
    """Current address of the contact; empty if they were erased."""

    def describe(self, result: Result) -> str:
        """Return the line for the log; the reply is a status, or the name of an error."""
        row = f"webhook={self.id} endpoint={self.endpoint} event={self.event.seq}"
        return f"{row} attempt={self.attempts} state={result.state} reply={result.reply}"


class WebhookQueue(LeasedQueue[ClaimedWebhook]):
    """The webhooks that are owed to `endpoints`."""

    def __init__(self, database: Database, endpoints: Collection[str] = ()) -> None:
        super().__init__(database, webhook)
        self.mine = (webhook.c.endpoint.in_(endpoints),)

    def claim(self, *, now: datetime, lease: timedelta) -> ClaimedWebhook | None:
        """Claim the webhook that is due first; `None` if there is none."""
        is_due = webhook.c.state.in_(UNFINISHED) & (webhook.c.due <= spell(now))
        query = in_turn(select(webhook).where(is_due, *self.mine), webhook)
        with self.database.writing() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            [event] = read_events(connection, [row.event])
            address = select(contact.c.address).where(contact.c.id == event.subject)
            claim = ClaimedWebhook(
                id=row.id,
                attempts=row.attempts + 1,
                endpoint=row.endpoint,
                event=event,
                address=str(connection.execute(address).scalar() or ""),
            )
            return self.hold(connection, claim, now, lease)

    def replay(
        self, hooks: Sequence[Hook], *, now: datetime, since: datetime | None, dry_run: bool = False
    ) -> int:
        """Queue again what failed, or everything since a moment; return how many.

        An endpoint gets the same `webhook-id` as the first time.
        """
        with self.database.writing(alone=True) as connection:
            return sum(_queue_again(connection, hook, now, since, dry_run) for hook in hooks)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many webhooks there are, by endpoint and state."""
        query = select(webhook.c.endpoint, webhook.c.state, func.count()).group_by(
            webhook.c.endpoint, webhook.c.state
        )
        with self.database.reading() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}


def _queue_again(
    connection: Connection, hook: Hook, now: datetime, since: datetime | None, dry_run: bool
) -> int:
    events, ended = select(ledger.c.seq).where(ledger.c.kind.in_(hook.kinds)), [QueueState.FAILED]
    missing: Sequence[int] = ()
    if since is not None:
        events, ended = events.where(ledger.c.at >= spell(since)), [*ended, QueueState.DONE]
        queued = select(webhook.c.event).where(webhook.c.endpoint == hook.endpoint)
        unqueued = events.where(ledger.c.seq.not_in(queued)).order_by(ledger.c.seq)
        missing = connection.execute(unqueued).scalars().all()
    chosen = select(webhook.c.id).where(
        webhook.c.endpoint == hook.endpoint,
        webhook.c.state.in_(ended),
        webhook.c.event.in_(events),
    )
    repeated = connection.execute(chosen).scalars().all()
    if not dry_run:
        row = {"state": QueueState.WAITING, "attempts": 0, "due": spell(now), "at": spell(now)}
        # The condition instead of the ids: their list may be too long for a statement.
        connection.execute(update(webhook).where(webhook.c.id.in_(chosen)).values(row))
        if missing:
            rows = [webhook_row(hook.endpoint, seq, now) for seq in missing]
            connection.execute(insert(webhook), rows)
    return len(repeated) + len(missing)
