"""A queue whose rows are leased: what the outbox, the webhooks and every later queue share.

`due` of a waiting row is when it may be claimed; of a claimed one, when the lease ends and another
worker may claim it. Every claim counts an attempt: the number shows whether it is outdated.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select, update

from ...permission.ledger import spell
from ..database.engine import Database
from ..database.prepared import Prepared
from ..records.writing import QueueState

UNFINISHED = (QueueState.CLAIMED, QueueState.WAITING)
"""In order of precedence: an attempt that nobody finished is older than a row that waits."""


@dataclass(frozen=True, slots=True)
class Result:
    """The state after an attempt, the peer's reply, and when a waiting row is tried again."""

    state: QueueState
    reply: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(ABC):
    """A row that one worker holds until its lease ends."""

    id: int
    attempts: int
    """Including this one."""

    @abstractmethod
    def describe(self, result: Result) -> str:
        """Return the line for the log, without anything personal."""


ClaimT = TypeVar("ClaimT", bound=Claim)


class LeasedQueue(ABC, Generic[ClaimT]):
    """The rows of `table` that are owed; each method is a transaction of its own.

    A claim also writes the columns `recorded`. No transaction is open during an attempt.
    """

    def __init__(self, database: Database, table: Table, *recorded: str) -> None:
        self.database = database
        self.table = table
        self.mine: tuple[ColumnElement[bool], ...] = ()
        """Conditions for the rows that this process delivers."""
        held = [table.c[name] == bindparam(f"held_{name}") for name in ("id", "state", "attempts")]
        by_id = update(table).where(table.c.id == bindparam("claimed_id"))
        settled = update(table).where(*held).values(_bound("state", "reply", "at", "due"))
        self._claimed = Prepared(by_id.values(_bound("state", "due", "attempts", "at", *recorded)))
        self._held = Prepared(select(table.c.id).where(*held))
        self._settled = Prepared(settled.returning(table.c.id))

    @abstractmethod
    def claim(self, *, now: datetime, lease: timedelta) -> ClaimT | None:
        """Claim the row that is due first, until `lease` has passed; `None` if there is none."""

    def settle(self, claim: ClaimT, result: Result, *, now: datetime) -> bool:
        """Record the result of an attempt.

        Returns False, and writes nothing, if the lease was over and another worker has the row.
        """
        with self.database.writing() as connection:
            return self.settle_in(connection, claim, result, now)

    def next_due(self) -> datetime | None:
        """Return when the first row that waits is due, or the first lease ends."""
        with self.database.reading() as connection:
            return self.first_due(connection, *self.mine)

    def settle_in(
        self, connection: Connection, claim: ClaimT, result: Result, now: datetime
    ) -> bool:
        """Settle in the caller's transaction."""
        values = {"state": result.state, "reply": result.reply}
        times = {"at": spell(now), "due": spell(result.due or now)}
        return bool(self._settled.rows(connection, _held(claim) | values | times))

    def first_due(self, connection: Connection, *where: ColumnElement[bool]) -> datetime | None:
        """Return when the first unfinished row that meets all of `where` is due."""
        # A query for each state, because the index is on state and due.
        first = select(func.min(self.table.c.due)).where(*where)
        dues = (connection.scalar(first.where(self.table.c.state == state)) for state in UNFINISHED)
        due = min(filter(None, dues), default=None)
        return datetime.fromisoformat(due) if due else None

    def hold(
        self, connection: Connection, claim: ClaimT, now: datetime, lease: timedelta, **values: Any
    ) -> ClaimT:
        """Claim the row, which the caller has locked, until `lease` has passed."""
        row = {"claimed_id": claim.id, "attempts": claim.attempts, "state": QueueState.CLAIMED}
        times = {"due": spell(now + lease), "at": spell(now)}
        self._claimed.run_each(connection, [row | times | values])
        return claim

    def is_held(self, connection: Connection, claim: ClaimT) -> bool:
        """Return whether no other worker has claimed or settled the row since."""
        return bool(self._held.rows(connection, _held(claim)))


def in_turn(query: Select[Any], table: Table) -> Select[Any]:
    """Return `query` for the row that is due first, skipping rows that others have locked."""
    return query.order_by(table.c.due, table.c.id).limit(1).with_for_update(skip_locked=True)


def _bound(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


def _held(claim: Claim) -> dict[str, object]:
    state = QueueState.CLAIMED
    return {"held_id": claim.id, "held_state": state, "held_attempts": claim.attempts}
