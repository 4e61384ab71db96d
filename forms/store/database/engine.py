"""Open SQLite or PostgreSQL so that a commit that has returned is on the disk."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from .faults import UNAVAILABLE, conceal, is_away, stop_process
from .file_lock import WriteLock
from .group_commit import LOCK_TIMEOUT, MAX_GROUP, GroupCommit
from .urls import sqlite_file
from .writers import Batchable, UnitOfWork, WriterPool

__all__ = ["UNAVAILABLE", "Database", "open_engine", "sqlite_file"]

T = TypeVar("T")
W = TypeVar("W")

log = logging.getLogger("atrae.forms.database")

BUSY_SECONDS = 10
WRITER_THREADS = 3
"""Threads of one process that may write to PostgreSQL at the same time. While one waits for a
locked contact, another continues."""
MAX_UNITS = 64
"""Units of work that a thread takes at a time: as many as fit into one transaction."""
READING = "atrae_reading"
"""Execution option of a connection that only reads and takes no write lock."""
_VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_DURABLE_SESSION = (
    # Stricter settings (remote_apply) stay.
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'",
    f"SET lock_timeout = '{BUSY_SECONDS}s'",
    # A client that hangs must not keep a contact locked.
    "SET idle_in_transaction_session_timeout = '5min'",
)
_READ_ONLY_SESSION = ("SET default_transaction_read_only = on",)
_DURABLE_FILE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    # Overwrite what is deleted.
    "PRAGMA secure_delete=ON",
    # `GroupCommit` runs checkpoints, under the file lock and with their errors reported.
    "PRAGMA wal_autocheckpoint=0",
    # Keep the data of savepoints in memory.
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)
_READ_ONLY_FILE = ("PRAGMA synchronous=FULL", "PRAGMA query_only=ON")


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for the database at `url`. A new SQLite file has mode 0600.

    Every SQLite connection is in WAL mode with `synchronous=FULL`: a commit that has returned is
    on the disk. With `read_only`, nothing can be written, not even a checkpoint of the WAL.
    `postgresql://` uses psycopg and waits for the disk too, whatever the server's default is.
    """
    file = sqlite_file(url)
    if file is None:
        return _open_postgresql(make_url(url), read_only=read_only)
    if read_only:
        query = {"uri": "true", "mode": "ro"}
        target = URL.create("sqlite", database=f"file:{file.absolute()}", query=query)
    else:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        target = make_url(url)
    # One connection writes at a time; the others read.
    engine = create_engine(
        target,
        pool_size=4,
        max_overflow=28,
        pool_use_lifo=True,
        connect_args={"timeout": BUSY_SECONDS},
        # An error in the log must not contain an address.
        hide_parameters=True,
    )
    _run_first(engine, _READ_ONLY_FILE if read_only else _DURABLE_FILE)
    event.listen(engine, "begin", _begin)
    return engine


def _open_postgresql(url: URL, *, read_only: bool) -> Engine:
    usual = {"connect_timeout": "5", "application_name": "atrae"}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg", query=usual | dict(url.query)),
        isolation_level="READ COMMITTED",
        # Positional parameters, as on SQLite: see `Prepared`.
        paramstyle="format",
        # After a restart of the server, the next request reconnects.
        pool_pre_ping=True,
        pool_size=16,
        max_overflow=24,
        pool_timeout=LOCK_TIMEOUT,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    _run_first(engine, _READ_ONLY_SESSION if read_only else _DURABLE_SESSION)
    event.listen(engine, "handle_error", _hide_values)
    return engine


def _hide_values(context: ExceptionContext) -> None:
    primary = conceal(context.original_exception)
    if primary and context.sqlalchemy_exception is not None:
        name = type(context.original_exception).__name__
        context.sqlalchemy_exception.args = (f"({name}) {primary}",)


def _run_first(engine: Engine, statements: Sequence[str]) -> None:
    """Run `statements` on each new connection."""

    def run(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        if isinstance(connection, sqlite3.Connection):
            # `_begin` sends BEGIN: the driver would wait until the first INSERT and read unlocked.
            connection.isolation_level = None
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", run)


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class SeparateTransactions:
    """PostgreSQL: one transaction for each writer, or for a batch of `Batchable` writes.

    The server itself combines the flushes of several connections.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Connection]:
        """Open a transaction of its own, with or without `alone`."""
        del alone
        return self.engine.begin()

    def write_all(self, writes: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """Run batchable writes in one transaction and the others in one each.

        If the batch fails, it is undone and each of its writes runs again in its own transaction.
        """
        results: dict[int, T | Exception] = {}
        batch = _batchable(writes)
        try:
            if batch:
                members = list(batch.values())
                with self.engine.begin() as connection:
                    done = members[0].run_batch(connection, members)
                results.update(zip(batch, done, strict=True))
        except Exception as fault:
            # Only time is lost; the log shows a fault that repeats.
            log.warning("%s opt-ins, one by one: %s", len(batch), type(fault).__name__)
            if is_away(fault):
                results.update(dict.fromkeys(batch, fault))
        return [
            results[number] if number in results else self._run_alone(write)
            for number, write in enumerate(writes)
        ]

    def _run_alone(self, write: Callable[[Connection], T]) -> T | Exception:
        try:
            with self.engine.begin() as connection:
                return write(connection)
        except Exception as fault:
            return fault

    def checkpoint(self) -> None:
        """Do nothing: the server checkpoints by itself."""


def _batchable(writes: Sequence[Callable[[Connection], T]]) -> dict[int, Batchable[T]]:
    """Return the batchable writes with different lock keys, by their position."""
    batch: dict[int, Batchable[T]] = {}
    lock_keys: set[str] = set()
    for number, write in enumerate(writes):
        if isinstance(write, Batchable) and write.lock_key not in lock_keys:
            lock_keys.add(write.lock_key)
            batch[number] = write
    return batch


class Database:
    """An engine with its two kinds of transaction.

    `on_broken` is called when the disk below a SQLite file has failed; it should not return.
    `max_group` limits how many writers share a commit there.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        on_broken: Callable[[BaseException], None] = stop_process,
        max_group: int = MAX_GROUP,
    ) -> None:
        self.engine = engine
        self._file_lock: WriteLock | None = None
        self._writers: GroupCommit | SeparateTransactions = SeparateTransactions(engine)
        threads, max_units = WRITER_THREADS, MAX_UNITS
        if engine.dialect.name == "sqlite":
            self._file_lock = WriteLock(Path(str(engine.url.database)), timeout=LOCK_TIMEOUT)
            self._writers = GroupCommit(
                engine, file_lock=self._file_lock, on_broken=on_broken, max_group=max_group
            )
            threads, max_units = 1, min(max_group, MAX_UNITS)
        self._pool = WriterPool(self._writers.write_all, threads=threads, max_units=max_units)

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Connection]:
        """Open a transaction: on the disk when the block ends, undone when it raises.

        On SQLite, blocks that arrive together share a commit, except one with `alone`. Raises one
        of `UNAVAILABLE` when it fails; then nothing may be promised.
        """
        return self._writers.writing(alone=alone)

    async def run(self, unit: UnitOfWork[W, T]) -> T:
        """Run `unit` in a writer thread and return its result; its write is durable before.

        Raises what the unit raises. One of `UNAVAILABLE` is thrown into it where it yielded.
        """
        return await self._pool.run(unit)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction: every query in the block sees the same snapshot."""
        view = _VIEW if self._file_lock is None else {READING: True}
        with self.engine.connect() as reader, reader.execution_options(**view).begin():
            yield reader

    def checkpoint(self) -> None:
        """Truncate SQLite's WAL as far as no reader needs it; erasure calls this."""
        self._writers.checkpoint()

    def close(self) -> None:
        """Close every connection and the lock files."""
        self.engine.dispose()
        if self._file_lock is not None:
            self._file_lock.close()
