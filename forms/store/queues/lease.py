"""Leases on the rows of a queue: the SQL that the outbox and the webhooks share.

`due` of a waiting row is when it may be claimed; of a claimed one, when the lease ends and another
worker may claim it. Every claim counts an attempt: the number shows whether it is outdated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select, update

from ...permission.ledger import spell
from ..database.prepared import Prepared
from ..records.writing import QueueState

UNFINISHED = (QueueState.CLAIMED, QueueState.WAITING)
"""In order of precedence: an attempt that nobody finished is older than a row that waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row that one worker holds until its lease ends."""

    id: int
    attempts: int
    """Including this one."""


class LeasedTable:
    """Claims and settles the rows of `table`; a claim also writes the columns `recorded`."""

    def __init__(self, table: Table, *recorded: str) -> None:
        self.table = table
        held = (
            (table.c.id == bindparam("held_id"))
            & (table.c.state == bindparam("held_state"))
            & (table.c.attempts == bindparam("held_attempts"))
        )
        claimed = ("state", "due", "attempts", "at", *recorded)
        settled = ("state", "reply", "at", "due")
        self._claim = Prepared(
            update(table).where(table.c.id == bindparam("claimed_id")).values(_bound(claimed))
        )
        self._held = Prepared(select(table.c.id).where(held))
        self._settle = Prepared(
            update(table).where(held).values(_bound(settled)).returning(table.c.id)
        )

    def in_turn(self, query: Select[Any]) -> Select[Any]:
        """Return `query` for the row that is due first, skipping rows that others have locked."""
        due_first = query.order_by(self.table.c.due, self.table.c.id)
        return due_first.limit(1).with_for_update(skip_locked=True)

    def claim(
        self,
        connection: Connection,
        claim: Claim,
        now: datetime,
        lease: timedelta,
        **values: object,
    ) -> None:
        """Claim the row, which the caller has locked, until `lease` has passed."""
        row = {"claimed_id": claim.id, "attempts": claim.attempts, "state": QueueState.CLAIMED}
        times = {"due": spell(now + lease), "at": spell(now)}
        self._claim.run_each(connection, [row | times | values])

    def is_held(self, connection: Connection, claim: Claim) -> bool:
        """Return whether no other worker has claimed or settled the row since."""
        return bool(self._held.rows(connection, _held(claim)))

    def settle(
        self,
        connection: Connection,
        claim: Claim,
        state: QueueState,
        *,
        now: datetime,
        reply: str,
        due: datetime | None,
    ) -> bool:
        """Write the result of an attempt, and `due` of a row that waits for the next.

        Returns False, and writes nothing, if the claim is outdated.
        """
        values = {"state": state, "reply": reply, "at": spell(now), "due": spell(due or now)}
        return bool(self._settle.rows(connection, _held(claim) | values))

    def next_due(self, connection: Connection, *conditions: ColumnElement[bool]) -> datetime | None:
        """Return when the first row that waits is due or the first lease ends."""
        # A query for each state, because the index is on state and due.
        first = select(func.min(self.table.c.due)).where(*conditions)
        queries = [first.where(self.table.c.state == state) for state in UNFINISHED]
        dues = (connection.execute(query).scalar() for query in queries)
        due = min(filter(None, dues), default=None)
        return datetime.fromisoformat(due) if due else None


def _bound(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


def _held(claim: Claim) -> dict[str, object]:
    return {
        "held_id": claim.id,
        "held_state": QueueState.CLAIMED,
        "held_attempts": claim.attempts,
    }
