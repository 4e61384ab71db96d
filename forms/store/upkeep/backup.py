"""Backups of a SQLite database while it is in use, and putting one back.

A backup is one view of the database, from the first page to the last: what had been committed when
it began is in it, and nothing else. PostgreSQL has `pg_dump`, which promises the same.
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
"""Copied in one step: 16 MB, so that a bar moves."""
FINAL = frozenset(ENDINGS)

Progress = Callable[[int, int], None]
"""Is told how many pages are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEvents:
    """What a restore would forget: events that the backup does not have."""

    events: int
    final: int
    """Of them: withdrawals, refusals, complaints, bounces and erasures."""


def require_sqlite_file(url: str) -> Path:
    """The file of the database. Raises `NotDoneError` for PostgreSQL, which has its own tools."""
    file = sqlite_file(url)
    if file is None:
        raise NotPossibleError(
            "PostgreSQL is backed up by its own tools, which do it better:",
            '  pg_dump --format=custom --file=atrae.dump --dbname="$ATRAE_DATABASE_URL"',
            "  pg_restore --clean --if-exists --single-transaction --dbname=… atrae.dump",
            "afterwards `atrae forms verify` says whether all of it is there",
        )
    return file


def backup(url: str, target: Path, *, force: bool = False, step: Progress = lambda *_: None) -> int:
    """Write a whole, checked copy of the database to `target`; returns its bytes.

    A server may be at work meanwhile. Only its owner may read the file, and it comes into being
    at once, or not at all.
    """
    source = require_sqlite_file(url)
    if not source.exists():
        raise NotPossibleError(f"there is no database at {source}")
    if target.exists() and not force:
        raise NotPossibleError(f"{target} is there already: take another name, or --force")
    if target.exists() and target.samefile(source):
        raise NotPossibleError(f"{target} is the database itself")
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with _reading(source) as ours, closing(sqlite3.connect(partial)) as copy:
            ours.backup(copy, pages=PAGES_PER_STEP, progress=_progress(step))
            # One file that can be carried about: no log beside it.
            _pragmas(copy, "journal_mode=DELETE")
            _check(copy, partial)
        flush(partial)
        partial.replace(target)
        flush(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def count_lost_events(url: str, file: Path) -> LostEvents:
    """What the database at `url` knows and the backup does not."""
    source = require_sqlite_file(url)
    if not source.exists():
        return LostEvents(events=0, final=0)
    with _reading(source) as ours:
        if not _has_ledger(ours):
            return LostEvents(events=0, final=0)
        with _reading(file) as theirs:
            known = dict(theirs.execute("SELECT seq, digest FROM ledger"))
        missing = [
            kind
            for seq, digest, kind in ours.execute("SELECT seq, digest, kind FROM ledger")
            if known.get(seq) != digest
        ]
    return LostEvents(events=len(missing), final=sum(kind in FINAL for kind in missing))


def check_backup(file: Path) -> None:
    """Raises `NotDoneError` unless `file` is a whole database of ours that this program knows."""
    try:
        with _reading(file) as connection:
            _check(connection, file)
            if not _has_ledger(connection):
                raise NotPossibleError(f"{file} is no backup of ours: it has no ledger")
            [version] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as fault:
        raise NotPossibleError(f"{file} is no backup of ours: {fault}") from fault
    if version > HEAD:
        raise NotPossibleError(
            f"{file} is at version {version}, newer than this program's {HEAD}: install the newer "
            "program first"
        )


def restore(url: str, file: Path, *, step: Progress = lambda *_: None) -> None:
    """Put the backup in the database's place, in one transaction of SQLite's.

    The caller holds the lock of the database and has called `check_backup`. Killed half-way, the
    database is what it was before, and until a restore comes to its end nothing else opens it: see
    `unfinished`. Raises `NotDoneError` where the disk does not let it.
    """
    target = require_sqlite_file(url)
    with restoring(target, file.absolute()):
        os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            _copy_over(target, file, step)
        except sqlite3.Error as fault:
            raise NotPossibleError(
                f"{target}: {fault}", "it was not restored: run it again"
            ) from fault
        # The last connection is closed: the log has been folded in.
        flush(target)
        flush(target.parent)


def _copy_over(target: Path, file: Path, step: Progress) -> None:
    with _reading(file) as theirs, closing(sqlite3.connect(target, BUSY_SECONDS)) as ours:
        _pragmas(ours, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
        theirs.backup(ours, pages=PAGES_PER_STEP, progress=_progress(step))
        _check(ours, target)


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    """One view of a database that somebody else may be writing to."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, BUSY_SECONDS, isolation_level=None, uri=True)) as connection:
        connection.execute("BEGIN")
        # The view begins with the first question; the steps of a backup then share it.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def _pragmas(connection: sqlite3.Connection, *names: str) -> None:
    for name in names:
        # To its end: a statement that is not finished keeps its lock.
        connection.execute(f"PRAGMA {name}").fetchall()


def _check(connection: sqlite3.Connection, file: Path) -> None:
    said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        raise NotPossibleError(f"{file} is damaged: {'; '.join(map(str, said))}")


def _has_ledger(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ledger'"
    return connection.execute(query).fetchone() is not None


def _progress(step: Progress) -> Callable[[int, int, int], None]:
    def tell(_status: int, remaining: int, total: int) -> None:
        step(total - remaining, total)

    return tell
