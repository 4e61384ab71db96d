"""The outbox in the database: claiming a mail, asking again, recording what became of it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from ..decision import Decision, Record, Template
from ..ledger import Event, spell
from ..optin import bounce, permits
from .rows import Asked, asked_of, events_by_seq
from .store import Store
from .tables import contact, outbox


class Fate(StrEnum):
    """Where a mail of the outbox stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    CANCELLED = "cancelled"
    """The permission was gone when its turn came."""
    REFUSED = "refused"
    """A server said for good that the address takes no mail."""
    FAILED = "failed"
    """Given up: after too many attempts, or because the mail itself was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A claimed mail: all that is needed to compose it."""

    id: int
    template: Template
    contact: str
    address: str
    events: tuple[Event, ...]
    pending: Asked | None
    attempts: int
    """This one included."""
    message_id: str
    record: Record


class Queue:
    """The outbox. Claims and records are transactions of their own; none is open while sending."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.database = store.database

    def claim(self, *, now: datetime, lease: timedelta) -> Owed | None:
        """The next mail that is due and permitted, ours until `lease` is over; `None`: none is.

        The permission is asked in the claiming transaction, under the contact's lock: after a
        withdrawal has committed, nothing that it forbids is claimed.
        """
        while True:
            with self.database.writing() as connection:
                row = connection.execute(_next(now)).one_or_none()
                if row is None:
                    return None
                owed = self._take(connection, row, now, lease)
                if owed is not None:
                    return owed

    def may_leave(self, owed: Owed) -> bool:
        """Whether the mail is still ours, and still permitted: asked just before it leaves."""
        ours = select(outbox.c.id).where(_held(owed))
        with self.database.reading() as connection:
            if connection.execute(ours).one_or_none() is None:
                return False
            record = self.store.record(connection, owed.contact)
            return permits(owed.template, owed.events, record)

    def settle(
        self,
        owed: Owed,
        fate: Fate,
        *,
        now: datetime,
        reply: str,
        due: datetime | None = None,
    ) -> bool:
        """Record what became of a mail; `due` is when a waiting one is tried again.

        A permanent refusal writes `bounced` and the suppression in the same transaction. False:
        the lease was over and somebody else has the mail by now; nothing was written.
        """
        values = {"state": fate, "reply": reply, "at": spell(now), "due": spell(due or now)}
        with self.database.writing() as connection:
            self.store.lock(connection, owed.contact)
            done = connection.execute(update(outbox).where(_held(owed)).values(values))
            if done.rowcount != 1:
                return False
            if fate is Fate.REFUSED:
                record = self.store.record(connection, owed.contact)
                decision: Decision = bounce(record, reply=reply)
                self.store.write(connection, owed.contact, decision, now=now)
            return True

    def next_due(self) -> datetime | None:
        """When the next mail that waits, or whose lease runs out, is due."""
        query = select(outbox.c.due).where(_unfinished()).order_by(outbox.c.due).limit(1)
        with self.database.reading() as connection:
            due = connection.execute(query).scalar()
        return datetime.fromisoformat(due) if due else None

    def _take(
        self, connection: Connection, row: Row[tuple[object, ...]], now: datetime, lease: timedelta
    ) -> Owed | None:
        self.store.lock(connection, row.contact)
        record = self.store.record(connection, row.contact)
        events = events_by_seq(connection, json.loads(row.events))
        address = connection.execute(
            select(contact.c.address).where(contact.c.id == row.contact)
        ).scalar()
        template = Template(row.template)
        allowed = bool(address) and permits(template, events, record)
        checked = record.events[-1].seq if record.events else 0
        change = (
            {"state": Fate.CLAIMED, "due": spell(now + lease), "attempts": row.attempts + 1}
            if allowed
            else {"state": Fate.CANCELLED, "reply": "no longer permitted"}
        )
        change |= {"at": spell(now), "checked": checked}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(change))
        if not allowed:
            return None
        return Owed(
            id=row.id,
            template=template,
            contact=row.contact,
            address=str(address),
            events=events,
            pending=asked_of(connection, row.pending) if row.pending else None,
            attempts=row.attempts + 1,
            message_id=row.message_id,
            record=record,
        )


def _unfinished() -> ColumnElement[bool]:
    return outbox.c.state.in_((Fate.WAITING, Fate.CLAIMED))


def _next(now: datetime) -> Select[tuple[object, ...]]:
    return (
        select(outbox)
        .where(_unfinished(), outbox.c.due <= spell(now))
        .order_by(outbox.c.due, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _held(owed: Owed) -> ColumnElement[bool]:
    # Who claimed it later has counted another attempt.
    return (
        (outbox.c.id == owed.id)
        & (outbox.c.state == Fate.CLAIMED)
        & (outbox.c.attempts == owed.attempts)
    )
