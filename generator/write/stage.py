"""The new folder of a publication, while it is filled.

Paths are strings, and each folder is made and checked once, because a site has thousands of them.
"""

import filecmp
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import PublishError
from .recycled import make_way, write_over

SEAL = "manifest.json"
"""File of a sealed folder with the digests of the others: a reader can check that all are there."""

Sealed = Callable[[str], bool]
"""Predicate: the seal lists this path."""


class Folders:
    """Makes the folders that files need, in place of whatever a recycled folder has there."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        with os.scandir(root) as entries:
            self._has_entries = any(entries)
        self._ready = {""}

    def make_for(self, path: str) -> None:
        """Make the folders above `path`. Raises `OSError`."""
        self.make(path.rpartition("/")[0])

    def make(self, folder: str) -> None:
        """Make a folder and those above it. Raises `OSError`."""
        if folder in self._ready:
            return
        self.make_for(folder)
        path = f"{self._root}/{folder}"
        # In a recycled folder most are there, and looking is faster than a refused mkdir.
        if not (self._has_entries and os.path.isdir(path)):  # noqa: PTH112
            _make(path)
        self._ready.add(folder)


def _make(path: str) -> None:
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        if not os.path.isdir(path):  # noqa: PTH112
            make_way(path)
            os.mkdir(path)  # noqa: PTH102


class Stage:
    """The files of one publication: changed ones are written to a new folder beside the target."""

    def __init__(self, target: Path, fresh: Path, sealed: Sealed | None) -> None:
        self.target, self.fresh, self._sealed = target, fresh, sealed
        self._is_new = not target.is_dir()
        self._folders = Folders(fresh)
        self._digests: dict[str, str] = {}
        self.ours: set[str] = set()
        """Paths of all files."""
        self.new: set[str] = set()
        """Paths of the files that the target doesn't have like this."""

    def put(self, path: str, content: bytes | Path) -> None:
        """Add a file, from bytes or as a copy, and write it unless the target has it like this.

        Raises:
            PublishError: There is no file to copy, for example because a link is broken.
        """
        if isinstance(content, Path) and not content.is_file():
            hint = "delete it, or fix the link"
            raise PublishError(f"{content} cannot be read: there is no such file", hint=hint)
        self.ours.add(path)
        if self._sealed and self._sealed(path):
            data = content if isinstance(content, bytes) else content.read_bytes()
            self._digests[path] = hashlib.sha256(data).hexdigest()
        if not self._is_new and _has_content(f"{self.target}/{path}", content):
            return
        self.new.add(path)
        self._folders.make_for(path)
        file = f"{self.fresh}/{path}"
        if isinstance(content, bytes):
            write_over(file, content)
        else:
            make_way(file)
            shutil.copyfile(content, file)

    def keep(self, paths: Iterable[str]) -> None:
        """Add files that stay as the target has them."""
        self.ours.update(paths)

    def seal(self) -> None:
        """Add the seal, if the folder has one."""
        if self._sealed:
            text = json.dumps({"files": self._digests}, sort_keys=True, indent=1)
            self.put(SEAL, text.encode())

    @property
    def changed(self) -> int:
        """Number of changed files, without the seal."""
        return len(self.new - {SEAL})


def _has_content(file: str, content: bytes | Path) -> bool:
    """Return whether a regular file, not a link to one, has this content."""
    try:
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode):
            return False
        if isinstance(content, Path):
            return status.st_size == content.stat().st_size and filecmp.cmp(
                file, content, shallow=False
            )
        return status.st_size == len(content) and _read(file, len(content)) == content
    except OSError:
        return False


def _read(file: str, size: int) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, size + 1)
    finally:
        os.close(descriptor)
