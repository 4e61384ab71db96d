"""The stat of a file: numbers that change with its content."""

import os

FileStat = tuple[int, ...]
"""Size, mtime and ctime in nanoseconds, and inode."""

TICK = 2_000_000_000
"""Nanoseconds. A younger file may change again without changing its stat: within one tick of the
file system's clock, and at the same size."""


def stat_of(status: os.stat_result) -> FileStat:
    """Return the numbers of a file's status."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
