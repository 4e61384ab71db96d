"""The database as commands read it, beside a server that may be at work on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from ...settings.environment import SettingsError
from .engine import Database, open_engine, sqlite_file
from .migrate import check_schema


@contextmanager
def open_records(url: str) -> Iterator[Connection]:
    """The database, to be read only: a server may be at work on it meanwhile.

    Raises `SettingsError` where there is none, `SchemaError` where it is not of this version.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise SettingsError(
            (f"there is no database at {file}: set ATRAE_DATABASE_URL, or go to a site's folder",)
        )
    database = Database(open_engine(url, read_only=True))
    try:
        with database.reading() as connection:
            check_schema(connection)
            yield connection
    finally:
        database.close()
