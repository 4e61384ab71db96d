"""Group commit on SQLite: writers that arrive together share one commit, a savepoint each.

A commit waits for the disk, and nothing else can be written meanwhile. So whoever has written
looks behind: if somebody waits, the open transaction goes to them, and the last one commits for
all. Nobody goes on before that commit has returned; if it fails, it failed for all of them.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .faults import UnwrittenError, is_broken
from .fifo_lock import Line
from .prepared import say, sqlite_of

T = TypeVar("T")

log = logging.getLogger("atrae.forms.database")

PATIENCE = 10.0
"""Seconds: how long a writer stands in the line before it is told to come back."""
MOST = 64
"""How many may share one commit."""
LONGEST = 0.02
"""Seconds: an open transaction that is older takes nobody in any more."""
SLOWEST = 60.0
"""Seconds: how long a commit may take before those who wait for it give up hope."""
CHECKPOINT = 4000
"""Rows changed, after which the log is carried over into the database. All who write wait for that,
some 30 ms: often enough for the log to stay below a hundred megabytes, and no more."""


@dataclass(slots=True, eq=False)
class Batch:
    """An open transaction and those who share it. Only who has the turn may touch it."""

    connection: Connection
    closing: float
    """The moment, on the monotonic clock, from which on nobody more is taken in."""
    most: int
    changes: int
    """Rows that its connection had changed before."""
    members: int = 0
    open: bool = True
    done: Event = field(default_factory=Event)
    fault: BaseException | None = None

    def takes_more(self) -> bool:
        """Whether the next in line may join."""
        return self.open and self.members < self.most and time.monotonic() < self.closing


class GroupCommit:
    """The writers of one process on one SQLite file.

    `turn` is held while a transaction is open and while the log is checkpointed: it keeps other
    processes out. `broken` is called when the disk has failed. With `most=1` each writer commits
    for itself.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        turn: Callable[[], AbstractContextManager[None]],
        broken: Callable[[BaseException], None],
        most: int = MOST,
        patience: float = PATIENCE,
    ) -> None:
        self.engine = engine
        self.most = most
        self.patience = patience
        self._turn = turn
        self._broken = broken
        self._line = Line()
        self._batch: Batch | None = None
        self._held: AbstractContextManager[None] | None = None
        self._changes = 0

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A part of a transaction: durable when the block is left, undone when it raises.

        Raises `BusyError` when the turn does not come, `UnwrittenError` when the commit fails.
        `alone` shares its commit with nobody.
        """
        self._line.enter(self.patience)
        batch = self._enter(alone=alone)
        try:
            say(batch.connection, "SAVEPOINT writer")
            yield batch.connection
            say(batch.connection, "RELEASE writer")
            batch.members += 1
        except BaseException as fault:
            self._undo(batch, fault)
            self._pass_on(batch)
            raise
        self._pass_on(batch)
        if (unwritten := _awaited(batch)) is not None:
            raise unwritten

    def together(self, writes: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """What each of `writes` gave or raised, in order, all carried out in this thread.

        They share commits with each other and with whoever else is in line. What is answered with
        a value is durable; what is answered with an error is undone, or may not be on the disk.
        """
        outcomes: list[T | Exception] = []
        while len(outcomes) < len(writes):
            try:
                self._line.enter(self.patience)
                batch = self._enter(alone=False)
            except Exception as fault:
                return outcomes + [fault] * (len(writes) - len(outcomes))
            outcomes += self._share(batch, writes[len(outcomes) :])
        return outcomes

    def _share(
        self, batch: Batch, writes: Sequence[Callable[[Connection], T]]
    ) -> list[T | Exception]:
        """As many of `writes` as `batch` takes, one at least; the turn is given on."""
        found: list[T | Exception] = []
        try:
            for write in writes:
                found.append(self._one(batch, write))
                if not batch.takes_more():
                    break
        finally:
            self._pass_on(batch)
        unwritten = _awaited(batch)
        if unwritten is None:
            return found
        return [each if isinstance(each, Exception) else unwritten for each in found]

    def _one(self, batch: Batch, write: Callable[[Connection], T]) -> T | Exception:
        try:
            say(batch.connection, "SAVEPOINT writer")
            found = write(batch.connection)
            say(batch.connection, "RELEASE writer")
        except Exception as fault:
            self._undo(batch, fault)
            return fault
        batch.members += 1
        return found

    def checkpoint(self) -> None:
        """Carry the log over into the database and empty it, so far as nobody reads it."""
        self._line.enter(self.patience)
        try:
            if self._batch is not None:
                self._end(self._batch)
            with self._turn(), self.engine.connect() as connection:
                self._carry_over(connection, "TRUNCATE")
        finally:
            self._line.leave()

    def _enter(self, *, alone: bool) -> Batch:
        """The open batch, or a new one; the turn is given on where there can be none."""
        try:
            if alone and self._batch is not None:
                self._end(self._batch)
            if self._batch is None:
                self._batch = self._begin(1 if alone else self.most)
            return self._batch
        except BaseException as fault:
            self._judge(fault)
            self._line.leave()
            raise

    def _begin(self, most: int) -> Batch:
        held = self._turn()
        held.__enter__()
        connection = None
        try:
            connection = self.engine.connect()
            connection.begin()
        except BaseException:
            if connection is not None:
                connection.close()
            held.__exit__(None, None, None)
            raise
        self._held = held
        return Batch(connection, time.monotonic() + LONGEST, most, _changes(connection))

    def _pass_on(self, batch: Batch) -> None:
        """The turn goes to the next in line; without one, or when it is time, we commit first."""
        if batch.takes_more() and self._line.hand_over():
            return
        try:
            if batch.open:
                self._end(batch)
        finally:
            self._line.leave()

    def _undo(self, batch: Batch, fault: BaseException) -> None:
        """Take back what one writer did; where SQLite has undone all, all have failed."""
        self._judge(fault)
        raw = _raw(batch.connection)
        try:
            if raw is not None and raw.in_transaction:
                say(batch.connection, "ROLLBACK TO writer")
                say(batch.connection, "RELEASE writer")
                return
        except DBAPIError as second:
            self._judge(second)
        self._end(batch, fault)

    def _end(self, batch: Batch, fault: BaseException | None = None) -> None:
        """Commit, or give up what is spoilt; then say so to all who share it."""
        batch.open, self._batch = False, None
        connection = batch.connection
        try:
            if fault is None and batch.members:
                connection.commit()
            else:
                connection.rollback()
        except DBAPIError as failed:
            self._judge(failed)
            fault = fault or failed
            connection.invalidate()
        batch.fault = fault
        batch.done.set()
        try:
            if fault is None:
                self._checkpoint_now_and_then(connection, batch.changes)
            connection.close()
        finally:
            held, self._held = self._held, None
            if held is not None:
                held.__exit__(None, None, None)

    def _checkpoint_now_and_then(self, connection: Connection, before: int) -> None:
        self._changes += _changes(connection) - before
        if self._changes >= CHECKPOINT:
            self._changes = 0
            self._carry_over(connection, "PASSIVE")

    def _carry_over(self, connection: Connection, how: str) -> None:
        """By our own hand: SQLite would swallow an error of its automatic checkpoint."""
        raw = _raw(connection)
        if raw is None:
            return
        try:
            raw.execute(f"PRAGMA wal_checkpoint({how})").fetchall()
        except sqlite3.Error as fault:
            self._judge(fault)
            log.error("the log could not be carried over: %s", fault)

    def _judge(self, fault: BaseException) -> None:
        if is_broken(fault):
            self._broken(fault)


def _awaited(batch: Batch) -> UnwrittenError | None:
    """Wait for the commit of `batch`; why it cannot be relied on, or nothing."""
    if not batch.done.wait(SLOWEST):
        return UnwrittenError(f"the disk has not answered for {SLOWEST} s")
    if batch.fault is None:
        return None
    unwritten = UnwrittenError("the commit failed")
    unwritten.__cause__ = batch.fault
    return unwritten


def _raw(connection: Connection) -> sqlite3.Connection | None:
    if connection.closed or connection.invalidated:
        return None
    return sqlite_of(connection)


def _changes(connection: Connection) -> int:
    raw = _raw(connection)
    return raw.total_changes if raw is not None else 0
