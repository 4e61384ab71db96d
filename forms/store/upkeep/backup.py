"""Back up a SQLite database while it is in use, and restore the backup.

A backup is a snapshot: it contains exactly what was committed when it began. PostgreSQL's `pg_dump`
guarantees the same.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import NotPossibleError
from ...permission.ledger import ENDINGS
from ..database.engine import BUSY_SECONDS, sqlite_file
from ..database.migrate import HEAD
from ..database.restore_marker import flush, restoring

PAGES_PER_STEP = 4096
"""Pages that are copied between two calls of `step`: 16 MB."""

Progress = Callable[[int, int], None]
"""Function that is called with the numbers of pages done and in total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEvents:
    """Number of events that a restore would lose, because the backup doesn't have them."""

    events: int
    final: int
    """Number of withdrawals, refusals, complaints, bounces and erasures among them."""


def require_sqlite_file(url: str) -> Path:
    """Return the file of the database. Raises `NotPossibleError` for PostgreSQL."""
    file = sqlite_file(url)
    if file is None:
        raise NotPossibleError(
            "for PostgreSQL, use its own tools:",
            '  pg_dump --format=custom --file=atrae.dump --dbname="$ATRAE_DATABASE_URL"',
            "  pg_restore --clean --if-exists --single-transaction --dbname=… atrae.dump",
            "then check the result with `atrae forms verify`",
        )
    return file


def backup(url: str, target: Path, *, force: bool = False, step: Progress = lambda *_: None) -> int:
    """Write a checked copy of the database to `target`; return its size in bytes.

    A server may be running on the database. The file is readable by its owner only, and appears
    when it is complete.
    """
    source = require_sqlite_file(url)
    if not source.exists():
        raise NotPossibleError(f"no database at {source}")
    if target.exists() and not force:
        raise NotPossibleError(f"{target} already exists: choose another name, or use --force")
    if target.exists() and target.samefile(source):
        raise NotPossibleError(f"{target} is the database itself")
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with _snapshot(source) as database, closing(sqlite3.connect(partial)) as copy:
            _copy_pages(database, copy, step)
            # A single file that can be moved: without a WAL next to it.
            _set_pragmas(copy, "journal_mode=DELETE")
            _check_integrity(copy, partial)
        flush(partial)
        partial.replace(target)
        flush(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def count_lost_events(url: str, file: Path) -> LostEvents:
    """Count the events of the database at `url` that the backup `file` doesn't have."""
    source = require_sqlite_file(url)
    if not source.exists():
        return LostEvents(events=0, final=0)
    with _snapshot(source) as database:
        if not _has_ledger(database):
            return LostEvents(events=0, final=0)
        with _snapshot(file) as copy:
            saved = dict(copy.execute("SELECT seq, digest FROM ledger"))
        lost = [
            kind
            for seq, digest, kind in database.execute("SELECT seq, digest, kind FROM ledger")
            if saved.get(seq) != digest
        ]
    return LostEvents(events=len(lost), final=sum(kind in ENDINGS for kind in lost))


def check_backup(file: Path) -> None:
    """Raise `NotPossibleError` unless `file` is an intact database that this program can read."""
    try:
        with _snapshot(file) as connection:
            _check_integrity(connection, file)
            if not _has_ledger(connection):
                raise NotPossibleError(f"{file} is not a backup of Atrae: it has no ledger")
            [version] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as fault:
        raise NotPossibleError(f"{file} is not a backup of Atrae: {fault}") from fault
    if version > HEAD:
        raise NotPossibleError(
            f"{file} is at version {version}, newer than this program's {HEAD}: install the newer "
            "program first"
        )


def restore(url: str, file: Path, *, step: Progress = lambda *_: None) -> None:
    """Replace the content of the database with the backup, in one transaction of SQLite.

    The caller holds the lock of the database and has called `check_backup`. If the process is
    killed, the database is as before, and nothing else opens it until a restore has finished: see
    `restore_marker`. Raises `NotPossibleError` if the disk fails.
    """
    target = require_sqlite_file(url)
    with restoring(target, file.absolute()):
        os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            with (
                _snapshot(file) as copy,
                closing(sqlite3.connect(target, BUSY_SECONDS)) as database,
            ):
                _set_pragmas(database, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
                _copy_pages(copy, database, step)
                _check_integrity(database, target)
        except sqlite3.Error as fault:
            raise NotPossibleError(
                f"{target}: {fault}", "the restore did not finish: run it again"
            ) from fault
        # The last connection is closed, so SQLite has emptied the WAL.
        flush(target)
        flush(target.parent)


@contextmanager
def _snapshot(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a read transaction on a database that another process may be writing to."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, BUSY_SECONDS, isolation_level=None, uri=True)) as connection:
        connection.execute("BEGIN")
        # The snapshot begins with the first query; all steps of a backup then share it.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def _copy_pages(source: sqlite3.Connection, target: sqlite3.Connection, step: Progress) -> None:
    def progress(_status: int, remaining: int, total: int) -> None:
        step(total - remaining, total)

    source.backup(target, pages=PAGES_PER_STEP, progress=progress)


def _set_pragmas(connection: sqlite3.Connection, *pragmas: str) -> None:
    for pragma in pragmas:
        # Fetched to the end, because an unfinished statement keeps its lock.
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _check_integrity(connection: sqlite3.Connection, file: Path) -> None:
    faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    if faults != ["ok"]:
        raise NotPossibleError(f"{file} is damaged: {'; '.join(faults)}")


def _has_ledger(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger'"
    return connection.execute(query).fetchone() is not None
