"""A folder is published as a whole: what changes is staged beside it, then takes its place.

Few changes are renamed in; many become a new folder, with links to what stays, that is exchanged
for the old one. Until then the old folder is untouched, and so it stays if anything goes wrong.
What others put there is kept.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import PublishError
from .foreign import keep_foreign, link_all
from .in_place import are_few, rename_in
from .manifest import manifest_file, read_manifest, write_manifest
from .recycled import Spare
from .stage import Sealed, Stage
from .swap import exchange, recover

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


@contextmanager
def staged(
    target: Path,
    *,
    cache: Path,
    force: bool = False,
    whole: bool = True,
    sealed: Sealed | None = None,
) -> Iterator[Stage]:
    """Fill the stage; on leaving without an error it becomes `target`, sealed if that is asked.
    Unless it is filled as a `whole`, what an earlier build wrote stays, too.

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
        spare = Spare(cache.resolve() / "spare" / known_file.name)
        try:
            spare.take(fresh)
            if target.is_dir():
                shutil.copymode(target, fresh)
            stage = Stage(target, fresh, sealed)
            stage.keep(() if whole else known or ())
            yield stage
            stage.seal()
            _commit(stage, spare, target, fresh, known_file, known=known, force=force)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _commit(
    stage: Stage,
    spare: Spare,
    target: Path,
    fresh: Path,
    known_file: Path,
    *,
    known: frozenset[str] | None,
    force: bool,
) -> None:
    """Let the target be what the stage holds, and remember it as ours."""
    remembered, known = known, known or frozenset()
    ours, changed = frozenset(stage.ours), frozenset(stage.new)
    few = are_few(target, changed, known=known, ours=ours)
    mixed = False
    if not few:
        spare.clear(fresh, ours)
        link_all(target, fresh, ours - changed)
        mixed = keep_foreign(target, fresh, known=known, ours=ours, force=force)
    # Both before and after: killed in between, the next build still knows its own.
    if remembered is None or not ours <= known:
        write_manifest(known_file, target, ours | known)
    if few:
        rename_in(fresh, target, changed, known=known, ours=ours)
        spare.put_back(fresh)
    else:
        exchange(fresh, target)
    if ours != known:
        write_manifest(known_file, target, ours)
    if not few and not mixed:
        spare.replace(fresh, known)


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
