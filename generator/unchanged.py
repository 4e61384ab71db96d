"""Knows, before anything heavy is loaded, that a build would change nothing.

It asks the file system alone: every file that a build reads and every file that it wrote is as it
was, so is the program, so are the options, and no date has come that shows or hides a document.
"""

import marshal
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .model.stamp import TICK, Stamp, stamp_of

FILE = "unchanged"
READ = ("content", "static", "data", "templates", "themes", "plugins")
"""The folders of a site that a build reads, beside `site.yaml`."""

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


def remember(
    cache: Path,
    *,
    key: str,
    taken: int,
    read: list[tuple[str, Stamp]],
    written: list[str],
    valid: tuple[float, float],
    report: Any,
) -> None:
    """Keep what a build saw and wrote, and its report, of plain values.

    `taken` is when `read` was taken, in nanoseconds; `written` holds the files that were written;
    `valid` says from when until when the same documents are shown, in seconds since 1970.
    """
    stamps = [(path, *at) for path in written if (at := _size_and_time(path))]
    kept = (key, taken, read, stamps, valid, report)
    new = cache / f"{FILE}.{os.getpid()}.new"
    new.write_bytes(marshal.dumps(kept))
    new.replace(cache / FILE)


def still(cache: Path, root: Path, *, key: str, now: float) -> Any:
    """The report of the build that would only be repeated; None where it might not."""
    try:
        kept = marshal.loads((cache / FILE).read_bytes())
        before, taken, read, written, valid, report = kept
    except (OSError, ValueError, EOFError, TypeError):
        return None
    if before != key or not valid[0] <= now < valid[1]:
        return None
    if any(at and max(at[1], at[2]) + TICK > taken for _, at in read):
        return None
    if inputs(root) != read or not all(map(_is_there, written)):
        return None
    return report


def _is_there(file: tuple[str, int, int]) -> bool:
    return _size_and_time(file[0]) == file[1:]


def _size_and_time(path: str) -> tuple[int, int] | None:
    try:
        # Thousands of them: a Path for each would take as long as all the rest.
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
