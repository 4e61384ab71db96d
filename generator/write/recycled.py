"""Recycles the folder that was swapped out: the next build with as many changes writes over it.

Creating and deleting thousands of files is slower than writing them. Nobody reads the recycled
folder, so a killed build may leave it half written; then it is deleted. Unchanged files are hard
links to the published ones and are never written over.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from .in_place import are_many, folders_of, prune
from .manifest import read_manifest, write_manifest


class RecycledFolder:
    """A folder in the cache, beside the list of its files: `spare/NAME` and `spare/NAME.json`."""

    def __init__(self, listed: Path) -> None:
        """Name the file with the list; the folder has its name without the suffix."""
        self._listed, self._folder = listed, listed.with_suffix("")

    def take(self, fresh: Path) -> None:
        """Move the recycled folder to `fresh`, or make an empty one. Raises `OSError`."""
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.parent.mkdir(parents=True, exist_ok=True)
        if self._listed.exists():
            with suppress(OSError):
                self._folder.rename(fresh)
                return
        self._forget()
        fresh.mkdir()

    def clear(self, fresh: Path, ours: frozenset[str]) -> None:
        """Delete the recycled files in `fresh` that aren't `ours`."""
        gone = (read_manifest(self._listed) or frozenset()) - ours
        # A path that is a folder now is ours, and files below a former folder went with it.
        for path in sorted(gone - folders_of(ours) if gone else ()):
            with suppress(FileNotFoundError, NotADirectoryError):
                (fresh / path).unlink()
            prune(fresh, path)

    def put_back(self, fresh: Path) -> None:
        """Keep the folder that was taken for the next build."""
        if self._listed.exists():
            self._keep(fresh)

    def replace(self, old: Path, files: frozenset[str]) -> None:
        """Keep the folder `old`, which has at most these files, if they are many."""
        self._forget()
        if are_many(files) and self._keep(old):
            write_manifest(self._listed, old, files)

    def _keep(self, folder: Path) -> bool:
        # Renaming fails on another file system, where copying would cost more than it saves.
        with suppress(OSError):
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(self._folder)
            return True
        return False

    def _forget(self) -> None:
        self._listed.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def write_over(file: str, content: bytes) -> None:
    """Write a file of ours in a folder that may be recycled. Raises `OSError`."""
    descriptor, size = _open(file)
    try:
        written = os.write(descriptor, content)
        # Linux writes at most 2 GiB at once.
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
        # Not truncated before, because file systems flush truncated files when they are closed.
        if size > written:
            os.ftruncate(descriptor, written)
    finally:
        os.close(descriptor)


def make_way(file: str) -> None:
    """Delete what a recycled folder has where a file or a folder goes."""
    with suppress(FileNotFoundError):
        try:
            os.unlink(file)  # noqa: PTH108
        except (IsADirectoryError, PermissionError):
            shutil.rmtree(file)


def _open(file: str) -> tuple[int, int]:
    """Open a file that has no other hard link and isn't a symbolic link; return its size, too."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with suppress(OSError):
        descriptor = os.open(file, flags, 0o666)
        status = os.fstat(descriptor)
        if status.st_nlink == 1:
            return descriptor, status.st_size
        os.close(descriptor)
    make_way(file)
    return os.open(file, flags | os.O_EXCL, 0o666), 0
