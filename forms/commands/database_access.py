"""The database as commands that write open it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NotPossibleError
from .errors import database_url

if TYPE_CHECKING:
    from ..settings.environment import SuppressionKey
    from ..store.records.store import Store


def needed_key() -> "SuppressionKey":
    """The suppression key. Raises `NotDoneError` where there is none: nobody may be forgotten."""
    from ..server import suppression_key

    key = suppression_key(os.environ, Path.cwd())
    if key is None:
        raise NotPossibleError(
            "ATRAE_SUPPRESSION_KEY is missing: without it nobody can tell who must not be written "
            "to. Set the key that the handler runs with."
        )
    return key


def _mail_domain() -> str:
    """The host of Message-IDs: of the sender, where the environment names one."""
    from ..settings.environment import SettingsError, mailbox

    sender = os.environ.get("ATRAE_MAIL_FROM", "")
    try:
        return mailbox(sender).domain if sender else "localhost"
    except ValueError as fault:
        raise SettingsError((f"ATRAE_MAIL_FROM: {fault}",)) from fault


@contextmanager
def open_for_writing() -> Iterator["Store"]:
    """The store; a handler may be at work on it meanwhile. Raises one of `app.START_ERRORS`."""
    from ..settings.environment import SettingsError
    from ..store.database.engine import Database, open_engine, sqlite_file
    from ..store.database.migrate import check_schema
    from ..store.records.store import Store

    url, key = database_url(), needed_key()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise SettingsError((f"there is no database at {file}: set ATRAE_DATABASE_URL",))
    store = Store(Database(open_engine(url)), key=key, mail_domain=_mail_domain())
    try:
        with store.database.reading() as connection:
            # A command does not migrate below the feet of a running handler.
            check_schema(connection)
        store.prepare()
        yield store
    finally:
        store.database.close()
