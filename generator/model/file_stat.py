"""What tells, without reading it, that a file is as it was."""

import os

Stamp = tuple[int, ...]

TICK = 2_000_000_000
"""Nanoseconds. A file changed less than this before it was looked at may change again unseen:
within one tick of a file system's clock, at the same size."""


def stamp_of(status: os.stat_result) -> Stamp:
    """Size, mtime and ctime in nanoseconds, and inode."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
