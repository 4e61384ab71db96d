"""The ceiling: how many confirmations may leave in an hour, over all addresses.

Typing thousands of addresses into a form must not make the handler write to thousands of people.
Confirmations above the ceiling wait in the outbox and leave when there is room; nothing is lost.
Only the first email to an address that has not answered yet is counted; receipts and everything
that was confirmed go on. The owner is notified at most once an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from ...permission.ledger import SYSTEM, Entry, Kind, Method, spell
from ...permission.record import Decision, Template, owe
from ...settings.environment import Settings, mailbox
from ..database.tables import ledger, outbox, setting
from ..records.checkpoints import save_owner_address
from ..records.store import Store, lock_system_chain
from ..records.writing import QueueState

HOUR = timedelta(hours=1)
COUNTED: Sequence[Template] = (Template.CONFIRM,)
TURN = "confirmations-turn"
"""The row under whose lock workers count: two at the same time would both see room for one."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `most` confirmations in any hour, or any number if it is 0; `owner` is notified."""

    store: Store
    most: int
    owner: str = ""

    def lock(self, connection: Connection, now: datetime) -> datetime | None:
        """Make other workers wait until this transaction ends, and return `full_until`."""
        if not self.most:
            return None
        # SQLite has one writer at a time.
        if connection.dialect.name == "postgresql":
            turn = select(setting.c.name).where(setting.c.name == TURN).with_for_update()
            if connection.scalar(turn) is None:
                row = postgresql.insert(setting).values(name=TURN, value="")
                connection.execute(row.on_conflict_do_nothing())
                connection.execute(turn)
        return self.full_until(connection, now)

    def full_until(self, connection: Connection, now: datetime) -> datetime | None:
        """Return when the next confirmation may be claimed; `None` if one may be claimed now."""
        counted = outbox.c.template.in_(COUNTED)
        # Once its lease is over, an email is not on its way: it is to be claimed again.
        on_their_way = select(func.count()).where(
            outbox.c.state == QueueState.CLAIMED, outbox.c.due > spell(now), counted
        )
        room = self.most - (connection.scalar(on_their_way) or 0)
        if room <= 0:
            return now + timedelta(seconds=1)
        # `due` of a sent email is when it was sent.
        sent = select(outbox.c.due).where(
            outbox.c.state == QueueState.SENT, outbox.c.due > spell(now - HOUR), counted
        )
        due = connection.scalar(sent.order_by(outbox.c.due.desc()).offset(room - 1).limit(1))
        return None if due is None else datetime.fromisoformat(due) + HOUR

    def notify_owner(self, connection: Connection, now: datetime) -> bool:
        """Record that confirmations are held, and owe the owner an email about it.

        Writes in the caller's transaction. Returns False if that was done within the last hour.
        """
        held = (ledger.c.subject == SYSTEM) & (ledger.c.kind == Kind.HELD)
        lock_system_chain(connection)
        newest_first = select(ledger.c.at).where(held).order_by(ledger.c.seq.desc())
        last = connection.scalar(newest_first.limit(1))
        if last is not None and last > spell(now - HOUR):
            return False
        if self.owner:
            save_owner_address(connection, self.owner, now)
        entry = Entry(kind=Kind.HELD, method=Method.MAILED if self.owner else Method.CEILING)
        notices = owe(Template.HELD, (entry,)) if self.owner else ()
        decision = Decision(entries=(entry,), notices=notices)
        self.store.write(connection, SYSTEM, decision, now=now)
        return True


def ceiling_of(settings: Settings, store: Store) -> Ceiling:
    """Return the ceiling that the environment sets."""
    owner = mailbox(settings.owner).addr_spec if settings.owner else ""
    return Ceiling(store, settings.defence.confirmations_per_hour, owner)
