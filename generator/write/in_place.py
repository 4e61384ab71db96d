"""A few changes are renamed in, each file whole at every moment; nothing else is touched."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

FEW = 400
"""So many files are renamed in faster than all the others are linked into a new folder."""


def are_many(files: frozenset[str]) -> bool:
    """Whether a change of all of them would be more than a few."""
    return len(files) > FEW


def are_few(
    target: Path, changed: frozenset[str], *, known: frozenset[str], ours: frozenset[str]
) -> bool:
    """Whether the folder can be mended in place: few changes, nothing of others in their way, and
    no file that becomes a folder or the other way round."""
    gone = known - ours
    if not target.is_dir() or len(changed) + len(gone) > FEW:
        return False
    needed = folders_of(changed)
    if not needed.isdisjoint(gone) or not folders_of(gone).isdisjoint(changed):
        return False
    strange = any(os.path.lexists(target / path) for path in changed - known)
    blocked = any((target / path).is_dir() for path in changed | gone)
    closed = any(os.path.lexists(target / path) and not (target / path).is_dir() for path in needed)
    return not (strange or blocked or closed)


def rename_in(
    fresh: Path,
    target: Path,
    changed: frozenset[str],
    *,
    known: frozenset[str],
    ours: frozenset[str],
) -> None:
    """Move what `changed` from `fresh` to `target`, and take away what is no longer ours.

    Raises `OSError`.
    """
    for path in sorted(changed):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).replace(target / path)
        prune(fresh, path)
    for path in sorted(known - ours):
        (target / path).unlink(missing_ok=True)
        prune(target, path)


def prune(root: Path, path: str) -> None:
    """Take away the folders above a path that have become empty, from the innermost on."""
    for folder in PurePosixPath(path).parents:
        if not folder.name:
            return
        try:
            (root / folder).rmdir()
        except OSError:
            return


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Every folder that holds one of the paths."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        # Whatever holds a folder that was found, was found with it.
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)
