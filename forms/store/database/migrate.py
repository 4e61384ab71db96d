"""Migrate a database to the tables of this version, in one transaction."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from .restore_marker import unfinished_restore

HEAD = "0004"
"""Revision of the last migration; a test compares it with the files."""


MIGRATION_LOCK = 0x61747261652E6D69
"""Key of the PostgreSQL advisory lock that a migration holds."""


class SchemaError(Exception):
    """The database isn't at the version of this program."""


def revision_of(connection: Connection) -> str:
    """Return the last migration of the database; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(revision or "")


def migrate(
    engine: Engine,
    *,
    head: str = HEAD,
    more: Sequence[Path] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[str, str]:
    """Migrate the database to `head` and return the versions before and after.

    All of it happens or nothing, even if the process is killed. `more` are further folders with
    migrations. Raises `SchemaError` for a database of a newer version of the program, because there
    is no safe way back, and for one with an unfinished restore.
    """
    _refuse_unfinished(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            _wait_for_others(connection)
        before = revision_of(connection)
        if before == head:
            return before, head
        if before > head:
            raise SchemaError(
                f"the database is at version {before}, newer than this program's {head}: "
                "install the newer program again"
            )
        _upgrade(connection, head, more, clock())
        if before:
            analyze(connection)
        return before, head


def analyze(connection: Connection) -> None:
    """Update PostgreSQL's statistics after many rows were inserted.

    Until its own ANALYZE runs, it assumes that the tables are empty and plans quadratic joins.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def _wait_for_others(connection: Connection) -> None:
    """Wait for another process that migrates, for as long as it takes.

    A killed migration holds its lock until the server has finished its current statement.
    """
    lock_timeout = connection.execute(text("SHOW lock_timeout")).scalar()
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    # Tables keep the usual timeout: requests that use them would queue behind this one.
    connection.execute(text(f"SET LOCAL lock_timeout = '{lock_timeout}'"))


def check_schema(connection: Connection) -> None:
    """Raise `SchemaError` unless the database is at `HEAD` and no restore is unfinished."""
    _refuse_unfinished(connection.engine)
    revision = revision_of(connection)
    if revision != HEAD:
        raise SchemaError(
            f"the database is at version {revision or 'none'} and this program needs {HEAD}: "
            "run `atrae forms migrate`"
        )


def _refuse_unfinished(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    # A read-only engine names its file by a URI.
    file = Path(str(engine.url.database).removeprefix("file:"))
    if message := unfinished_restore(file):
        raise SchemaError(message)


def _upgrade(connection: Connection, head: str, more: Sequence[Path], now: datetime) -> None:
    # Imported here, because a handler with an up-to-date database doesn't need Alembic.
    from alembic import command
    from alembic.config import Config

    ours = Path(__file__).parents[1] / "migrations"
    config = Config()
    folders = os.pathsep.join(str(folder) for folder in (ours / "versions", *more))
    config.set_main_option("path_separator", "os")
    # The format gives percent signs a meaning.
    config.set_main_option("script_location", str(ours).replace("%", "%%"))
    config.set_main_option("version_locations", folders.replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["now"] = now
    command.upgrade(config, head)
