"""Renames a few changed files into the folder, each whole at every moment."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

RENAME_LIMIT = 400
"""The most changed files to rename in: for more, linking the unchanged ones into a new folder is
faster."""


def are_many(files: frozenset[str]) -> bool:
    """Return whether these are more files than are renamed in."""
    return len(files) > RENAME_LIMIT


def can_rename_in(
    target: Path, changed: frozenset[str], *, known: frozenset[str], ours: frozenset[str]
) -> bool:
    """Return whether the changes are few and nothing is in their way.

    Files of others, and files that become folders or the other way round, are in the way.
    """
    gone = known - ours
    if not target.is_dir() or len(changed) + len(gone) > RENAME_LIMIT:
        return False
    needed = folders_of(changed)
    if not needed.isdisjoint(gone) or not folders_of(gone).isdisjoint(changed):
        return False
    foreign = any(os.path.lexists(target / path) for path in changed - known)
    folder_at_file = any((target / path).is_dir() for path in changed | gone)
    file_at_folder = any(
        os.path.lexists(target / path) and not (target / path).is_dir() for path in needed
    )
    return not (foreign or folder_at_file or file_at_folder)


def rename_in(
    fresh: Path,
    target: Path,
    changed: frozenset[str],
    *,
    known: frozenset[str],
    ours: frozenset[str],
) -> None:
    """Move what `changed` from `fresh` to `target`, and delete what is no longer ours.

    Raises:
        OSError: The system refuses.
    """
    for path in sorted(changed):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).replace(target / path)
        prune(fresh, path)
    for path in sorted(known - ours):
        (target / path).unlink(missing_ok=True)
        prune(target, path)


def prune(root: Path, path: str) -> None:
    """Delete the folders above a path that have become empty, from the innermost outwards."""
    for folder in PurePosixPath(path).parents:
        if not folder.name:
            return
        try:
            (root / folder).rmdir()
        except OSError:
            return


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Return every folder above one of the paths."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        # The folders above a known folder are known, too.
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(folders)
