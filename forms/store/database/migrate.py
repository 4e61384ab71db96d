"""Bringing a database to the tables of this version, all in one transaction."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from .restore_marker import unfinished

HEAD = "0004"
"""The last migration; a test holds it against the files."""


MIGRATING = 0x61747261652E6D69
"""The advisory lock of PostgreSQL under which the tables are changed."""


class SchemaError(Exception):
    """The database is not at the version of this program."""


def revision_of(connection: Connection) -> str:
    """The last migration that the database has seen; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found or "")


def migrate(
    engine: Engine,
    *,
    head: str = HEAD,
    more: Sequence[Path] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[str, str]:
    """Bring the database to `head`; returns the versions before and after.

    Either the whole of it happens or nothing, whenever the process is killed. `more` are folders
    with migrations beside ours. Raises `SchemaError` for a database that a newer version of the
    program made, for there is no safe way back, and for one whose restore did not end.
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
            take_stock(connection)
        return before, head


def take_stock(connection: Connection) -> None:
    """Let PostgreSQL count, after many rows came in at once: until it does so by itself, it takes
    the tables for empty, and compares each row of one with each row of another."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))


def _wait_for_others(connection: Connection) -> None:
    """Handlers that start together: one migrates, the others wait and find it done.

    They wait for as long as it takes; so does who comes after a migration that was killed, for the
    server notices only at the end of a statement that nobody asks for any more.
    """
    patience = connection.execute(text("SHOW lock_timeout")).scalar()
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
    # A table is not waited for like that: whoever uses it meanwhile would stand behind us.
    connection.execute(text(f"SET LOCAL lock_timeout = '{patience}'"))


def check_schema(connection: Connection) -> None:
    """Raises `SchemaError` unless the database is at `HEAD`, and no restore of it is unfinished."""
    _refuse_unfinished(connection.engine)
    found = revision_of(connection)
    if found != HEAD:
        raise SchemaError(
            f"the database is at version {found or 'none'} and this program needs {HEAD}: "
            "run `atrae forms migrate`"
        )


def _refuse_unfinished(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    # One that only reads names its file by a URI.
    file = Path(str(engine.url.database).removeprefix("file:"))
    if said := unfinished(file):
        raise SchemaError(said)


def _upgrade(connection: Connection, head: str, more: Sequence[Path], now: datetime) -> None:
    # Imported here: a handler whose database is up to date starts without it.
    from alembic import command
    from alembic.config import Config

    ours = Path(__file__).parents[1] / "migrations"
    config = Config()
    folders = os.pathsep.join(str(each) for each in (ours / "versions", *more))
    config.set_main_option("path_separator", "os")
    # Percent signs are the format's own.
    config.set_main_option("script_location", str(ours).replace("%", "%%"))
    config.set_main_option("version_locations", folders.replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["now"] = now
    command.upgrade(config, head)
