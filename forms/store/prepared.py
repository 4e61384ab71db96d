"""Statements that are said on each opt-in: spelled out once, then handed to the driver as they are.

SQLAlchemy spends longer on a statement that it knows than SQLite spends on carrying it out, and a
server is mostly busy with these. On SQLite they go to the driver directly; on PostgreSQL, where the
way to the server costs more, SQLAlchemy sends them, with its care for lost connections.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Params = Mapping[str, object]


class Prepared:
    """A statement whose parameters are always the same ones, none of them a list."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._spelled: tuple[str, tuple[str, ...], Params] | None = None

    def rows(self, connection: Connection, params: Params) -> Sequence[Sequence[Any]]:
        """What it answers, all of it. Raises `DBAPIError`."""
        driver = driver_of(connection)
        if driver is None:
            return connection.execute(self.statement, dict(params)).all()
        sql, names, fixed = self._spell(connection, params)
        values = fixed | params if fixed else params  # type: ignore[operator]
        with Faults(sql):
            return driver.execute(sql, [values[name] for name in names]).fetchall()

    def scalar(self, connection: Connection, params: Params) -> Any:
        """The first column of the first row; `None` where there is none."""
        found = self.rows(connection, params)
        return found[0][0] if found else None

    def add(self, connection: Connection, rows: Sequence[Params]) -> None:
        """Carry it out for each of `rows`, one at least. Raises `DBAPIError`."""
        driver = driver_of(connection)
        if driver is None:
            connection.execute(self.statement, [dict(row) for row in rows])
            return
        sql, names, _ = self._spell(connection, rows[0])
        with Faults(sql):
            for row in rows:
                driver.execute(sql, [row[name] for name in names])

    def _spell(self, connection: Connection, params: Params) -> tuple[str, tuple[str, ...], Params]:
        if self._spelled is None:
            assert isinstance(self.statement, ClauseElement)
            compiled = self.statement.compile(connection, column_keys=list(params))
            assert isinstance(compiled, SQLCompiler)
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._spelled = (str(compiled), tuple(compiled.positiontup or ()), fixed)
        return self._spelled


class Faults:
    """What the driver raises, as SQLAlchemy would raise it: without the values."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        """Raises a `DBAPIError` in place of an error of SQLite."""
        if isinstance(fault, sqlite3.Error):
            raise DBAPIError.instance(
                self._sql, None, fault, sqlite3.Error, hide_parameters=True
            ) from fault


def say(connection: Connection, sql: str) -> None:
    """A word to SQLite that has no parameters and no answer. Raises `DBAPIError`."""
    driver = driver_of(connection)
    if driver is None:
        connection.exec_driver_sql(sql)
        return
    with Faults(sql):
        driver.execute(sql)


def driver_of(connection: Connection) -> sqlite3.Connection | None:
    """The connection of SQLite's driver; `None`: it is another database."""
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None
