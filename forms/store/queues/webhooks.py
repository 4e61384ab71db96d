"""The queue of webhooks in the database: events fill it, and a courier of its own empties it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from ...permission.ledger import Event, spell
from ..database.engine import Database
from ..database.tables import contact, ledger, webhook
from ..records.rows import read_events
from ..records.writing import Delivery, Hook, webhook_row

UNFINISHED = (Delivery.WAITING, Delivery.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A claimed webhook: one event for one endpoint."""

    id: int
    endpoint: str
    event: Event
    address: str
    """As it is now; empty for who was erased."""
    attempts: int
    """This one included."""


class HookQueue:
    """Claims and records; no transaction is open while an endpoint is talked to."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(self, endpoints: Collection[str], *, now: datetime, lease: timedelta) -> Call | None:
        """The next one that is due for one of `endpoints`, ours until `lease` is over."""
        with self.database.writing() as connection:
            row = connection.execute(_next(endpoints, now)).one_or_none()
            if row is None:
                return None
            change = {
                "state": Delivery.CLAIMED,
                "due": spell(now + lease),
                "attempts": row.attempts + 1,
                "at": spell(now),
            }
            connection.execute(update(webhook).where(webhook.c.id == row.id).values(change))
            [event] = read_events(connection, [row.event])
            query = select(contact.c.address).where(contact.c.id == event.subject)
            address = str(connection.execute(query).scalar() or "")
        return Call(
            id=row.id,
            endpoint=row.endpoint,
            event=event,
            address=address,
            attempts=row.attempts + 1,
        )

    def settle(
        self,
        call: Call,
        state: Delivery,
        *,
        now: datetime,
        reply: str,
        due: datetime | None = None,
    ) -> None:
        """Record what became of a call; nothing, where another courier has it by now."""
        held = (
            (webhook.c.id == call.id)
            & (webhook.c.state == Delivery.CLAIMED)
            & (webhook.c.attempts == call.attempts)
        )
        change = {"state": state, "reply": reply, "at": spell(now), "due": spell(due or now)}
        with self.database.writing() as connection:
            connection.execute(update(webhook).where(held).values(change))

    def next_due(self, endpoints: Collection[str]) -> datetime | None:
        """When the next one is due."""
        query = select(func.min(webhook.c.due)).where(
            webhook.c.state.in_(UNFINISHED), webhook.c.endpoint.in_(endpoints)
        )
        with self.database.reading() as connection:
            due = connection.execute(query).scalar()
        return datetime.fromisoformat(due) if due else None

    def replay(
        self,
        hooks: Sequence[Hook],
        *,
        now: datetime,
        since: datetime | None,
        only_failed: bool,
        dry_run: bool = False,
    ) -> int:
        """Owe again what failed, or everything since a moment; returns how many.

        An endpoint gets the same id as the first time, so that it can tell.
        """
        with self.database.writing(alone=True) as connection:
            return sum(
                _owe_again(connection, hook, now, since, only_failed, dry_run) for hook in hooks
            )

    def counts(self) -> dict[tuple[str, str], int]:
        """How many there are, by endpoint and state."""
        query = select(webhook.c.endpoint, webhook.c.state, func.count()).group_by(
            webhook.c.endpoint, webhook.c.state
        )
        with self.database.reading() as connection:
            return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}


def _owe_again(
    connection: Connection,
    hook: Hook,
    now: datetime,
    since: datetime | None,
    only_failed: bool,
    dry_run: bool,
) -> int:
    mine = webhook.c.endpoint == hook.endpoint
    again = mine & webhook.c.state.in_(
        (Delivery.FAILED,) if only_failed else (Delivery.FAILED, Delivery.DONE)
    )
    wanted = select(ledger.c.seq).where(ledger.c.kind.in_(hook.kinds))
    if since is not None:
        wanted = wanted.where(ledger.c.at >= spell(since))
    chosen = select(webhook.c.id).where(again, webhook.c.event.in_(wanted))
    old = connection.execute(chosen).scalars().all()
    there = select(webhook.c.event).where(mine)
    missing = wanted.where(ledger.c.seq.not_in(there)).order_by(ledger.c.seq)
    new = [] if only_failed else connection.execute(missing).scalars().all()
    if not dry_run:
        fresh = {"state": Delivery.WAITING, "attempts": 0, "due": spell(now), "at": spell(now)}
        # The same condition again: a list of ids may be longer than a statement can be.
        connection.execute(update(webhook).where(webhook.c.id.in_(chosen)).values(fresh))
        if new:
            connection.execute(
                insert(webhook), [webhook_row(hook.endpoint, seq, now) for seq in new]
            )
    return len(old) + len(new)


def _next(endpoints: Collection[str], now: datetime) -> Select[Any]:
    return (
        select(webhook)
        .where(
            webhook.c.state.in_(UNFINISHED),
            webhook.c.due <= spell(now),
            webhook.c.endpoint.in_(endpoints),
        )
        .order_by(webhook.c.due, webhook.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
