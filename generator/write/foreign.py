"""What others put into our folder: it is taken over into the new one, never deleted."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import PublishError
from .folders import Folders
from .in_place import folders_of
from .recycled import make_way


def keep_foreign(
    target: Path, fresh: Path, *, known: frozenset[str], ours: frozenset[str], force: bool
) -> bool:
    """Bring everything of `target` that is not `known` to be ours into `fresh`, links, empty
    folders and all. Whether there was anything.

    Raises `PublishError` where it stands in the way of one of `ours`; with `force` that one goes.
    """
    known_folders, needed = folders_of(known), folders_of(ours)
    folders, found = Folders(fresh), False
    for path, is_folder in _ends(str(target), ""):
        if path in known or (is_folder and path in known_folders):
            continue
        found = True
        if is_folder and path in needed:
            continue
        if path in ours or path in needed or not ours.isdisjoint(folders_of([path])):
            if not force:
                hint = "move it away, or let it be replaced with --force"
                raise PublishError(f"{target / path} was not written by Atrae", hint=hint)
            continue
        if is_folder:
            folders.make(path)
        else:
            folders.make_for(path)
            _link_or_copy(f"{target}/{path}", f"{fresh}/{path}")
    return found


def link_all(target: Path, fresh: Path, paths: Iterable[str]) -> None:
    """Let `fresh` have these files of `target`: the same files, linked."""
    folders = Folders(fresh)
    for path in paths:
        folders.make_for(path)
        _link_or_copy(f"{target}/{path}", f"{fresh}/{path}")


def _ends(root: str, folder: str) -> Iterator[tuple[str, bool]]:
    """Each file, each link, and each empty folder (then true), with its path in `root`.

    Nothing of a folder that cannot be read, or that is gone.
    """
    try:
        with os.scandir(f"{root}/{folder}") as found:
            entries = list(found)
    except OSError:
        return
    if folder and not entries:
        yield folder, True
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _ends(root, path)
        else:
            yield path, False


def _link_or_copy(file: str, new: str) -> None:
    try:
        os.link(file, new, follow_symlinks=False)
    except FileExistsError:
        # A spare has it, often as the very same file.
        if not os.path.samestat(os.lstat(file), os.lstat(new)):
            make_way(new)
            _link_or_copy(file, new)
    except OSError:
        shutil.copy2(file, new, follow_symlinks=False)
