"""Publishes a folder as a whole: changes are staged beside it, then put in its place.

Few changed files are renamed into the folder. Many become a new folder, with hard links to the
unchanged files, that is swapped with the old one. If anything goes wrong before that, the old
folder is as it was. Files that Atrae didn't write are kept.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    return target.is_dir() and read_manifest(manifest_file(cache, target)) is not None


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

    One build at a time writes a folder: the caller holds the lock of the site's cache.

    Args:
        target: The output folder.
        cache: The folder for manifests and recycled folders.
        force: Take over a folder, or replace a file, that Atrae didn't write.
        whole: The stage gets every file; without it, files of earlier builds stay.
        sealed: Which paths the seal lists; None for a folder without a seal.

    Raises:
        PublishError: The folder or a file in the way isn't ours, or the system refuses.
    """
    target = target.resolve()
    manifest = manifest_file(cache, target)
    fresh = target.with_name(f".{target.name}.atrae-new")
    with _explained(target):
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
            _commit(stage, recycled, manifest, known, force=force)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _commit(
    stage: Stage,
    recycled: RecycledFolder,
    manifest: Path,
    recorded: frozenset[str] | None,
    *,
    force: bool,
) -> None:
    """Put a filled stage in the place of its target, and record its files as ours."""
    target, fresh, known = stage.target, stage.fresh, recorded or frozenset()
    ours, changed = frozenset(stage.ours), frozenset(stage.new)
    in_place = can_rename_in(target, changed, known=known, ours=ours)
    has_foreign = False
    if not in_place:
        # All that stays comes into the new folder.
        recycled.clear(fresh, ours)
        link_all(target, fresh, ours - changed)
        has_foreign = keep_foreign(target, fresh, known=known, ours=ours, force=force)
    # Written before and after: if killed in between, the next build still knows its files.
    if recorded is None or not ours <= known:
        write_manifest(manifest, target, ours | known)
    if in_place:
        rename_in(fresh, target, changed, known=known, ours=ours)
        recycled.put_back(fresh)
    else:
        exchange(fresh, target)
    if ours != known:
        write_manifest(manifest, target, ours)
    if not in_place and not has_foreign:
        recycled.replace(fresh, known)


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
