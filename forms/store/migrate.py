"""Bringing a database to the tables of this version, all in one transaction."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

HEAD = "0002"
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


def migrate(engine: Engine) -> tuple[str, str]:
    """Bring the database to `HEAD`; returns the versions before and after.

    Either the whole of it happens or nothing. Raises `SchemaError` for a database that a newer
    version of the program made: there is no safe way back.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Handlers that start together: one migrates, the others wait and find it done.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        before = revision_of(connection)
        if before == HEAD:
            return before, HEAD
        if before > HEAD:
            raise SchemaError(
                f"the database is at version {before}, newer than this program's {HEAD}: "
                "install the newer program again"
            )
        _upgrade(connection)
        return before, HEAD


def check_schema(connection: Connection) -> None:
    """Raises `SchemaError` unless the database is at `HEAD`."""
    found = revision_of(connection)
    if found != HEAD:
        raise SchemaError(
            f"the database is at version {found or 'none'} and this program needs {HEAD}: "
            "run `atrae forms migrate`"
        )


def _upgrade(connection: Connection) -> None:
    # Imported here: a handler whose database is up to date starts without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
