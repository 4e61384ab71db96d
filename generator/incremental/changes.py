"""Knows, before anything heavy is loaded, what a build could change: nothing, a few texts, or the
theme.

It asks the file system alone: whether every file that a build reads, and every file that it wrote,
is as it was; so must be the program and the options, and no date may have come that shows or hides
a document.
"""

import marshal
import os
from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..model.file_stat import Stamp
from .snapshot import CONTENT, Seen, differing, digest, look, look_again, stamp_at

FILE = "unchanged"
THEMES = "templates/", "themes/"
"""What stands there decides how pages look."""

_BETWEEN = "\0"
_GONE = b"gone"


class Written(NamedTuple):
    """The files that a build wrote, and the sizes and mtimes of them, two numbers each."""

    files: list[str]
    stamps: bytes


class Since(NamedTuple):
    """What the last build did, and what it did not see yet."""

    seen: Seen
    """What stands there now."""
    edited: dict[str, Stamp]
    """The documents and files of `THEMES` that are not as they were, by the path from the site's
    root; nothing else changed."""
    written: Written
    valid: tuple[float, float]
    report: Any
    surer: bool = False
    """Whether more is known now of what stays as it is, so that it is worth remembering."""


def remember(
    cache: str,
    *,
    key: str,
    seen: Seen,
    written: Written,
    valid: tuple[float, float],
    report: Any,
) -> None:
    """Keep what a build saw and wrote, and its report, of plain values.

    `valid` says from when until when the same documents are shown, in seconds since 1970.
    """
    # One text is read again in a tenth of the time of thousands.
    names = [_BETWEEN.join(names) for names in (seen.files, seen.folders, written.files)]
    values = (seen.program, seen.libraries, seen.stamps, seen.places, seen.young, written.stamps)
    new = f"{cache}/{FILE}.{os.getpid()}.new"
    with open(new, "wb") as file:  # noqa: PTH123  (pathlib takes as long as thousands of stamps)
        file.write(marshal.dumps((key, names, values, valid, report)))
    os.replace(new, f"{cache}/{FILE}")  # noqa: PTH105


def since(cache: str, root: str, *, key: str | None, now: float) -> Since | None:
    """What changed in the site at `root` since the last build with this key, or with any where it
    is None; None where it may be more than texts and themes."""
    try:
        with open(f"{cache}/{FILE}", "rb") as file:  # noqa: PTH123
            before, names, values, valid, report = marshal.load(file)
        files, folders, outputs = map(_parted, names)
        program, libraries, stamps, places, young, sizes = values
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return None
    if key not in (None, before) or not valid[0] <= now < valid[1]:
        return None
    known = Seen(program, libraries, files, stamps, folders, places, young)
    stood = Written(outputs, sizes)
    present = look_again(known) or look(root)
    edited = edited_since(known, present, root)
    if edited is None or _sizes_and_times(stood.files) != stood.stamps:
        return None
    surer = (present.places, present.young) != (known.places, known.young)
    return Since(present, edited, stood, valid, report, surer)


def edited_since(known: Seen, now: Seen, root: str) -> dict[str, Stamp] | None:
    """The documents and files of `THEMES` that changed, by path; None where anything else did."""
    if _named(now) != _named(known):
        return None
    changed = set(differing(known.stamps, now.stamps))
    if known.young:
        at = {path: number for number, path in enumerate(now.files)}
        changed |= {at[path] for path, before in known.young.items() if not _holds(path, before)}
    edited = {}
    for number in sorted(changed):
        path = now.files[number].removeprefix(f"{root}/")
        if not path.startswith(THEMES) and not _is_text(path):
            return None
        edited[path] = stamp_at(now, number)
    return edited


def _is_text(path: str) -> bool:
    within = path.startswith(f"{CONTENT}/") and "_gated" not in path.split("/")
    return within and path.endswith(".md")


def _named(seen: Seen) -> tuple[object, ...]:
    return seen.program, seen.libraries, seen.files


def _holds(path: str, before: str) -> bool:
    return bool(before) and digest(path) == before


def with_own(seen: Seen, root: str, path: str) -> Seen:
    """What was seen, and the file at `path`, which the build itself may have written since.

    Where something else is not as it was, that stays to be noticed.
    """
    own, now = f"{root}/{path}", look(root)

    def others(found: Seen) -> tuple[object, dict[str, str]]:
        stamps = {name: stamp_at(found, number) for number, name in enumerate(found.files)}
        stamps.pop(own, None)
        there = (found.program, found.libraries, stamps)
        return there, {name: known for name, known in found.young.items() if name != own}

    before, after = others(seen), others(now)
    # What was young may have grown old meanwhile, with the same stamp: then its bytes are known.
    same = before[0] == after[0] and after[1].items() <= before[1].items()
    return now._replace(young=seen.young | now.young) if same else seen


def wrote(files: Iterable[str]) -> Written:
    """The files as they stand now; where one does not, nobody will find them as they were."""
    names = list(files)
    return Written(names, _sizes_and_times(names) or _GONE)


def wrote_again(before: Written, files: Iterable[str]) -> Written:
    """The same after some of them were written once more."""
    at = {path: number for number, path in enumerate(before.files)}
    if before.stamps == _GONE:
        return before
    stamps = array("q", before.stamps)
    for path in files:
        number = at[path]
        now = _sizes_and_times([path])
        if not now:
            return before._replace(stamps=_GONE)
        stamps[2 * number : 2 * number + 2] = array("q", now)
    return before._replace(stamps=stamps.tobytes())


def _sizes_and_times(files: list[str]) -> bytes:
    """Empty where one is not there."""
    stamps = array("q")
    stat, add = os.stat, stamps.extend
    try:
        # Thousands of them: a call of ours for each would take half as long again.
        for path in files:
            status = stat(path)
            add((status.st_size, status.st_mtime_ns))
    except (OSError, OverflowError):
        return b""
    return stamps.tobytes()


def _parted(names: str) -> list[str]:
    return names.split(_BETWEEN) if names else []
