"""Open the database for commands that write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NotPossibleError
from ..settings.environment import mailbox
from ..settings.variables import Variable, reading
from .errors import database_url

if TYPE_CHECKING:
    from ..store.records.store import Store


@contextmanager
def open_for_writing() -> Iterator["Store"]:
    """Open the store; a handler may be running on it. Raises one of `app.START_ERRORS`."""
    from ..settings.keys import suppression_key
    from ..store.database.engine import Database, open_engine
    from ..store.database.migrate import check_schema
    from ..store.database.read_only import check_exists
    from ..store.records.store import Store

    url, key = database_url(), suppression_key(os.environ, Path.cwd())
    if key is None:
        raise NotPossibleError(
            "ATRAE_SUPPRESSION_KEY is missing. Set the key that the handler runs with: without it, "
            "suppressed addresses can't be recognized."
        )
    check_exists(url)
    store = Store(Database(open_engine(url)), key=key, mail_domain=_mail_domain())
    try:
        with store.database.reading() as connection:
            # A command must not migrate the database of a running handler.
            check_schema(connection)
        store.prepare()
        yield store
    finally:
        store.database.close()


def _mail_domain() -> str:
    """Return the domain of Message-IDs: that of the sender, if one is set."""
    with reading(os.environ) as environment:
        senders = environment.read("ATRAE_MAIL_FROM", Variable(mailbox))
    return senders[0].domain if senders else "localhost"
