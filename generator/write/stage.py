"""The new folder, while it is filled.

Paths are strings here, and folders are made, and looked for, once each: a site has them by the ten
thousand.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import PublishError
from .folders import Folders
from .recycled import make_way, write_over

SEAL = "manifest.json"
"""In a sealed folder: the digests of its files, by which a reader knows that it has all of it."""

Sealed = Callable[[str], bool]
"""Whether a path belongs into the seal."""


class Stage:
    """The new folder, while it is filled."""

    def __init__(self, target: Path, fresh: Path, sealed: Sealed | None) -> None:
        self._target, self._fresh, self._sealed = str(target), str(fresh), sealed
        self._is_new = not target.is_dir()
        self._folders = Folders(fresh)
        self._digests: dict[str, str] = {}
        self.ours: set[str] = set()
        self.new: set[str] = set()
        """Those of ours that are not as the folder has them."""

    def put(self, path: str, content: bytes | Path) -> None:
        """Place one file, bytes or a copy of a file, unless the folder has the same already.

        Raises `PublishError` for a file that is not there, such as a link that leads nowhere.
        """
        if isinstance(content, Path) and not content.is_file():
            hint = "delete it, or mend the link"
            raise PublishError(f"{content} cannot be read: there is no such file", hint=hint)
        self.ours.add(path)
        if self._sealed and self._sealed(path):
            data = content if isinstance(content, bytes) else content.read_bytes()
            self._digests[path] = hashlib.sha256(data).hexdigest()
        if not self._is_new and _holds(f"{self._target}/{path}", content):
            return
        self.new.add(path)
        self._folders.make_for(path)
        file = f"{self._fresh}/{path}"
        if isinstance(content, bytes):
            write_over(file, content)
        else:
            make_way(file)
            shutil.copyfile(content, file)

    def keep(self, paths: Iterable[str]) -> None:
        """These are ours, and stay as the folder has them."""
        self.ours.update(paths)

    def seal(self) -> None:
        """Add the list of digests, if the folder is a sealed one."""
        if self._sealed:
            text = json.dumps({"files": self._digests}, sort_keys=True, indent=1)
            self.put(SEAL, text.encode())

    @property
    def changed(self) -> int:
        """How many of the planned files are not as they were."""
        return len(self.new - {SEAL})


def _holds(file: str, content: bytes | Path) -> bool:
    """Whether the file has just this content. A link to one is another matter."""
    try:
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode):
            return False
        if isinstance(content, Path):
            return status.st_size == content.stat().st_size and _same(Path(file), content)
        return status.st_size == len(content) and _read(file, len(content)) == content
    except OSError:
        return False


def _read(file: str, size: int) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, size + 1)
    finally:
        os.close(descriptor)


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            block = first.read(1 << 20)
            if block != second.read(1 << 20):
                return False
            if not block:
                return True
