"""The folder that was exchanged for a new one is kept, and written over by the next build that
changes as much.

To make and to remove files by the ten thousand costs several times what writing them does, and a
file system without a journal searches past everything removed in the last minutes whenever it
makes something. Nobody looks into the spare, so that a kill may leave it half written: then it is
removed. Files that did not change are one with the published ones, and are never written over.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from .in_place import are_many, folders_of, prune
from .manifest import read_manifest, write_manifest


class Spare:
    """The spare of one folder: `listed` in one file, lying in the folder of the same name."""

    def __init__(self, listed: Path) -> None:
        self._listed, self._folder = listed, listed.with_suffix("")

    def take(self, fresh: Path) -> None:
        """Let `fresh` be the spare, or empty where there is none. Raises `OSError`."""
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.parent.mkdir(parents=True, exist_ok=True)
        if self._listed.exists():
            with suppress(OSError):
                self._folder.rename(fresh)
                return
        self._forget()
        fresh.mkdir()

    def clear(self, fresh: Path, ours: frozenset[str]) -> None:
        """Take out of `fresh` what was in the spare and is not one of `ours`."""
        gone = (read_manifest(self._listed) or frozenset()) - ours
        # What became a folder is one of our own by now, and what was below a file went with it.
        for path in sorted(gone - folders_of(ours) if gone else ()):
            with suppress(FileNotFoundError, NotADirectoryError):
                (fresh / path).unlink()
            prune(fresh, path)

    def put_back(self, fresh: Path) -> None:
        """Keep what was taken, for the next build."""
        if self._listed.exists():
            self._keep(fresh)

    def replace(self, old: Path, files: frozenset[str]) -> None:
        """Keep the folder `old`, which holds at most these files, if they are many."""
        self._forget()
        if are_many(files) and self._keep(old):
            write_manifest(self._listed, old, files)

    def _keep(self, folder: Path) -> bool:
        # Elsewhere than on the cache's own file system it is not worth its while.
        with suppress(OSError):
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(self._folder)
            return True
        return False

    def _forget(self) -> None:
        self._listed.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def write_over(file: str, content: bytes) -> None:
    """Write a file of ours in a folder that may be a spare. Raises `OSError`."""
    descriptor, size = _open(file)
    try:
        written = os.write(descriptor, content)
        # The system writes at most two gigabytes at once.
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
        # Not emptied before: what was empty is flushed to the disk as soon as it is closed.
        if size > written:
            os.ftruncate(descriptor, written)
    finally:
        os.close(descriptor)


def make_way(file: str) -> None:
    """Take away what a spare has where a file or a folder goes."""
    with suppress(FileNotFoundError):
        try:
            os.unlink(file)  # noqa: PTH108
        except (IsADirectoryError, PermissionError):
            shutil.rmtree(file)


def _open(file: str) -> tuple[int, int]:
    """A file that nobody else has, neither by another link nor by a link to it; and its size."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with suppress(OSError):
        descriptor = os.open(file, flags, 0o666)
        status = os.fstat(descriptor)
        if status.st_nlink == 1:
            return descriptor, status.st_size
        os.close(descriptor)
    make_way(file)
    return os.open(file, flags | os.O_EXCL, 0o666), 0
