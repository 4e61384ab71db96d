"""The marker of a restore that has begun and not ended.

While a database is being restored, a file next to it says so. A killed restore leaves that file,
and the handler refuses to start, so that it never runs on the old or on an empty database.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def marker_of(database: Path) -> Path:
    """Return the path of the marker of a database."""
    return Path(f"{database}.restoring")


@contextmanager
def restoring(database: Path, backup: Path) -> Iterator[None]:
    """Write the marker, and remove it if the block ends without an exception."""
    marker = marker_of(database)
    marker.write_text(f"{backup}\n", encoding="utf-8")
    flush(marker)
    flush(marker.parent)
    yield
    marker.unlink()
    flush(marker.parent)


def unfinished_restore(database: Path) -> str:
    """Return the message about an unfinished restore, or an empty text if there is none."""
    marker = marker_of(database)
    try:
        backup = marker.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as fault:
        backup = f"({fault.strerror})"
    return (
        f"a restore of {database} from {backup or 'a backup'} did not finish. The database is "
        "whole, either as it was before or as in the backup. Run `atrae forms restore` again; "
        f"to use the database as it is, delete {marker}"
    )


def flush(path: Path) -> None:
    """Flush a file's content, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
