"""A folder is published as a whole: what changes is staged beside it, then takes its place.

Few changes are renamed in; many become a new folder, with links to what stays, that is exchanged
for the old one. Until then the old folder is untouched, and so it stays if anything goes wrong.
What others put there is kept.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import PublishError
from .exchange import exchange, recover
from .few import are_few, rename_in
from .foreign import keep_foreign, link_all
from .manifest import manifest_file, read_manifest, write_manifest

SEAL = "manifest.json"
"""In a sealed folder: the digests of its files, by which a reader knows that it has all of it."""

Sealed = Callable[[str], bool]
"""Whether a path belongs into the seal."""

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
            authors = (root / name).resolve()
            if authors == folder or authors in folder.parents:
                raise PublishError(f"{folder} lies within {name}/", hint="choose another folder")


def is_ours(target: Path, cache: Path) -> bool:
    """Whether an earlier build wrote the folder."""
    return target.is_dir() and read_manifest(manifest_file(cache, target.resolve())) is not None


class Stage:
    """The new folder, while it is filled."""

    def __init__(self, target: Path, staged: Path, sealed: Sealed | None) -> None:
        self._target, self._staged, self._sealed = target, staged, sealed
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
        if _holds(self._target / path, content):
            return
        self.new.add(path)
        file = self._staged / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
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


def _holds(file: Path, content: bytes | Path) -> bool:
    """Whether the file has just this content."""
    try:
        if file.is_symlink():
            return False
        if isinstance(content, bytes):
            return file.stat().st_size == len(content) and file.read_bytes() == content
        return file.stat().st_size == content.stat().st_size and _same(file, content)
    except OSError:
        return False


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

    Raises `PublishError` for a folder that is not ours (without `force`), for what somebody else
    put where one of our files should go, and where the folder cannot be written.
    """
    target = target.resolve()
    known_file = manifest_file(cache, target)
    fresh = target.with_name(f".{target.name}.atrae-new")
    with _said(target), _alone(known_file):
        recover(target)
        known = read_manifest(known_file)
        _refuse_strange(target, known, force=force)
        known = known or frozenset()
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            if target.is_dir():
                shutil.copymode(target, fresh)
            stage = Stage(target, fresh, sealed)
            yield stage
            stage.seal()
            ours, changed = frozenset(stage.ours), frozenset(stage.new)
            few = are_few(target, changed, known=known, ours=ours)
            if not few:
                link_all(target, fresh, ours - changed)
                keep_foreign(target, fresh, known=known, ours=ours, force=force)
            # Both before and after: killed in between, the next build still knows its own.
            write_manifest(known_file, target, ours | known)
            if few:
                rename_in(fresh, target, changed, known=known, ours=ours)
            else:
                exchange(fresh, target)
            write_manifest(known_file, target, ours)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _refuse_strange(target: Path, known: frozenset[str] | None, *, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise PublishError(f"{target} is a file", hint="choose a folder")
    if known is None and not force and target.is_dir() and any(target.iterdir()):
        raise PublishError(
            f"{target} has files that Atrae did not write",
            hint="choose another folder with -o, or take this one over with --force",
        )


@contextmanager
def _said(target: Path) -> Iterator[None]:
    """What the system refuses, as an error of ours that names the file."""
    try:
        yield
    except OSError as wrong:
        file = wrong.filename or target
        raise PublishError(
            f"{target} cannot be written: {wrong.strerror or wrong} ({file})"
        ) from wrong


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
