"""Group commit on SQLite: writers that arrive together share one commit, with a savepoint each.

A commit waits for the disk, and nothing else can be written meanwhile. So a writer that is done
passes the open transaction to the next one in the queue, and the last one commits for all. None
of them continues before that commit has returned; if it fails, it fails for all of them.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .faults import UnwrittenError, is_broken
from .fifo_lock import FifoLock
from .prepared import driver_of, execute

T = TypeVar("T")

log = logging.getLogger("atrae.forms.database")

LOCK_TIMEOUT = 10.0
"""Seconds that a writer waits for its turn before `BusyError`."""
MAX_GROUP = 64
"""Writers that may share one commit."""
MAX_OPEN = 0.02
"""Seconds after which an open transaction accepts no further writer."""
COMMIT_TIMEOUT = 60.0
"""Seconds after which writers stop waiting for their commit."""
CHECKPOINT_ROWS = 4000
"""Changed rows after which the WAL is checkpointed. Every writer waits for a checkpoint, so it runs
only as often as keeps the WAL below 100 MB."""


@dataclass(slots=True, eq=False)
class Group:
    """An open transaction and its writers. Only the holder of the lock may touch it."""

    connection: Connection
    closing: float
    """The monotonic time after which it accepts no further writer."""
    max_members: int
    changes: int
    """Rows that its connection had changed before it began."""
    held: ExitStack
    """Closes the connection, then frees the file lock."""
    members: int = 0
    is_open: bool = True
    done: Event = field(default_factory=Event)
    fault: BaseException | None = None

    def is_joinable(self) -> bool:
        """Return whether the next writer may join."""
        return self.is_open and self.members < self.max_members and time.monotonic() < self.closing


class GroupCommit:
    """The writers of one process on one SQLite file.

    `file_lock` is held while a transaction is open and while the WAL is checkpointed, to keep
    other processes out. `on_broken` is called when the disk has failed. With `max_group=1` each
    writer has its own commit.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        file_lock: Callable[[], AbstractContextManager[None]],
        on_broken: Callable[[BaseException], None],
        max_group: int = MAX_GROUP,
        timeout: float = LOCK_TIMEOUT,
    ) -> None:
        self.engine = engine
        self.max_group = max_group
        self.timeout = timeout
        self._file_lock = file_lock
        self._on_broken = on_broken
        self._lock = FifoLock()
        self._group: Group | None = None
        self._changes = 0

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """Open a part of a transaction: durable when the block ends, undone when it raises.

        With `alone`, its commit isn't shared. Raises `BusyError` when the lock stays held and
        `UnwrittenError` when the commit fails.
        """
        self._lock.acquire(self.timeout)
        group = self._enter(alone=alone)
        try:
            with self._savepoint(group):
                yield group.connection
        finally:
            self._pass_on(group)
        if (unwritten := _awaited(group)) is not None:
            raise unwritten

    def write_all(self, writes: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """Return the result or the exception of each of `writes`, in order.

        They run in this thread and share commits with each other and with other writers. A write
        with a result is durable; one with an exception is undone, or may not be on the disk.
        """
        outcomes: list[T | Exception] = []
        while len(outcomes) < len(writes):
            try:
                self._lock.acquire(self.timeout)
                group = self._enter(alone=False)
            except Exception as fault:
                return outcomes + [fault] * (len(writes) - len(outcomes))
            outcomes += self._share(group, writes[len(outcomes) :])
        return outcomes

    def _share(
        self, group: Group, writes: Sequence[Callable[[Connection], T]]
    ) -> list[T | Exception]:
        """Run as many of `writes` as `group` accepts, at least one, and pass the lock on."""
        outcomes: list[T | Exception] = []
        try:
            for write in writes:
                outcomes.append(self._write(group, write))
                if not group.is_joinable():
                    break
        finally:
            self._pass_on(group)
        unwritten = _awaited(group)
        if unwritten is None:
            return outcomes
        return [outcome if isinstance(outcome, Exception) else unwritten for outcome in outcomes]

    def _write(self, group: Group, write: Callable[[Connection], T]) -> T | Exception:
        try:
            with self._savepoint(group):
                return write(group.connection)
        except Exception as fault:
            return fault

    @contextmanager
    def _savepoint(self, group: Group) -> Iterator[None]:
        """Count the block as a member of the group, or undo it if it raises."""
        try:
            execute(group.connection, "SAVEPOINT writer")
            yield
            execute(group.connection, "RELEASE writer")
        except BaseException as fault:
            self._undo(group, fault)
            raise
        group.members += 1

    def checkpoint(self) -> None:
        """Copy the WAL into the database and truncate it, as far as no reader needs it."""
        self._lock.acquire(self.timeout)
        try:
            if self._group is not None:
                self._end(self._group)
            with self._file_lock(), self.engine.connect() as connection:
                self._checkpoint(connection, "TRUNCATE")
        finally:
            self._lock.release()

    def _enter(self, *, alone: bool) -> Group:
        """Return the open group or a new one; release the lock if there can be none."""
        try:
            if alone and self._group is not None:
                self._end(self._group)
            if self._group is None:
                self._group = self._begin(1 if alone else self.max_group)
            return self._group
        except BaseException as fault:
            self._check_disk(fault)
            self._lock.release()
            raise

    def _begin(self, max_members: int) -> Group:
        with ExitStack() as stack:
            stack.enter_context(self._file_lock())
            connection = stack.enter_context(self.engine.connect())
            connection.begin()
            closing, changes = time.monotonic() + MAX_OPEN, driver_of(connection).total_changes
            return Group(connection, closing, max_members, changes, stack.pop_all())

    def _pass_on(self, group: Group) -> None:
        """Hand the group to the next writer; without one, or when it is full, commit first."""
        if group.is_joinable() and self._lock.hand_over():
            return
        try:
            if group.is_open:
                self._end(group)
        finally:
            self._lock.release()

    def _undo(self, group: Group, fault: BaseException) -> None:
        """Undo what one writer did; if SQLite has rolled back everything, fail the whole group."""
        self._check_disk(fault)
        connection = group.connection
        is_usable = not connection.closed and not connection.invalidated
        try:
            if is_usable and driver_of(connection).in_transaction:
                execute(connection, "ROLLBACK TO writer")
                execute(connection, "RELEASE writer")
                return
        except DBAPIError as second:
            self._check_disk(second)
        self._end(group, fault)

    def _end(self, group: Group, fault: BaseException | None = None) -> None:
        """Commit, or roll back after a fault; then wake every writer of the group."""
        group.is_open, self._group = False, None
        connection = group.connection
        try:
            if fault is None and group.members:
                connection.commit()
            else:
                connection.rollback()
        except DBAPIError as failed:
            self._check_disk(failed)
            fault = fault or failed
            connection.invalidate()
        group.fault = fault
        group.done.set()
        with group.held:
            if fault is None:
                self._changes += driver_of(connection).total_changes - group.changes
                if self._changes >= CHECKPOINT_ROWS:
                    self._changes = 0
                    self._checkpoint(connection, "PASSIVE")

    def _checkpoint(self, connection: Connection, how: str) -> None:
        """Run a checkpoint explicitly, because SQLite hides errors of automatic ones."""
        try:
            driver_of(connection).execute(f"PRAGMA wal_checkpoint({how})").fetchall()
        except sqlite3.Error as fault:
            self._check_disk(fault)
            log.error("the WAL checkpoint failed: %s", fault)

    def _check_disk(self, fault: BaseException) -> None:
        if is_broken(fault):
            self._on_broken(fault)


def _awaited(group: Group) -> UnwrittenError | None:
    """Wait for the commit of `group`; return why it can't be relied on, or `None`."""
    if not group.done.wait(COMMIT_TIMEOUT):
        return UnwrittenError(f"the commit took longer than {COMMIT_TIMEOUT} s")
    if group.fault is None:
        return None
    unwritten = UnwrittenError("the commit failed")
    unwritten.__cause__ = group.fault
    return unwritten
