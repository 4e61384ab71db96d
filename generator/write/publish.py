"""A folder is published as a whole: staged beside the old one, then exchanged for it.

Until the exchange the old folder is untouched, and so it stays if anything goes wrong. Files
whose bytes are the same are the same files, linked. What others put there is kept.
"""

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import PublishError
from .manifest import manifest_file, read_manifest, write_manifest

SEAL = "manifest.json"
"""In a sealed folder: the digests of its files, by which a reader knows that it has all of it."""

Sealed = Callable[[str], bool]
"""Whether a path belongs into the seal."""

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


_AUTHORS = ("content", "static", "data", "templates", "themes", "plugins", ".atrae")


def refuse_folders(root: Path, public: Path, handler: Path) -> None:
    """Raise `PublishError` where writing would touch what the author wrote, or itself."""
    public, handler, root = public.resolve(), handler.resolve(), root.resolve()
    if public == handler or public in handler.parents or handler in public.parents:
        hint = "choose two with -o and --handler"
        raise PublishError("one output folder lies in the other", hint=hint)
    for folder in (public, handler):
        if folder == root or folder in root.parents:
            raise PublishError(f"{folder} holds the site itself", hint="choose a folder of its own")
        for name in _AUTHORS:
            if (root / name) == folder or (root / name) in folder.parents:
                raise PublishError(f"{folder} lies within {name}/", hint="choose another folder")


def is_ours(target: Path, cache: Path) -> bool:
    """Whether an earlier build wrote the folder."""
    return target.is_dir() and read_manifest(manifest_file(cache, target.resolve())) is not None


class Stage:
    """The new folder, while it is filled."""

    def __init__(self, target: Path, staged: Path, sealed: Sealed | None) -> None:
        self._target, self._staged, self._sealed = target, staged, sealed
        self.digests: dict[str, str] = {}
        self.files: set[str] = set()
        self.changed = 0

    def put(self, path: str, content: bytes | Path) -> None:
        """Stage one file: bytes, or a copy of a file."""
        new, old = self._staged / path, self._target / path
        new.parent.mkdir(parents=True, exist_ok=True)
        self.files.add(path)
        if isinstance(content, bytes):
            if not _link_if(old, new, len(content), lambda: old.read_bytes() == content):
                new.write_bytes(content)
                self.changed += 1
        elif not _link_if(old, new, content.stat().st_size, lambda: _same(old, content)):
            shutil.copyfile(content, new)
            self.changed += 1
        if self._sealed and self._sealed(path):
            data = content if isinstance(content, bytes) else content.read_bytes()
            self.digests[path] = hashlib.sha256(data).hexdigest()

    def seal(self) -> None:
        """Add the list of digests, if the folder is a sealed one."""
        if self._sealed:
            text = json.dumps({"files": self.digests}, sort_keys=True, indent=1)
            self._sealed = None
            self.put(SEAL, text.encode())


def _link_if(old: Path, new: Path, size: int, same: Callable[[], bool]) -> bool:
    """Let `new` be the file `old` where that has the same bytes."""
    try:
        if old.is_symlink() or old.stat().st_size != size or not same():
            return False
        os.link(old, new)
    except OSError:
        return False
    return True


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            block = first.read(1 << 20)
            if block != second.read(1 << 20):
                return False
            if not block:
                return True


@contextmanager
def staged(
    target: Path, *, cache: Path, force: bool = False, sealed: Sealed | None = None
) -> Iterator[Stage]:
    """Fill the stage; on leaving without an error it becomes `target`, sealed if that is asked.

    Raises `PublishError` for a folder that is not ours (without `force`), for a file of somebody
    else's where one of ours should go, and where the folder cannot be written.
    """
    target = target.resolve()
    known_file = manifest_file(cache, target)
    known = read_manifest(known_file)
    if known is None and not force and target.is_dir() and any(target.iterdir()):
        raise PublishError(
            f"{target} has files that Atrae did not write",
            hint="choose another folder with -o, or take this one over with --force",
        )
    if target.exists() and not target.is_dir():
        raise PublishError(f"{target} is a file", hint="choose a folder")
    fresh = target.with_name(f".{target.name}.atrae-new")
    with _alone(known_file):
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            stage = Stage(target, fresh, sealed)
            yield stage
            stage.seal()
            ours = frozenset(stage.files)
            _keep_foreign(target, fresh, known or frozenset(), ours, force=force)
            # Both before and after: killed in between, the next build still knows its own.
            write_manifest(known_file, target, ours | (known or frozenset()))
            _exchange(fresh, target)
            write_manifest(known_file, target, ours)
        except OSError as wrong:
            raise PublishError(f"{target} cannot be written: {wrong.strerror or wrong}") from wrong
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def _alone(known_file: Path) -> Iterator[None]:
    """One build at a time writes a folder."""
    known_file.parent.mkdir(parents=True, exist_ok=True)
    with known_file.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hint = "wait until it has ended"
            raise PublishError("another build writes this folder", hint=hint) from None
        yield


def _keep_foreign(
    target: Path, fresh: Path, known: frozenset[str], ours: frozenset[str], *, force: bool
) -> None:
    """Take over what nobody but us may have deleted."""
    for folder, _, names in os.walk(target):
        for name in names:
            file = Path(folder, name)
            path = file.relative_to(target).as_posix()
            if path in known:
                continue
            if path in ours:
                if force:
                    continue
                hint = "move it away, or let it be replaced with --force"
                raise PublishError(f"{file} was not written by Atrae", hint=hint)
            new = fresh / path
            new.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(file, new)


def _link_or_copy(file: Path, new: Path) -> None:
    try:
        os.link(file, new, follow_symlinks=False)
    except OSError:
        shutil.copy2(file, new, follow_symlinks=False)


def _exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` where `target` is: at once where the system can, else in two moves."""
    if not target.exists():
        fresh.rename(target)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        names = os.fsencode(fresh), os.fsencode(target)
        if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
            return
        if ctypes.get_errno() not in (errno.ENOSYS, errno.EINVAL):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    old = target.with_name(f".{target.name}.atrae-old")
    target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
