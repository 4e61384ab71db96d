"""How many confirmations may leave in an hour, over all: whoever types thousands of addresses into
a form must not make us write to thousands of people who asked for nothing.

What is above waits in the outbox and leaves when its turn comes: nothing is lost, and the visitor's
answer was true. Only the first mail to an address that has not answered yet is counted; receipts
and everything that somebody has confirmed go on. The owner is told, at most once an hour.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql

from ...permission.ledger import SYSTEM, Entry, Kind, Method, spell
from ...permission.record import Decision, Notice, Template
from ...settings.environment import Settings, mailbox
from ..database.tables import ledger, outbox, setting
from ..records.checkpoints import save_owner_address
from ..records.store import KEY_ID, Store

HOUR = timedelta(hours=1)
COUNTED: Sequence[Template] = (Template.CONFIRM,)
TURN = "confirmations-turn"
"""The row under whose lock workers count: two at once would both see room for one."""


class Ceiling:
    """`most` confirmations in any hour (0: no ceiling); `owner`, an address or empty, is told."""

    def __init__(self, store: Store, *, most: int, owner: str = "") -> None:
        self.store = store
        self.most = most
        self.owner = owner

    def held(self, connection: Connection, now: datetime) -> datetime | None:
        """Until when no confirmation may be claimed; `None`: one may, in this transaction."""
        if not self.most:
            return None
        self._wait_for_turn(connection)
        return self.until(connection, now)

    def until(self, connection: Connection, now: datetime) -> datetime | None:
        """The same, without the lock: to know when to come back."""
        if not self.most:
            return None
        counted = outbox.c.template.in_(COUNTED)
        # A lease that is over is no mail under way: it is to be claimed again.
        under_way = select(func.count()).where(
            outbox.c.state == "claimed", outbox.c.due > spell(now), counted
        )
        room = self.most - int(connection.execute(under_way).scalar_one())
        if room <= 0:
            return now + timedelta(seconds=1)
        # Of a mail that was sent, `due` is when that was.
        sent = select(outbox.c.due).where(
            outbox.c.state == "sent", outbox.c.due > spell(now - HOUR), counted
        )
        last = sent.order_by(outbox.c.due.desc()).offset(room - 1).limit(1)
        due = connection.execute(last).scalar()
        return None if due is None else datetime.fromisoformat(due) + HOUR

    def tell(self, connection: Connection, now: datetime) -> bool:
        """Record that confirmations are held, and owe the owner a mail that says so; unless that
        was done within the hour. In the caller's transaction."""
        held = (ledger.c.subject == SYSTEM) & (ledger.c.kind == Kind.HELD)
        connection.execute(select(setting).where(setting.c.name == KEY_ID).with_for_update())
        last = connection.execute(
            select(ledger.c.at).where(held).order_by(ledger.c.seq.desc()).limit(1)
        ).scalar()
        if last is not None and last > spell(now - HOUR):
            return False
        if self.owner:
            save_owner_address(connection, self.owner, now)
        notices = (Notice(template=Template.HELD, about=(0,)),) if self.owner else ()
        entry = Entry(kind=Kind.HELD, method=Method.MAILED if notices else Method.CEILING)
        decision = Decision(entries=(entry,), notices=notices)
        self.store.write(connection, SYSTEM, decision, now=now)
        return True

    def _wait_for_turn(self, connection: Connection) -> None:
        if connection.dialect.name != "postgresql":
            # One writer at a time, whoever it is.
            return
        turn = select(setting.c.name).where(setting.c.name == TURN).with_for_update()
        if connection.execute(turn).one_or_none() is None:
            row = postgresql.insert(setting).values(name=TURN, value="")
            connection.execute(row.on_conflict_do_nothing())
            connection.execute(turn)


def ceiling_of(settings: Settings, store: Store) -> Ceiling:
    """The ceiling that the environment asks for."""
    most = settings.defence.confirmations_per_hour
    owner = mailbox(settings.owner).addr_spec if settings.owner else ""
    return Ceiling(store, most=most, owner=owner)
