"""Faults of a database, and which of them must stop the process."""

import logging
import os
import sqlite3

from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeoutError

log = logging.getLogger("atrae.forms.database")

EX_IOERR = 74
"""Exit code of sysexits.h for an I/O error."""
_HARMLESS = frozenset(
    {
        # The shared memory of the WAL could not grow: the disk is full, and nothing is lost.
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_NOMEM,
        sqlite3.SQLITE_IOERR_BLOCKED,
        sqlite3.SQLITE_IOERR_LOCK,
        sqlite3.SQLITE_IOERR_RDLOCK,
        sqlite3.SQLITE_IOERR_GETTEMPPATH,
    }
)


class BusyError(Exception):
    """The write lock was not free in time; nothing was written."""


class UnwrittenError(Exception):
    """The commit of this write failed; it may not be on the disk."""


UNAVAILABLE = (DBAPIError, PoolTimeoutError, BusyError, UnwrittenError)
"""Exceptions that mean that the database could not do its work."""


def is_away(fault: BaseException) -> bool:
    """Return whether PostgreSQL is unreachable, so that other writes would fail too."""
    if not isinstance(fault, DBAPIError):
        return isinstance(fault, PoolTimeoutError)
    state = getattr(fault.orig, "sqlstate", None)
    # No SQLSTATE: no server. 08: the connection; 57P: it is being shut down or started.
    return fault.connection_invalidated or state is None or state.startswith(("08", "57P"))


def conceal(fault: BaseException) -> str | None:
    """Remove the details of a PostgreSQL error, because they repeat the row with its address.

    Returns the primary message, or `None` if the error isn't PostgreSQL's.
    """
    primary: str | None = getattr(getattr(fault, "diag", None), "message_primary", None)
    if primary:
        fault.args = (primary,)
    return primary


def is_broken(fault: BaseException) -> bool:
    """Return whether this process can no longer trust its SQLite file.

    After a failed fsync the kernel may mark dirty pages as clean, so that neither another write
    nor another fsync tells whether they are on the disk.
    """
    origin = fault.orig if isinstance(fault, DBAPIError) else fault
    code = getattr(origin, "sqlite_errorcode", None)
    if not isinstance(origin, sqlite3.Error) or code is None or code in _HARMLESS:
        return False
    return code & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT)


def stop_process(fault: BaseException) -> None:
    """End the process at once, without closing anything, because closing writes."""
    origin = fault.orig if isinstance(fault, DBAPIError) else fault
    name = getattr(origin, "sqlite_errorname", type(origin).__name__)
    log.critical(
        "the disk failed (%s): the process stops, because a write may be lost. "
        "Check the disk, start again, and run `atrae forms verify` to see whether all is there",
        name,
    )
    for handler in (*log.handlers, *logging.getLogger().handlers):
        handler.flush()
    os._exit(EX_IOERR)
