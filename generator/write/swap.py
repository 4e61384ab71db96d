"""Swaps a new folder with the old one."""

import errno
import os
import shutil
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`, atomically if the system can, else in two moves.

    Afterwards `fresh` may be the old folder.

    Raises:
        OSError: The system refuses.
    """
    if not target.exists():
        fresh.rename(target)
    elif not _swap_atomically(fresh, target):
        in_two_moves(fresh, target)


def _swap_atomically(fresh: Path, target: Path) -> bool:
    """Return False if the system, or the file system, can't."""
    import ctypes  # slow to import, and not needed for a few changes

    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    names = os.fsencode(fresh), os.fsencode(target)
    if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number not in (errno.ENOSYS, errno.EINVAL):
        raise OSError(number, os.strerror(number))
    return False


def in_two_moves(fresh: Path, target: Path) -> None:
    """Move the old folder away and the new one in; `recover` completes it if killed in between."""
    old = _old(target)
    target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Put the old folder back, or delete it, after a kill in `in_two_moves`."""
    old = _old(target)
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.rename(target)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.atrae-old")
