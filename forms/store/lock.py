"""One server on one SQLite file: a lock in a file beside it, which dies with its holder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .engine import sqlite_file


class LockedError(Exception):
    """Another process serves this database, or writes to it just now."""


@contextmanager
def sole_writer(url: str) -> Iterator[None]:
    """Hold the lock of the database at `url`; raises `LockedError` at once where it is taken.

    SQLite before 3.51.3 can corrupt its log when two processes checkpoint it, and a second outbox
    worker would only be in the way. PostgreSQL needs no such lock.
    """
    file = sqlite_file(url)
    if file is None:
        yield
        return
    path = Path(f"{file}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise LockedError(_explain(file, path)) from fault
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _explain(file: Path, path: Path) -> str:
    holder = path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
    return (
        f"{file} is in use by another handler (process {holder}). One SQLite file has one server: "
        "stop that one first, or set ATRAE_DATABASE_URL to another database."
    )
