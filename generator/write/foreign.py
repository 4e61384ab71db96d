"""Keeps what others put into our folder: it is moved over to the new one, never deleted."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import PublishError
from .in_place import folders_of
from .recycled import make_way
from .stage import Folders


def keep_foreign(
    target: Path, fresh: Path, *, known: frozenset[str], ours: frozenset[str], force: bool
) -> bool:
    """Link everything in `target` that isn't `known` to be ours into `fresh`.

    Links and empty folders are kept, too. With `force`, what is in the way of one of `ours` is
    replaced.

    Returns:
        True if there was anything.

    Raises:
        PublishError: Something is in the way of one of `ours`.
    """
    known_folders, needed = folders_of(known), folders_of(ours)
    folders, has_foreign = Folders(fresh), False
    for path, is_folder in _leaves(str(target), ""):
        if path in known or (is_folder and path in known_folders):
            continue
        has_foreign = True
        if is_folder and path in needed:
            continue
        if path in ours or path in needed or not ours.isdisjoint(folders_of([path])):
            if not force:
                hint = "move it away, or replace it with --force"
                raise PublishError(f"{target / path} was not written by Atrae", hint=hint)
            continue
        if is_folder:
            folders.make(path)
        else:
            folders.make_for(path)
            _link_or_copy(f"{target}/{path}", f"{fresh}/{path}")
    return has_foreign


def link_all(target: Path, fresh: Path, paths: Iterable[str]) -> None:
    """Hard-link these files of `target` into `fresh`."""
    folders = Folders(fresh)
    for path in paths:
        folders.make_for(path)
        _link_or_copy(f"{target}/{path}", f"{fresh}/{path}")


def _leaves(root: str, folder: str) -> Iterator[tuple[str, bool]]:
    """Yield the path of each file, link and empty folder, and whether it is a folder.

    Folders that can't be read, or that are gone, yield nothing.
    """
    try:
        with os.scandir(f"{root}/{folder}") as listing:
            entries = list(listing)
    except OSError:
        return
    if folder and not entries:
        yield folder, True
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _leaves(root, path)
        else:
            yield path, False


def _link_or_copy(file: str, new: str) -> None:
    try:
        os.link(file, new, follow_symlinks=False)
    except FileExistsError:
        # A recycled folder may have it already, often as a link to the very same file.
        if not os.path.samestat(os.lstat(file), os.lstat(new)):
            make_way(new)
            _link_or_copy(file, new)
    except OSError:
        shutil.copy2(file, new, follow_symlinks=False)
