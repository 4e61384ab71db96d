"""Prepared statements: compiled once by SQLAlchemy, then passed to the driver directly.

Every opt-in runs a dozen of them. SQLAlchemy takes longer to process a statement that it has
cached than the database takes to run it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from .faults import conceal

Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """A statement as the driver takes it: SQL, the order of parameters, and fixed values."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, object]

    def values(self, params: Params) -> list[object]:
        """Return the parameters in order."""
        fixed = self.fixed
        return [params[name] if name in params else fixed[name] for name in self.names]


class Prepared:
    """A statement with a fixed set of parameters, none of them a list."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._compiled: dict[str, CompiledStatement] = {}

    def rows(self, connection: Connection, params: Params) -> Sequence[Sequence[Any]]:
        """Run it and return all rows. Raises `DBAPIError`."""
        compiled = self._compile(connection, params)
        with TranslatedErrors(connection, compiled.sql):
            cursor = driver_of(connection).execute(compiled.sql, compiled.values(params))
            rows: Sequence[Sequence[Any]] = cursor.fetchall()
            return rows

    def scalar(self, connection: Connection, params: Params) -> Any:
        """Run it and return the first column of the first row, or `None` without a row."""
        rows = self.rows(connection, params)
        return rows[0][0] if rows else None

    def run_each(self, connection: Connection, rows: Sequence[Params]) -> None:
        """Run it for each of `rows`, at least one. Raises `DBAPIError`."""
        compiled, driver = self._compile(connection, rows[0]), driver_of(connection)
        with TranslatedErrors(connection, compiled.sql):
            for row in rows:
                driver.execute(compiled.sql, compiled.values(row))

    def _compile(self, connection: Connection, params: Params) -> CompiledStatement:
        dialect = connection.dialect
        statement = self._compiled.get(dialect.name)
        if statement is None:
            assert isinstance(self.statement, ClauseElement)
            compiled = self.statement.compile(dialect=dialect, column_keys=list(params))
            assert isinstance(compiled, SQLCompiler)
            assert compiled.positional, "engines are opened with positional parameters"
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            names = tuple(compiled.positiontup or ())
            statement = CompiledStatement(str(compiled), names, fixed)
            self._compiled[dialect.name] = statement
        return statement


class TranslatedErrors:
    """Context manager that raises the driver's errors as SQLAlchemy would, without values."""

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        """Raise a `DBAPIError` in place of an error of the driver."""
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
def pipelined(connection: Connection) -> Iterator[None]:
    """Send the statements of the block to PostgreSQL without waiting for each result.

    They have run when the block ends. Raises `DBAPIError` then.
    """
    with TranslatedErrors(connection, "a pipeline"), driver_of(connection).pipeline():
        yield


def execute(connection: Connection, sql: str) -> None:
    """Run a statement without parameters and without a result. Raises `DBAPIError`."""
    with TranslatedErrors(connection, sql):
        driver_of(connection).execute(sql)


def driver_of(connection: Connection) -> Any:
    """Return the driver's own connection; both drivers have `execute`."""
    return connection.connection.driver_connection
