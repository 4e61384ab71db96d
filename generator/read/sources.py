"""Walk the site's folders and say what each file is for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError
from ..model.document import Source, SourceKind
from ..model.file_stat import Stamp, stamp_of

CONTENT, STATIC, DATA, TEMPLATES = "content", "static", "data", "templates"
GATED, FORMS, PURPOSES = "_gated", "_forms", "_purposes"

_LEFTOVERS = ("~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Every source of a site, each kind in the order of paths."""

    documents: tuple[Source, ...]
    files: tuple[Source, ...]
    """What is published as it is."""
    gated: tuple[Source, ...]
    forms: tuple[Source, ...]
    purposes: tuple[Source, ...]
    data: tuple[Source, ...]


def find_sources(root: Path) -> Sources:
    """Raises `ConfigError` where `root` has no content folder."""
    if not (root / CONTENT).is_dir():
        raise ConfigError(f"there is no {CONTENT}/ in {root}", hint="make one, with a first page")
    found: dict[SourceKind, list[Source]] = {kind: [] for kind in SourceKind}
    for path, stamp in _walk(root / CONTENT, CONTENT):
        kind = _kind(path)
        if kind:
            found[kind].append(Source(path=path, kind=kind, where=f"{root}/{path}", stamp=stamp))
    static, data = (
        tuple(
            Source(path=path, kind=SourceKind.STATIC, where=f"{root}/{path}", stamp=stamp)
            for path, stamp in _walk(root / folder, folder)
        )
        for folder in (STATIC, DATA)
    )
    return Sources(
        documents=(*found[SourceKind.DOCUMENT], *found[SourceKind.SECTION]),
        files=(*found[SourceKind.FILE], *static),
        gated=tuple(found[SourceKind.GATED]),
        forms=tuple(found[SourceKind.FORM]),
        purposes=tuple(found[SourceKind.PURPOSE]),
        data=data,
    )


def _walk(
    folder: Path, path: str, above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[tuple[str, Stamp]]:
    """Paths of the files below, sorted, without what editors and systems leave behind.

    A link that leads nowhere is a file, which whoever reads it will complain of; one that leads
    to a folder around it is nothing.
    """
    if not folder.is_dir():
        return
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if is_leftover(entry.name):
            continue
        if entry.is_file():
            yield f"{path}/{entry.name}", stamp_of(entry.stat())
        elif entry.is_dir():
            yield from _walk(Path(entry.path), f"{path}/{entry.name}", above | {here})
        elif entry.is_symlink():
            yield f"{path}/{entry.name}", stamp_of(entry.stat(follow_symlinks=False))


def is_leftover(name: str) -> bool:
    """Whether a file of that name is what editors and systems leave behind."""
    return name.startswith((".", "#")) or name.endswith(_LEFTOVERS)


def _kind(path: str) -> SourceKind | None:
    """What a file of `content/` is for; None for what stands in another private folder."""
    folder, _, name = path.rpartition("/")
    if "/_" in folder:
        return _private(folder.split("/")[1:], name)
    if not name.endswith(".md"):
        return SourceKind.FILE
    stem = name.partition(".")[0]
    at_root = folder == CONTENT and stem == "index"
    return SourceKind.SECTION if stem == "_index" or at_root else SourceKind.DOCUMENT


def _private(folders: list[str], name: str) -> SourceKind | None:
    yaml = name.endswith((".yaml", ".yml"))
    if GATED in folders:
        return SourceKind.GATED
    if folders == [FORMS] and yaml:
        return SourceKind.FORM
    if folders == [PURPOSES] and yaml:
        return SourceKind.PURPOSE
    return None
