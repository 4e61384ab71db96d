"""A restore that was begun and did not end: nobody may mistake what is there for what was wanted.

While a database is being restored, a file beside it says so. Who kills the restore leaves the file,
and the handler does not start on an old database, or on an empty one, as if nothing had happened.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def note_of(database: Path) -> Path:
    """The file that says that the database is being restored."""
    return Path(f"{database}.restoring")


@contextmanager
def restoring(database: Path, backup: Path) -> Iterator[None]:
    """Note that it begins; take the note away if the block ends well."""
    note = note_of(database)
    note.write_text(f"{backup}\n", encoding="utf-8")
    flush(note)
    flush(note.parent)
    yield
    note.unlink()
    flush(note.parent)


def unfinished(database: Path) -> str:
    """What is to be said of a restore that did not end; empty: there is none."""
    note = note_of(database)
    try:
        backup = note.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as fault:
        backup = f"({fault.strerror})"
    return (
        f"a restore of {database} from {backup or 'a backup'} did not come to its end. The "
        "database is whole: as it was before, or as the backup is. Run `atrae forms restore` "
        f"again; to go on with what is there, delete {note}"
    )


def flush(path: Path) -> None:
    """A file's content, or the names in a folder, are on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
