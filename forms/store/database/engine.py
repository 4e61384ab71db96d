"""Opening the database: SQLite so that what was committed stays, PostgreSQL by the same text."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from .faults import UNAVAILABLE, conceal, is_away, stop_at_once
from .file_lock import WriteTurn
from .group_commit import MOST, PATIENCE, GroupCommit
from .urls import sqlite_file
from .writers import Clerks, Joint, Story

__all__ = ["READING", "UNAVAILABLE", "Database", "open_engine", "sqlite_file"]

T = TypeVar("T")
W = TypeVar("W")

log = logging.getLogger("atrae.forms.database")

BUSY_SECONDS = 10
CLERKS = 3
"""Who write to PostgreSQL at once, at most, for the requests of one process: while one is held up,
by a contact that somebody holds perhaps, another goes on."""
IN_HAND = 64
"""How many requests a clerk takes in hand: what fits into one transaction, so that the first of
them does not wait for a long line to be over."""
READING = "atrae_reading"
"""The execution option of a connection that only reads: it takes no write lock."""
_VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine on the database at `url`; the file of a new SQLite database is its owner's alone.

    Every SQLite connection is in WAL mode with `synchronous=FULL`: a commit that has returned is
    on the disk. With `read_only`, nothing can be written, not even a checkpoint of the log.
    `postgresql://` is spoken by psycopg, and waits for the disk as well, whatever the server's
    default is.
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
        # An error in the log must not name the address that it was about.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _read_only if read_only else _durable)
    event.listen(engine, "begin", _begin)
    return engine


def _open_postgresql(url: URL, *, read_only: bool) -> Engine:
    usual = {"connect_timeout": "5", "application_name": "atrae"}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg", query=usual | dict(url.query)),
        isolation_level="READ COMMITTED",
        # Parameters by their place, as on SQLite: see `Prepared`.
        paramstyle="format",
        # After a restart of the server, the first to ask finds that out and connects anew.
        pool_pre_ping=True,
        pool_size=16,
        max_overflow=24,
        pool_timeout=PATIENCE,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _read_only_session if read_only else _durable_session)
    event.listen(engine, "handle_error", _discreet)
    return engine


def _discreet(context: ExceptionContext) -> None:
    primary = conceal(context.original_exception)
    if primary and context.sqlalchemy_exception is not None:
        name = type(context.original_exception).__name__
        context.sqlalchemy_exception.args = (f"({name}) {primary}",)


def _durable_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _say(
        connection,
        # Stricter ones (remote_apply) are left as they are.
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'",
        f"SET lock_timeout = '{BUSY_SECONDS}s'",
        # Whoever hangs in the middle must not keep a contact's lock for ever.
        "SET idle_in_transaction_session_timeout = '5min'",
    )


def _read_only_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _say(connection, "SET default_transaction_read_only = on")


def _say(connection: DBAPIConnection, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
    connection.commit()


def _durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # We say BEGIN ourselves: the driver would wait until the first INSERT, and read unlocked.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        # What is erased is overwritten, not just unlinked.
        "secure_delete=ON",
        # Done by `GroupCommit`: under the lock of the turn, and with its errors seen.
        "wal_autocheckpoint=0",
        # What a savepoint would undo is kept in memory, not in a file of its own.
        "temp_store=MEMORY",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _read_only(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA query_only=ON")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Writers(Protocol):
    """How a database lets several write at once."""

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Connection]:
        """A transaction, or a part of one: durable when the block is left, else undone."""

    def together(self, writes: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """What each of `writes` gave, durable, or raised; they may share transactions."""

    def checkpoint(self) -> None:
        """Empty the log into the database, where there is one to be emptied."""


class Apart:
    """PostgreSQL: a transaction for each writer, or for several whose writing is of one kind; the
    server itself flushes those of several connections as one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction; it is alone in any case."""
        del alone
        with self.engine.begin() as connection:
            yield connection

    def together(self, writes: Sequence[Callable[[Connection], T]]) -> list[T | Exception]:
        """Those that cost less together share a transaction. Where that fails, whatever one of them
        did wrong, each has one of its own: it was undone, and they decide anew."""
        found: dict[int, T | Exception] = {}
        joint = _joint(writes)
        try:
            done = self._at_once(list(joint.values()))
            found.update(zip(joint, done, strict=True))
        except Exception as fault:
            # Nothing is lost by it but time; a fault that comes again and again should be seen.
            log.warning("%s opt-ins, one by one: %s", len(joint), type(fault).__name__)
            if is_away(fault):
                found.update(dict.fromkeys(joint, fault))
        return [
            found[number] if number in found else self._apart(write)
            for number, write in enumerate(writes)
        ]

    def _at_once(self, joint: Sequence[Joint[T]]) -> Sequence[T]:
        if not joint:
            return ()
        with self.writing() as connection:
            return joint[0].together(connection, joint)

    def _apart(self, write: Callable[[Connection], T]) -> T | Exception:
        try:
            with self.writing() as connection:
                return write(connection)
        except Exception as fault:
            return fault

    def checkpoint(self) -> None:
        """The server does that by itself."""


def _joint(writes: Sequence[Callable[[Connection], T]]) -> dict[int, Joint[T]]:
    """By their place, the writes of one kind that are about different things."""
    found: dict[int, Joint[T]] = {}
    about: set[str] = set()
    for number, write in enumerate(writes):
        if isinstance(write, Joint) and write.about not in about:
            about.add(write.about)
            found[number] = write
    return found


class Database:
    """An engine and its two kinds of transaction.

    `broken` is called when the disk below a SQLite file has failed; it should not return. `most`
    is how many writers may share a commit there.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        broken: Callable[[BaseException], None] = stop_at_once,
        most: int = MOST,
    ) -> None:
        self.engine = engine
        self._turn: WriteTurn | None = None
        self._writers: Writers = Apart(engine)
        if engine.dialect.name == "sqlite":
            self._turn = WriteTurn(Path(str(engine.url.database)), patience=PATIENCE)
            self._writers = GroupCommit(engine, turn=self._turn, broken=broken, most=most)
        write = self._writers.together
        if self._turn is None:
            self._clerks = Clerks(write, number=CLERKS, most=IN_HAND)
        else:
            self._clerks = Clerks(write, number=1, most=min(most, IN_HAND))

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Connection]:
        """One transaction: when the block is left, it is on the disk; when it raises, undone.

        On SQLite, blocks that arrive together share a commit, unless one wants to be `alone`.
        Raises one of `UNAVAILABLE` when it cannot be; then nothing may be promised.
        """
        return self._writers.writing(alone=alone)

    async def tell(self, story: Story[W, T]) -> T:
        """What `story` returns; what it yields is written, and durable before it goes on.

        It is told by a clerk, beside the event loop. Raises what the story raises; one of
        `UNAVAILABLE` comes to it where it yielded.
        """
        return await self._clerks.tell(story)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database, from the first question to the last."""
        view = _VIEW if self._turn is None else {READING: True}
        with self.engine.connect() as connection:
            reader = connection.execution_options(**view)
            with reader.begin():
                yield reader

    def checkpoint(self) -> None:
        """Empty SQLite's log into the database, as far as nobody reads it; for those who erase."""
        self._writers.checkpoint()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        if self._turn is not None:
            self._turn.close()
