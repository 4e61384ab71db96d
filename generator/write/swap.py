"""A new folder takes the place of the old one."""

import errno
import os
import shutil
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` where `target` is: at once where the system can, else in two moves.

    Afterwards `fresh` may hold the old folder. Raises `OSError`.
    """
    if not target.exists():
        fresh.rename(target)
    elif not _at_once(fresh, target):
        in_two_moves(fresh, target)


def _at_once(fresh: Path, target: Path) -> bool:
    """False where the system, or its file system, cannot."""
    import ctypes  # which a build of a few changes does without

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
    """Between the two there is no `target`: `recover` puts the old one back."""
    old = _old(target)
    target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Mend what was ended between two moves, or right after them."""
    old = _old(target)
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
    else:
        old.rename(target)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.atrae-old")
