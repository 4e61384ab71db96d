"""Files that are replaced as a whole: whoever reads one finds the old or the new."""

import os
from pathlib import Path

FORGOTTEN = 60.0
"""Seconds after which nobody writes a file any more: a build that was killed has left it."""


def write_whole(file: Path, content: bytes) -> None:
    """Put the content where the file is, and take away what builds that were killed left of theirs.
    Two processes may do so at once. Raises `OSError`."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.write_bytes(content)
    now = new.stat().st_mtime
    new.replace(file)
    for left in file.parent.glob(f"{file.name}.*.new"):
        if _age(left, now) > FORGOTTEN:
            left.unlink(missing_ok=True)


def _age(file: Path, now: float) -> float:
    try:
        return now - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
