"""Publishes a folder as a whole: changes are staged beside it, then put in its place.

Few changed files are renamed into the folder. Many become a new folder, with hard links to the
unchanged files, that is swapped with the old one. If anything goes wrong before that, the old
folder is as it was. Files that Atrae didn't write are kept.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import PublishError
from .foreign import keep_foreign, link_all
from .in_place import can_rename_in, rename_in
from .manifest import manifest_file, read_manifest, write_manifest
from .recycled import RecycledFolder
from .stage import Sealed, Stage
from .swap import exchange, recover

_SOURCES = ("content", "static", "data", "templates", "themes", "plugins", ".atrae")


def refuse_folders(root: Path, public: Path, handler: Path) -> None:
    """Refuse output folders that contain each other, the site, or a folder of its sources.

    Raises:
        PublishError: Writing them would change what the author wrote, or each other.
    """
    public, handler, root = public.resolve(), handler.resolve(), root.resolve()
    if public == handler or public in handler.parents or handler in public.parents:
        hint = "choose two with -o and --handler"
        raise PublishError("one output folder is inside the other", hint=hint)
    for folder in (public, handler):
        if folder == root or folder in root.parents:
            raise PublishError(f"{folder} contains the site itself", hint="choose another folder")
        for name in _SOURCES:
            source = (root / name).resolve()
            if source == folder or source in folder.parents:
                raise PublishError(f"{folder} is inside {name}/", hint="choose another folder")


def is_ours(target: Path, cache: Path) -> bool:
    """Return whether an earlier build wrote the folder."""
    return target.is_dir() and read_manifest(manifest_file(cache, target.resolve())) is not None


@contextmanager
def staged(
    target: Path,
    *,
    cache: Path,
    force: bool = False,
    whole: bool = True,
    sealed: Sealed | None = None,
) -> Iterator[Stage]:
    """Yield a stage to fill, and publish it as `target` when the block ends without an error.

    Args:
        target: The output folder.
        cache: The folder for manifests, locks and recycled folders.
        force: Take over a folder, or replace a file, that Atrae didn't write.
        whole: The stage gets every file; without it, files of earlier builds stay.
        sealed: Which paths the seal lists; None for a folder without a seal.

    Raises:
        PublishError: The folder or a file in the way isn't ours, another build is writing the
            folder, or the system refuses.
    """
    target = target.resolve()
    manifest = manifest_file(cache, target)
    fresh = target.with_name(f".{target.name}.atrae-new")
    with _explained(target), _exclusive(manifest):
        recover(target)
        known = read_manifest(manifest)
        _refuse_foreign(target, known, force=force)
        recycled = RecycledFolder(cache.resolve() / "spare" / manifest.name)
        try:
            recycled.take(fresh)
            if target.is_dir():
                shutil.copymode(target, fresh)
            stage = Stage(target, fresh, sealed)
            stage.keep(() if whole else known or ())
            yield stage
            stage.seal()
            _Commit(stage, recycled, target, fresh, manifest, known, force).run()
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Commit:
    """Puts a filled stage in the place of the target, and records its files as ours."""

    stage: Stage
    recycled: RecycledFolder
    target: Path
    fresh: Path
    manifest: Path
    recorded: frozenset[str] | None
    force: bool

    def run(self) -> None:
        known = self.recorded or frozenset()
        ours, changed = frozenset(self.stage.ours), frozenset(self.stage.new)
        in_place = can_rename_in(self.target, changed, known=known, ours=ours)
        has_foreign = not in_place and self._complete(known, ours, changed)
        # Written before and after: if killed in between, the next build still knows its files.
        if self.recorded is None or not ours <= known:
            write_manifest(self.manifest, self.target, ours | known)
        if in_place:
            rename_in(self.fresh, self.target, changed, known=known, ours=ours)
            self.recycled.put_back(self.fresh)
        else:
            exchange(self.fresh, self.target)
        if ours != known:
            write_manifest(self.manifest, self.target, ours)
        if not in_place and not has_foreign:
            self.recycled.replace(self.fresh, known)

    def _complete(
        self, known: frozenset[str], ours: frozenset[str], changed: frozenset[str]
    ) -> bool:
        """Bring all that stays into the new folder; return whether some of it isn't ours."""
        self.recycled.clear(self.fresh, ours)
        link_all(self.target, self.fresh, ours - changed)
        return keep_foreign(self.target, self.fresh, known=known, ours=ours, force=self.force)


def _refuse_foreign(target: Path, known: frozenset[str] | None, *, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise PublishError(f"{target} is a file", hint="choose a folder")
    if known is None and not force and target.is_dir() and any(target.iterdir()):
        raise PublishError(
            f"{target} has files that Atrae did not write",
            hint="choose another folder with -o, or take this one over with --force",
        )


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn an error of the system into one that names the file."""
    try:
        yield
    except OSError as fault:
        file = fault.filename or target
        raise PublishError(
            f"{target} cannot be written: {fault.strerror or fault} ({file})"
        ) from fault


@contextmanager
def _exclusive(manifest: Path) -> Iterator[None]:
    """Let one build at a time write a folder."""
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with manifest.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hint = "wait until it ends"
            raise PublishError("another build is writing this folder", hint=hint) from None
        yield
