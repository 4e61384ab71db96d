"""Locks between processes on one SQLite file: one server at a time, one writer at a time.

The locks are files next to the database; the kernel releases them when their holder ends.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .faults import BusyError
from .urls import sqlite_file


class LockedError(Exception):
    """Another process serves this database or is writing to it."""


@contextmanager
def sole_writer(url: str) -> Iterator[None]:
    """Hold the server's lock of the database at `url`. Raises `LockedError` at once if it is held.

    SQLite before 3.51.3 can corrupt its WAL when two processes checkpoint it. PostgreSQL needs no
    such lock.
    """
    file = sqlite_file(url)
    if file is None:
        yield
        return
    path = Path(f"{file}.lock")
    handle = _open(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            holder = path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
            raise LockedError(
                f"{file} is in use by another handler (process {holder}). One SQLite file has one "
                "server: stop the other handler, or set ATRAE_DATABASE_URL to another database."
            ) from fault
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


class WriteLock:
    """The lock under which a process writes to a SQLite file or checkpoints its WAL.

    It has two files: a process holds the *gate* while it waits for the *turn*. So a busy server
    can't take the turn again before the command that is waiting at the gate.
    """

    def __init__(self, file: Path, *, timeout: float) -> None:
        self._file = file
        self._timeout = timeout
        self._files: tuple[int, int] | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock. Raises `BusyError` after the timeout."""
        if self._files is None:
            self._files = _open(Path(f"{self._file}.gate")), _open(Path(f"{self._file}.turn"))
        gate, turn = self._files
        end = time.monotonic() + self._timeout
        self._take(gate, end)
        try:
            self._take(turn, end)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the lock files."""
        files, self._files = self._files, None
        for handle in files or ():
            os.close(handle)

    def _take(self, handle: int, end: float) -> None:
        while True:
            try:
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise BusyError(f"another process is writing to {self._file}") from None
                time.sleep(0.001)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
