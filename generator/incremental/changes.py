"""Changes since the last build, known before anything heavy is imported.

Only the file system is consulted: whether every file that a build reads, and every file that it
wrote, is the same; and the clock, because a date may show or hide a document. The program and its
libraries are among the files of the snapshot.
"""

import os
from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..model.file_stat import FileStat
from .snapshot import CONTENT, Snapshot, differing, digest, refresh, stat_at, take
from .store import read_record, write_record

FILE = "changes"
THEMES = "templates/", "themes/"
"""The folders whose files decide how pages look."""

FEW = 64
"""Texts that are read one by one before a whole build would have started its workers."""


_MISSING, _NEVER_WRITTEN = -1, -2
"""Numbers of a file that doesn't exist: it's never as it was written."""


class Written(NamedTuple):
    """The files that a build wrote, and two numbers for each: size, and mtime in nanoseconds."""

    files: list[str]
    stats: bytes

    @classmethod
    def of(cls, files: Iterable[str]) -> "Written":
        """Take the stats of files."""
        names = list(files)
        return cls(names, _sizes_and_times(names, missing=_NEVER_WRITTEN).tobytes())

    def rewritten(self, files: Iterable[str]) -> "Written":
        """Take the stats of some of the files again."""
        at = {path: number for number, path in enumerate(self.files)}
        stats = array("q", self.stats)
        for path in files:
            stats[2 * at[path] : 2 * at[path] + 2] = _sizes_and_times(
                [path], missing=_NEVER_WRITTEN
            )
        return self._replace(stats=stats.tobytes())

    def intact(self) -> frozenset[str]:
        """Return the files that exist and are as they were written."""
        before, now = array("q", self.stats), _sizes_and_times(self.files)
        starts = zip(self.files, range(0, len(now), 2), strict=True)
        return frozenset(path for path, at in starts if now[at : at + 2] == before[at : at + 2])

    def is_intact(self) -> bool:
        """Tell whether every file exists and is as it was written."""
        return _sizes_and_times(self.files).tobytes() == self.stats


class LastBuild(NamedTuple):
    """Files, diagnostics and summary of the last build."""

    key: str
    """Identity of the build: its options and folders."""
    snapshot: Snapshot
    written: Written
    valid: tuple[float, float]
    """Seconds since 1970 from when until when the same documents are shown."""
    counts: tuple[Any, ...]
    """First fields of its `BuildResult`, as plain values."""
    diagnostics: bytes
    """Its diagnostics, packed by `store.pack`."""


class Unchanged(NamedTuple):
    """Nothing changed."""

    last: LastBuild
    snapshot: Snapshot
    is_refined: bool
    """The new snapshot knows more files to be settled, so that it's worth storing."""


class TextsChanged(NamedTuple):
    """Only documents changed, and each of them still exists."""

    last: LastBuild
    snapshot: Snapshot
    files: dict[str, FileStat]
    """Path from the site's root -> stat."""


class ThemeChanged(NamedTuple):
    """Only files in `THEMES` changed."""

    last: LastBuild
    snapshot: Snapshot


class Anything(NamedTuple):
    """Everything may have changed."""

    snapshot: Snapshot


Changes = Unchanged | TextsChanged | ThemeChanged | Anything


def save(folder: str, build: LastBuild) -> None:
    """Store what a build read, wrote and reported."""
    key, snapshot, written, *report = build
    write_record(f"{folder}/{FILE}", key, tuple(snapshot), tuple(written), *report)


def load(folder: str, key: str | None = None) -> LastBuild | None:
    """Return the last build with this key, or with any if it's None."""
    try:
        stored_key, (snapshot, written, *report) = read_record(f"{folder}/{FILE}", key)
        return LastBuild(stored_key, Snapshot(*snapshot), Written(*written), *report)
    except (LookupError, ValueError, TypeError):
        return None


def detect(folder: str, root: str, *, key: str | None, now: float) -> Changes:
    """Return what changed in the site at `root` since the last build with this key, or with any.

    `now` is in seconds since 1970.
    """
    last = load(folder, key)
    if last is None or not last.valid[0] <= now < last.valid[1]:
        return Anything(take(root))
    known = last.snapshot
    snapshot = refresh(known) or take(root)
    files = changed_files(known, snapshot, root)
    if files is None or not last.written.is_intact():
        return Anything(snapshot)
    if not files:
        before = known.directory_stats, known.unsettled
        is_refined = (snapshot.directory_stats, snapshot.unsettled) != before
        return Unchanged(last, snapshot, is_refined)
    if all(path.startswith(THEMES) for path in files):
        return ThemeChanged(last, snapshot)
    if len(files) > FEW or any(path.startswith(THEMES) for path in files):
        return Anything(snapshot)
    return TextsChanged(last, snapshot, files)


def changed_files(before: Snapshot, after: Snapshot, root: str) -> dict[str, FileStat] | None:
    """Return the documents and the files in `THEMES` that changed, by path -> stat.

    None if anything else changed.
    """
    if _names(after) != _names(before):
        return None
    changed = set(differing(before.stats, after.stats))
    if before.unsettled:
        at = {path: number for number, path in enumerate(after.files)}
        changed |= {
            at[p] for p, known in before.unsettled.items() if not known or digest(p) != known
        }
    files = {}
    for number in sorted(changed):
        path = after.files[number].removeprefix(f"{root}/")
        if not path.startswith(THEMES) and not _is_text(path):
            return None
        files[path] = stat_at(after, number)
    return files


def _is_text(path: str) -> bool:
    within = path.startswith(f"{CONTENT}/") and "_gated" not in path.split("/")
    return within and path.endswith(".md")


def _names(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.program, snapshot.libraries, snapshot.files


def with_own_file(snapshot: Snapshot, root: str, path: str) -> Snapshot:
    """Return the snapshot with the file at `path`, which the build itself may have written since.

    If anything else changed meanwhile, the snapshot stays as it is, so that it's noticed later.
    """
    own, now = f"{root}/{path}", take(root)

    def others(snapshot: Snapshot) -> tuple[object, dict[str, str]]:
        stats = {name: stat_at(snapshot, number) for number, name in enumerate(snapshot.files)}
        stats.pop(own, None)
        unsettled = {name: known for name, known in snapshot.unsettled.items() if name != own}
        return (snapshot.program, snapshot.libraries, stats), unsettled

    before, after = others(snapshot), others(now)
    # A file may have settled meanwhile with the same stat: then its bytes are known.
    is_same = before[0] == after[0] and after[1].items() <= before[1].items()
    return now._replace(unsettled=snapshot.unsettled | now.unsettled) if is_same else snapshot


def _sizes_and_times(files: list[str], missing: int = _MISSING) -> "array[int]":
    """Return two numbers for each file; both are `missing` if there is none."""
    stats = array("q")
    stat, add = os.stat, stats.extend
    # A call of a function of ours for each of thousands would take half as long again.
    for path in files:
        try:
            status = stat(path)
            add((status.st_size, status.st_mtime_ns))
        except (OSError, OverflowError):
            del stats[len(stats) & ~1 :]  # a size without its mtime
            add((missing, missing))
    return stats
