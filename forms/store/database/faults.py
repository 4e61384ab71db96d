"""What can go wrong with a database, and which of it must stop the process."""

import logging
import os
import sqlite3

from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeoutError

log = logging.getLogger("atrae.forms.database")

EX_IOERR = 74
"""The exit code of sysexits.h for an error of input or output."""
_HARMLESS = frozenset(
    {
        # The shared memory beside the log could not grow: a full disk, and nothing is lost.
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_NOMEM,
        sqlite3.SQLITE_IOERR_BLOCKED,
        sqlite3.SQLITE_IOERR_LOCK,
        sqlite3.SQLITE_IOERR_RDLOCK,
        sqlite3.SQLITE_IOERR_GETTEMPPATH,
    }
)


class BusyError(Exception):
    """The turn to write did not come in time; nothing was written."""


class UnwrittenError(Exception):
    """The commit that this was part of failed; what was asked for may not be on the disk."""


UNAVAILABLE = (DBAPIError, PoolTimeoutError, BusyError, UnwrittenError)
"""What is raised when the database cannot do what it was asked."""


def is_away(fault: BaseException) -> bool:
    """Whether PostgreSQL could not be reached or went away, so that others fare no better."""
    if not isinstance(fault, DBAPIError):
        return isinstance(fault, PoolTimeoutError)
    state = getattr(fault.orig, "sqlstate", None)
    # No SQLSTATE: no server. 08: the connection; 57P: it is being shut down or started.
    return fault.connection_invalidated or state is None or state.startswith(("08", "57P"))


def conceal(fault: BaseException) -> str | None:
    """PostgreSQL's details repeat the row that was wrong; an address has no business in a log. What
    is left of them; `None`: it is not PostgreSQL's."""
    primary: str | None = getattr(getattr(fault, "diag", None), "message_primary", None)
    if primary:
        fault.args = (primary,)
    return primary


def is_broken(fault: BaseException) -> bool:
    """Whether nothing that this process knows of a SQLite file can be trusted any more.

    After a failed fsync the kernel may call dirty pages clean: to write on, or to ask again
    whether they are on the disk, gives answers that mean nothing.
    """
    origin = fault.orig if isinstance(fault, DBAPIError) else fault
    code = getattr(origin, "sqlite_errorcode", None)
    if not isinstance(origin, sqlite3.Error) or code is None or code in _HARMLESS:
        return False
    return code & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT)


def stop_at_once(fault: BaseException) -> None:
    """End the process, answer nobody, close nothing: even closing would write."""
    origin = fault.orig if isinstance(fault, DBAPIError) else fault
    name = getattr(origin, "sqlite_errorname", type(origin).__name__)
    log.critical(
        "the disk failed (%s): the process stops, so that nothing is promised that was not kept. "
        "Look at the disk, then start again; `atrae forms verify` says whether all is there",
        name,
    )
    for handler in (*log.handlers, *logging.getLogger().handlers):
        handler.flush()
    os._exit(EX_IOERR)
