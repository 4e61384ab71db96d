"""Which mail of the outbox has its turn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from ...permission.ledger import spell
from ...permission.record import Template
from ..database.prepared import Prepared
from ..database.tables import contact, outbox
from .ceiling import COUNTED

FARTHEST = timedelta(hours=12)
"""Nothing is put off further. What seems due later was written by a clock that was ahead, and is
due now: who asked yesterday must not wait until tomorrow because of it."""


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


class Waiting(NamedTuple):
    """A row of the outbox that may be claimed, and the address that it goes to now."""

    id: int
    template: str
    contact: str
    events: str
    pending: str
    because: int
    attempts: int
    message_id: str
    address: str | None


def next_claimable(connection: Connection, now: datetime, *, held: bool = False) -> Waiting | None:
    """The row whose turn it is, locked with its contact's; what others hold is passed over, and
    what the ceiling counts where that is `held`.

    Nothing is waited for, so that two who work on one contact can never wait for each other.
    """
    claimable, misdated = _CLAIMABLE[held]
    for state in _UNFINISHED:
        asked = {"state_is": state, "by": spell(now)}
        rows = claimable.rows(connection, asked)
        rows = rows or misdated.rows(connection, asked | {"by": spell(now + FARTHEST)})
        for row in rows:
            return Waiting(*row)
    return None


def next_due(connection: Connection, without: Sequence[Template]) -> datetime | None:
    """When the first that waits, or whose lease runs out, is due; of those `without` some."""
    first = select(func.min(outbox.c.due)).where(outbox.c.template.not_in(without))
    states = (connection.execute(first.where(outbox.c.state == s)).scalar() for s in _UNFINISHED)
    due = min(filter(None, states), default=None)
    return datetime.fromisoformat(due) if due else None


def _claimable(without: Sequence[Template]) -> tuple[Prepared, Prepared]:
    columns = (outbox.c[name] for name in Waiting._fields[:-1])
    mails = (
        select(*columns, contact.c.address)
        .join(contact, contact.c.id == outbox.c.contact)
        .where(outbox.c.state == bindparam("state_is"))
        .where(*(outbox.c.template != template for template in without))
        .order_by(outbox.c.due, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    due = mails.where(outbox.c.due <= bindparam("by"))
    return Prepared(due), Prepared(mails.where(outbox.c.due > bindparam("by")))


_CLAIMABLE = {False: _claimable(()), True: _claimable(COUNTED)}
"""What is due and what seems due far too late; of all, and of what the ceiling does not count."""
_UNFINISHED = (Fate.CLAIMED, Fate.WAITING)
"""One after the other, for the index leads from a state to what is due first. What somebody did not
finish is older than what waits."""
