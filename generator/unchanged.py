"""Knows, before anything heavy is loaded, what a build could change: nothing, or a few texts.

It asks the file system alone: whether every file that a build reads, and every file that it wrote,
is as it was; so must be the program and the options, and no date may have come that shows or hides
a document.
"""

import marshal
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .model.digest import digest_of
from .model.stamp import TICK, Stamp, stamp_of
from .whole import write_whole

FILE = "unchanged"
CONTENT = "content"
READ = (CONTENT, "static", "data", "templates", "themes", "plugins")
"""The folders of a site that a build reads, beside `site.yaml`."""

MANY = 1000
"""Files that were only just saved: so many are not read to be sure."""

_HOME = Path(__file__).parent


def inputs(root: Path) -> list[tuple[str, Stamp]]:
    """Every file that a build of the site reads, the program's own and its libraries' names too."""
    found = [(entry, found) for folder in READ for entry, found in _walk(str(root / folder))]
    for folder in ("themes", "../themes"):
        found += _walk(os.path.normpath(_HOME / folder))
    found += ((path, at) for path, at in _walk(str(_HOME)) if path.endswith(".py"))
    return [*found, *_settings(root), *_libraries()]


def _settings(root: Path) -> Iterator[tuple[str, Stamp]]:
    file = root / "site.yaml"
    if file.is_file():
        yield str(file), stamp_of(file.stat())


def _libraries() -> Iterator[tuple[str, Stamp]]:
    """The libraries by name and version, as they are installed."""
    yield sys.version, ()
    for folder in sys.path:
        if folder.endswith("-packages"):
            names = sorted(n for n in os.listdir(folder) if n.endswith(".dist-info"))  # noqa: PTH208
            yield from ((name, ()) for name in names)


def _walk(folder: str, above: tuple[tuple[int, int], ...] = ()) -> Iterator[tuple[str, Stamp]]:
    """Every file below; a link that leads back to a folder `above` is not followed."""
    try:
        status = os.stat(folder)  # noqa: PTH116  (as below)
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    for entry in found:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _walk(entry.path, (*above, here))
        elif entry.is_file():
            yield entry.path, stamp_of(entry.stat())


class Seen(NamedTuple):
    """What a build reads, as it was when `inputs` was asked."""

    files: list[tuple[str, Stamp]]
    young: dict[str, str]
    """Those whose stamp does not tell yet that they stay as they are -> the digest of the bytes."""


class Since(NamedTuple):
    """What the last build did, and what it did not see yet."""

    edited: dict[str, Stamp]
    """The documents that are not as they were, by the path from the site's root; nothing else
    changed."""
    written: list[tuple[str, int, int]]
    valid: tuple[float, float]
    report: Any


def look(root: Path) -> Seen:
    """To be asked before a build begins to read."""
    now, files = time.time_ns(), inputs(root)
    young = [path for path, at in files if at and max(at[1], at[2]) + TICK > now]
    if len(young) > MANY:
        return Seen(files, dict.fromkeys(young, ""))
    return Seen(files, {path: _digest(path) for path in young})


def with_own(seen: Seen, root: Path, path: str) -> Seen:
    """What was seen, and the file at `path`, which the build itself may have written since.

    Where something else is not as it was, that stays to be noticed.
    """
    own = str(root / path)
    now = look(root)

    def others(found: Seen) -> tuple[list[tuple[str, Stamp]], dict[str, str]]:
        young = {name: digest for name, digest in found.young.items() if name != own}
        return [file for file in found.files if file[0] != own], young

    before, after = others(seen), others(now)
    # What was young may have grown old meanwhile, with the same stamp: then its bytes are known.
    same = before[0] == after[0] and after[1].items() <= before[1].items()
    return Seen(now.files, seen.young | now.young) if same else seen


def remember(
    cache: Path,
    *,
    key: str,
    seen: Seen,
    written: list[tuple[str, int, int]],
    valid: tuple[float, float],
    report: Any,
) -> None:
    """Keep what a build saw and wrote, and its report, of plain values.

    `written` holds the files that it wrote, by `stamps`; `valid` says from when until when the same
    documents are shown, in seconds since 1970.
    """
    write_whole(cache / FILE, marshal.dumps((key, tuple(seen), written, valid, report)))


def since(cache: Path, root: Path, present: Seen, *, key: str, now: float) -> Since | None:
    """What changed since the last build; None where it may be more than texts."""
    try:
        kept = marshal.loads((cache / FILE).read_bytes())
        before, seen, written, valid, report = kept
        known = Seen(*seen)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    if before != key or not valid[0] <= now < valid[1]:
        return None
    edited = _edited(known, present, root)
    if edited is None or not all(map(_is_there, written)):
        return None
    return Since(edited, written, valid, report)


def _edited(known: Seen, now: Seen, root: Path) -> dict[str, Stamp] | None:
    """The documents that changed, by path; None where anything else did."""
    changed = [] if known.files == now.files else _changed(known.files, now.files)
    if changed is None:
        return None
    changed += [path for path, digest in known.young.items() if not _holds(path, digest)]
    stamps = dict(now.files) if changed else {}
    edited = {}
    for path in changed:
        if not path.endswith(".md") or not Path(path).is_relative_to(root / CONTENT):
            return None
        parts = Path(path).relative_to(root).parts
        if "_gated" in parts:
            return None
        edited["/".join(parts)] = stamps[path]
    return edited


def _changed(known: list[tuple[str, Stamp]], now: list[tuple[str, Stamp]]) -> list[str] | None:
    """The paths that have another stamp; None where they are not the same paths."""
    if len(known) != len(now):
        return None
    pairs = [(before, after) for before, after in zip(known, now, strict=True) if before != after]
    if any(before[0] != after[0] for before, after in pairs):
        return None
    return [path for path, _ in (after for _, after in pairs)]


def _digest(path: str) -> str:
    try:
        return digest_of(Path(path).read_bytes())
    except OSError:
        return ""


def _holds(path: str, digest: str) -> bool:
    return bool(digest) and _digest(path) == digest


def stamps(files: Iterable[str]) -> list[tuple[str, int, int]]:
    """Path, size and mtime of each that is there."""
    return [(path, *at) for path in files if (at := _size_and_time(path))]


def _is_there(file: tuple[str, int, int]) -> bool:
    return _size_and_time(file[0]) == file[1:]


def _size_and_time(path: str) -> tuple[int, int] | None:
    try:
        # Thousands of them: a Path for each would take as long as all the rest.
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
