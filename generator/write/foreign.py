"""What others put into our folder: it is taken over into the new one, never deleted."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ..errors import PublishError


def keep_foreign(
    target: Path, fresh: Path, *, known: frozenset[str], ours: frozenset[str], force: bool
) -> None:
    """Bring everything of `target` that is not `known` to be ours into `fresh`, links, empty
    folders and all.

    Raises `PublishError` where it stands in the way of one of `ours`; with `force` that one goes.
    """
    known_folders, needed = folders_of(known), folders_of(ours)
    for path, is_folder in _ends(target):
        if path in known or (is_folder and (path in known_folders or path in needed)):
            continue
        if path in ours or path in needed or not ours.isdisjoint(_above(path)):
            if not force:
                hint = "move it away, or let it be replaced with --force"
                raise PublishError(f"{target / path} was not written by Atrae", hint=hint)
            continue
        new = fresh / path
        if is_folder:
            new.mkdir(parents=True, exist_ok=True)
        else:
            new.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(target / path, new)


def link_all(target: Path, fresh: Path, paths: Iterable[str]) -> None:
    """Let `fresh` have these files of `target`: the same files, linked."""
    for path in paths:
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(target / path, fresh / path)


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Every folder that holds one of the paths."""
    return frozenset(folder for path in paths for folder in _above(path))


def _above(path: str) -> Iterator[str]:
    return (folder.as_posix() for folder in PurePosixPath(path).parents if folder.name)


def _ends(target: Path) -> Iterator[tuple[str, bool]]:
    """Each file, each link, and each empty folder (then true), with its path in `target`."""
    for folder, folders, names in os.walk(target):
        place = Path(folder)
        links = [name for name in folders if (place / name).is_symlink()]
        for name in (*names, *links):
            yield (place / name).relative_to(target).as_posix(), False
        if not folders and not names and place != target:
            yield place.relative_to(target).as_posix(), True


def _link_or_copy(file: Path, new: Path) -> None:
    try:
        os.link(file, new, follow_symlinks=False)
    except OSError:
        shutil.copy2(file, new, follow_symlinks=False)
