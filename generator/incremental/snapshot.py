"""Every file that a build reads, by name and stamp: what the file system alone can tell."""

import os
import sys
import time
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..model.file_stat import TICK, Stamp

CONTENT = "content"
SETTINGS = "site.yaml"
READ = (CONTENT, "static", "data", "templates", "themes", "plugins")
"""The folders of a site that a build reads, beside `SETTINGS`."""

MANY = 1000
"""Files that were only just saved: so many are not read to be sure."""

NUMBERS = 4
"""A stamp has so many: size, mtime, ctime, inode."""

_WIDTH = NUMBERS * 8
_HOME = __file__.rsplit(os.sep, 2)[0]
_MOST = 2**63 - 1
_UNSURE, _MISSING = (-1, -1, -1), (-2, -2, -2)


class Seen(NamedTuple):
    """What a build reads, as it was when the file system was asked. Of plain values, and the
    numbers as bytes: there are thousands."""

    program: tuple[str, ...]
    """Python's version, and where the program and its libraries are."""
    libraries: tuple[str, ...]
    """Their names and versions, as installed."""
    files: list[str]
    stamps: bytes
    """Of each file, one after the other."""
    folders: list[str]
    """Those that were looked into, and those that are not there but might."""
    places: bytes
    """Of each folder, what tells that it holds the same names."""
    young: dict[str, str]
    """The files whose stamp does not tell yet that they stay as they are -> the digest of their
    bytes, empty where that was not asked."""


class _Looking:
    """What is found on one way through the folders."""

    def __init__(self) -> None:
        self.now = time.time_ns()
        self.files: list[str] = []
        self.stamps = array("q")
        self.folders: list[str] = []
        self.places = array("q")

    def names(self, folder: str) -> list[os.DirEntry[str]]:
        """What is in the folder, in the order of names; nothing if it is not there."""
        self.folders.append(folder)
        # Before its names are asked: what comes meanwhile is younger than that.
        place = _place(folder, self.now)
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self.places.extend(place)
            return []
        # A link that leads nowhere may lead to a file later, and nothing here would tell.
        lost = any(entry.is_symlink() and not os.path.exists(entry.path) for entry in found)  # noqa: PTH110
        self.places.extend(_UNSURE if lost else place)
        return found

    def file(self, path: str) -> None:
        """A file that may be there or not."""
        self.folders.append(path)
        self.places.extend(_place(path, self.now))
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            return
        self.files.append(path)
        self.stamps.extend(_stamp(status))

    def walk(self, folder: str, ending: str = "", above: tuple[tuple[int, int], ...] = ()) -> None:
        """Every file below whose name has the ending; a link that leads back to a folder `above`
        is not followed."""
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
                self.walk(entry.path, ending, (*above, here))
            elif entry.name.endswith(ending) and entry.is_file():
                self.files.append(entry.path)
                self.stamps.extend(_stamp(entry.stat()))


def look(root: str) -> Seen:
    """To be asked before a build of the site begins to read."""
    looking = _Looking()
    for folder in (*(f"{root}/{name}" for name in READ), f"{_HOME}/themes"):
        looking.walk(folder)
    looking.walk(f"{_HOME.rpartition(os.sep)[0]}/themes")
    looking.walk(_HOME, ".py")
    looking.file(f"{root}/{SETTINGS}")
    libraries = tuple(
        entry.name
        for folder in _libraries()
        for entry in looking.names(folder)
        if entry.name.endswith(".dist-info")
    )
    young = list(_young(looking.files, looking.stamps, looking.now))
    return Seen(
        program=_program(),
        libraries=libraries,
        files=looking.files,
        stamps=looking.stamps.tobytes(),
        folders=looking.folders,
        places=looking.places.tobytes(),
        young={path: digest(path) if len(young) <= MANY else "" for path in young},
    )


def stamps_of(folder: str, ending: str) -> Iterator[tuple[str, int, int]]:
    """Path from the folder, size and mtime of every file below it with the ending."""
    looking = _Looking()
    looking.walk(folder, ending)
    sizes, times = looking.stamps[::NUMBERS], looking.stamps[1::NUMBERS]
    for path, size, mtime in zip(looking.files, sizes, times, strict=True):
        yield path.removeprefix(folder), size, mtime


def look_again(known: Seen) -> Seen | None:
    """The same in less time, where every folder holds the names that it held; else None."""
    now = time.time_ns()
    if _UNSURE[0] in array("q", known.places)[:: len(_UNSURE)]:
        return None
    places = array("q")
    for folder in known.folders:
        places.extend(_place(folder, now))
    if places.tobytes() != known.places or _program() != known.program:
        return None
    stamps = array("q")
    stat, add = os.stat, stamps.extend
    try:
        for path in known.files:
            status = stat(path)
            add((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    except (OSError, OverflowError):
        return None
    at = {path: number for number, path in enumerate(known.files)} if known.young else {}
    mind = sorted({*differing(known.stamps, stamps.tobytes()), *(at[path] for path in known.young)})
    numbers = array("q", (n for i in mind for n in stamps[i * NUMBERS : (i + 1) * NUMBERS]))
    young = _young([known.files[number] for number in mind], numbers, now)
    return known._replace(stamps=stamps.tobytes(), young={path: digest(path) for path in young})


def differing(before: bytes, after: bytes) -> Iterator[int]:
    """The numbers of the files that have another stamp."""
    if before != after:
        for at in range(0, len(after), _WIDTH):
            if before[at : at + _WIDTH] != after[at : at + _WIDTH]:
                yield at // _WIDTH


def stamp_at(seen: Seen, number: int) -> Stamp:
    """The stamp of one file."""
    return tuple(array("q", seen.stamps[number * _WIDTH : (number + 1) * _WIDTH]))


def digest(path: str) -> str:
    """Of the bytes in a file; empty where there is none."""
    from ..model.digest import digest_of

    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return digest_of(file.read())
    except OSError:
        return ""


def _young(files: Iterable[str], stamps: "array[int]", now: int) -> Iterator[str]:
    times = zip(files, stamps[1::NUMBERS], stamps[2::NUMBERS], strict=True)
    return (path for path, mtime, ctime in times if max(mtime, ctime) + TICK > now)


def _stamp(status: os.stat_result) -> Stamp:
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return tuple(min(number, _MOST) for number in numbers)


def _place(folder: str, now: int) -> tuple[int, int, int]:
    """A folder is another one, or has changed, when a name in it came or went."""
    try:
        status = os.stat(folder)  # noqa: PTH116
    except OSError:
        return _MISSING
    if max(status.st_mtime_ns, status.st_ctime_ns) + TICK > now:
        return _UNSURE
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns


def _program() -> tuple[str, ...]:
    return (sys.version, _HOME, *_libraries())


def _libraries() -> list[str]:
    return [folder for folder in sys.path if folder.endswith("-packages")]
