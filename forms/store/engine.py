"""Opening the database: SQLite so that what was committed stays, PostgreSQL by the same text."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10
UNAVAILABLE = (DBAPIError, PoolTimeoutError)
"""What is raised when the database cannot do what it was asked."""
READING = "atrae_reading"
"""The execution option of a connection that only reads: it takes no write lock."""


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database, or `None` where it is none."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine on the database at `url`; the file of a new SQLite database is its owner's alone.

    Every SQLite connection is in WAL mode with `synchronous=FULL`: a commit that has returned is
    on the disk. With `read_only`, nothing can be written, not even a checkpoint of the log.
    """
    file = sqlite_file(url)
    if file is None:
        return create_engine(make_url(url), pool_pre_ping=True, hide_parameters=True)
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
        connect_args={"timeout": BUSY_SECONDS},
        # An error in the log must not name the address that it was about.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _read_only if read_only else _durable)
    event.listen(engine, "begin", _begin)
    return engine


def _durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # We say BEGIN ourselves: the driver would wait until the first INSERT, and read unlocked.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
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


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite's own waiting for the write lock sleeps and is not fair; threads of ours queue.
        self._turn = Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: when the block is left, it is on the disk; when it raises, undone."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database, from the first question to the last."""
        with self.engine.connect() as connection:
            reader = connection.execution_options(**{READING: True})
            with reader.begin():
                yield reader

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
