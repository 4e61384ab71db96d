"""Read-only access for commands, safe next to a running server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection

from ...errors import SettingsError
from .engine import Database, open_engine, sqlite_file
from .migrate import check_schema


def check_exists(url: str) -> None:
    """Raise `SettingsError` if `url` names a SQLite file that doesn't exist."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise SettingsError(
            f"no database at {file}: set ATRAE_DATABASE_URL, or change to a site's folder"
        )


@contextmanager
def open_records(url: str) -> Iterator[Connection]:
    """Open a read transaction on the database at `url`; a server may be running on it.

    Raises `SettingsError` if there is no database, `SchemaError` if it needs a migration.
    """
    check_exists(url)
    with (
        closing(Database(open_engine(url, read_only=True))) as database,
        database.reading() as connection,
    ):
        check_schema(connection)
        yield connection
