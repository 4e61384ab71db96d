"""The stat of a file: numbers that tell, without reading it, whether it's unchanged."""

import os

FileStat = tuple[int, ...]
"""Size, mtime and ctime in nanoseconds, and inode."""

TICK = 2_000_000_000
"""Nanoseconds. A file that changed less than this before it was looked at may change again and
keep its stat: within one tick of a file system's clock, at the same size."""


def stat_of(status: os.stat_result) -> FileStat:
    """Return the numbers of a file's status."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
