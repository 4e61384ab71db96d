"""Processes on one SQLite file: one server at a time, and one that writes at a time.

The locks are files beside the database, and die with their holder.
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


class WriteTurn:
    """The turn to write to a SQLite file, or to checkpoint its log, among processes.

    Whoever wants it waits at a first gate, and leaves that only when the turn is theirs: so a busy
    server cannot take its own turn again before the command that stands at the gate.
    """

    def __init__(self, file: Path, *, patience: float) -> None:
        self._file = file
        self._patience = patience
        self._files: tuple[int, int] | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold it. Raises `BusyError` if it does not come in time."""
        gate, turn = self._files = self._files or self._open()
        end = time.monotonic() + self._patience
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
        """Give the files back."""
        files, self._files = self._files, None
        for handle in files or ():
            os.close(handle)

    def _open(self) -> tuple[int, int]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        gate, turn = (f"{self._file}.{name}" for name in ("gate", "turn"))
        return os.open(gate, flags, 0o600), os.open(turn, flags, 0o600)

    def _take(self, handle: int, end: float) -> None:
        while True:
            try:
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise BusyError(f"another process writes to {self._file}") from None
                time.sleep(0.001)


def _explain(file: Path, path: Path) -> str:
    holder = path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
    return (
        f"{file} is in use by another handler (process {holder}). One SQLite file has one server: "
        "stop that one first, or set ATRAE_DATABASE_URL to another database."
    )
