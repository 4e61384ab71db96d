"""Statements that are said on each opt-in: spelled out once, then handed to the driver as they are.

SQLAlchemy spends longer on a statement that it knows than a database spends on carrying it out, and
a server is mostly busy with these.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from .faults import conceal

Params = Mapping[str, object]


class Cursor(Protocol):
    """The answer to a statement."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """All rows."""


class Driver(Protocol):
    """What the connections of both drivers have in common."""

    def execute(self, sql: str, params: Sequence[object] = (), /) -> Cursor:
        """Carry a statement out."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A statement as a driver takes it: the order of its parameters, and those that are fixed."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, object]

    def values(self, params: Params) -> list[object]:
        """The parameters in order."""
        fixed = self.fixed
        return [params[name] if name in params else fixed[name] for name in self.names]


class Prepared:
    """A statement whose parameters are always the same ones, none of them a list."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._spelled: dict[str, Spelled] = {}

    def rows(self, connection: Connection, params: Params) -> Sequence[Sequence[Any]]:
        """What it answers, all of it. Raises `DBAPIError`."""
        spelled = self._spell(connection, params)
        with Faults(connection, spelled.sql):
            return driver_of(connection).execute(spelled.sql, spelled.values(params)).fetchall()

    def scalar(self, connection: Connection, params: Params) -> Any:
        """The first column of the first row; `None` where there is none."""
        found = self.rows(connection, params)
        return found[0][0] if found else None

    def add(self, connection: Connection, rows: Sequence[Params]) -> None:
        """Carry it out for each of `rows`, one at least. Raises `DBAPIError`."""
        spelled, driver = self._spell(connection, rows[0]), driver_of(connection)
        with Faults(connection, spelled.sql):
            for row in rows:
                driver.execute(spelled.sql, spelled.values(row))

    def _spell(self, connection: Connection, params: Params) -> Spelled:
        dialect = connection.dialect
        found = self._spelled.get(dialect.name)
        if found is None:
            assert isinstance(self.statement, ClauseElement)
            compiled = self.statement.compile(dialect=dialect, column_keys=list(params))
            assert isinstance(compiled, SQLCompiler)
            assert compiled.positional, "this engine is not one of ours"
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            found = Spelled(str(compiled), tuple(compiled.positiontup or ()), fixed)
            self._spelled[dialect.name] = found
        return found


class Faults:
    """What the driver raises, as SQLAlchemy would raise it: without the values."""

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        """Raises a `DBAPIError` in place of an error of the driver."""
        if fault is None:
            return
        connection, dialect = self._connection, self._connection.dialect
        error: type[Exception] = dialect.loaded_dbapi.Error
        if not isinstance(fault, error):
            return
        conceal(fault)
        lost = dialect.is_disconnect(fault, connection.connection, None)  # type: ignore[arg-type]
        raised = DBAPIError.instance(
            self._sql, None, fault, error, hide_parameters=True, connection_invalidated=lost
        )
        if lost:
            connection.invalidate(fault)
        raise raised from fault


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """PostgreSQL alone: what is said inside goes to the server without waiting for its answers,
    and is carried out when the block ends. Raises `DBAPIError` then."""
    driver: Any = driver_of(connection)
    with Faults(connection, "a pipeline"), driver.pipeline():
        yield


def say(connection: Connection, sql: str) -> None:
    """A word that has no parameters and no answer. Raises `DBAPIError`."""
    with Faults(connection, sql):
        driver_of(connection).execute(sql)


def driver_of(connection: Connection) -> Driver:
    """The connection of the driver itself."""
    driver: Driver = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def sqlite_of(connection: Connection) -> sqlite3.Connection | None:
    """The same where it is SQLite's; `None`: it is another database."""
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None
