"""Every file that a build reads, by name and stat: what the file system alone can tell."""

import os
import sys
import time
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ..model.file_stat import TICK, FileStat

CONTENT = "content"
SETTINGS = "site.yaml"
READ = (CONTENT, "static", "data", "templates", "themes", "plugins")
"""The folders of a site that a build reads, beside `SETTINGS`."""

MANY = 1000
"""With more files than this saved a moment ago, their bytes are not read."""

NUMBERS = 4
"""A file's stat has so many: size, mtime, ctime, inode."""

_WIDTH = NUMBERS * 8
_HOME = __file__.rsplit(os.sep, 2)[0]
_MOST = 2**63 - 1
_UNSETTLED, _MISSING = (-1, -1, -1), (-2, -2, -2)


class Snapshot(NamedTuple):
    """Files that a build reads, at one moment. Numbers are bytes, because there are thousands."""

    program: tuple[str, ...]
    """Python's version, and where the program and its libraries are."""
    libraries: tuple[str, ...]
    """Names and versions of the installed libraries."""
    files: list[str]
    stats: bytes
    """The stat of each file, one after the other."""
    directories: list[str]
    """The directories that were listed, and those that don't exist but might."""
    directory_stats: bytes
    """For each directory the numbers that tell whether it has the same names."""
    unsettled: dict[str, str]
    """Files that may still change without changing their stat -> digest of their bytes; empty if
    they were not read."""


class _Walk:
    """Files and directories found on one walk."""

    def __init__(self) -> None:
        self.now = time.time_ns()
        self.files: list[str] = []
        self.stats = array("q")
        self.directories: list[str] = []
        self.directory_stats = array("q")

    def names(self, folder: str) -> list[os.DirEntry[str]]:
        """Return the entries of a directory in the order of names; none if it doesn't exist."""
        self.directories.append(folder)
        # Before it's listed: what comes meanwhile is newer than that.
        stat = _directory_stat(folder, self.now)
        try:
            with os.scandir(folder) as directory:
                entries = sorted(directory, key=lambda entry: entry.name)
        except OSError:
            self.directory_stats.extend(stat)
            return []
        # A broken link may lead to a file later, and nothing here would tell.
        broken = any(e.is_symlink() and not os.path.exists(e.path) for e in entries)  # noqa: PTH110
        self.directory_stats.extend(_UNSETTLED if broken else stat)
        return entries

    def file(self, path: str) -> None:
        """Add a file that may or may not exist."""
        self.directories.append(path)
        self.directory_stats.extend(_directory_stat(path, self.now))
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            return
        self.files.append(path)
        self.stats.extend(_stat(status))

    def walk(self, folder: str, suffix: str = "", above: tuple[tuple[int, int], ...] = ()) -> None:
        """Add every file below whose name has the suffix.

        A link back to one of the directories `above` is not followed.
        """
        try:
            status = os.stat(folder)  # noqa: PTH116  (thousands of them)
        except OSError:
            status = None
        here = (status.st_dev, status.st_ino) if status else (0, 0)
        if here in above:
            return
        for entry in self.names(folder):
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                self.walk(entry.path, suffix, (*above, here))
            elif entry.name.endswith(suffix) and entry.is_file():
                self.files.append(entry.path)
                self.stats.extend(_stat(entry.stat()))


def take(root: str) -> Snapshot:
    """Take a snapshot of the site at `root`, before a build begins to read."""
    walk = _Walk()
    for folder in (*(f"{root}/{name}" for name in READ), f"{_HOME}/themes"):
        walk.walk(folder)
    walk.walk(f"{_HOME.rpartition(os.sep)[0]}/themes")
    walk.walk(_HOME, ".py")
    walk.file(f"{root}/{SETTINGS}")
    libraries = _libraries(walk)
    unsettled = list(_unsettled(walk.files, walk.stats, walk.now))
    return Snapshot(
        program=_program(),
        libraries=libraries,
        files=walk.files,
        stats=walk.stats.tobytes(),
        directories=walk.directories,
        directory_stats=walk.directory_stats.tobytes(),
        unsettled={path: digest(path) if len(unsettled) <= MANY else "" for path in unsettled},
    )


def refresh(known: Snapshot) -> Snapshot | None:
    """Return a new snapshot in less time; None if a directory may have other names than before."""
    now = time.time_ns()
    if _UNSETTLED[0] in array("q", known.directory_stats)[:: len(_UNSETTLED)]:
        return None
    directory_stats = array("q")
    for folder in known.directories:
        directory_stats.extend(_directory_stat(folder, now))
    if directory_stats.tobytes() != known.directory_stats or _program() != known.program:
        return None
    stats = array("q")
    stat, add = os.stat, stats.extend
    try:
        for path in known.files:
            status = stat(path)
            add((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    except (OSError, OverflowError):
        return None
    at = {path: number for number, path in enumerate(known.files)} if known.unsettled else {}
    numbers = {*differing(known.stats, stats.tobytes()), *(at[path] for path in known.unsettled)}
    doubtful = sorted(numbers)
    doubtful_stats = (n for i in doubtful for n in stats[i * NUMBERS : (i + 1) * NUMBERS])
    paths = [known.files[number] for number in doubtful]
    unsettled = _unsettled(paths, array("q", doubtful_stats), now)
    return known._replace(
        stats=stats.tobytes(), unsettled={path: digest(path) for path in unsettled}
    )


def differing(before: bytes, after: bytes) -> Iterator[int]:
    """Yield the numbers of the files whose stat is another one."""
    if before != after:
        for at in range(0, len(after), _WIDTH):
            if before[at : at + _WIDTH] != after[at : at + _WIDTH]:
                yield at // _WIDTH


def stat_at(snapshot: Snapshot, number: int) -> FileStat:
    """Return the stat of a file by its number."""
    return tuple(array("q", snapshot.stats[number * _WIDTH : (number + 1) * _WIDTH]))


def digest(path: str) -> str:
    """Return the digest of a file's bytes; empty if there is no file."""
    from ..model.digest import digest_of

    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return digest_of(file.read())
    except OSError:
        return ""


def fingerprint(*values: object) -> str:
    """Return the digest of values, by their `repr`, of the program's files and of its libraries."""
    from ..model.digest import digest_of

    return digest_of(repr((values, _installed())))


@lru_cache(maxsize=1)
def _installed() -> tuple[object, ...]:
    walk = _Walk()
    walk.walk(_HOME, ".py")
    sizes, times = walk.stats[::NUMBERS], walk.stats[1::NUMBERS]
    paths = [path.removeprefix(_HOME) for path in walk.files]
    return sys.version, tuple(zip(paths, sizes, times, strict=True)), _libraries(walk)


def _libraries(walk: _Walk) -> tuple[str, ...]:
    """Return names and versions of the installed libraries."""
    return tuple(
        entry.name
        for folder in _library_folders()
        for entry in walk.names(folder)
        if entry.name.endswith(".dist-info")
    )


def _unsettled(files: Iterable[str], stats: "array[int]", now: int) -> Iterator[str]:
    times = zip(files, stats[1::NUMBERS], stats[2::NUMBERS], strict=True)
    return (path for path, mtime, ctime in times if max(mtime, ctime) + TICK > now)


def _stat(status: os.stat_result) -> FileStat:
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return tuple(min(number, _MOST) for number in numbers)


def _directory_stat(folder: str, now: int) -> tuple[int, int, int]:
    """Return numbers that change when a name comes or goes in the directory."""
    try:
        status = os.stat(folder)  # noqa: PTH116
    except OSError:
        return _MISSING
    if max(status.st_mtime_ns, status.st_ctime_ns) + TICK > now:
        return _UNSETTLED
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def _program() -> tuple[str, ...]:
    return (sys.version, _HOME, *_library_folders())


def _library_folders() -> list[str]:
    return [folder for folder in sys.path if folder.endswith("-packages")]
