"""Find the files of a site and what each is for, and read their text."""

import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError
from ..model.diagnostic import Diagnostic, Location, error
from ..model.document import Source, SourceKind, text_stem
from ..model.file_stat import FileStat, stat_of
from .front_matter.split import starts_with_fence

CONTENT, STATIC, DATA, TEMPLATES = "content", "static", "data", "templates"
GATED = "_gated"

_DECLARATIONS = {f"{CONTENT}/_forms": SourceKind.FORM, f"{CONTENT}/_purposes": SourceKind.PURPOSE}
"""Folder of declarations -> what its YAML files are for."""

_UNREAD = (
    *("html", "htm", "xhtml", "mdx", "mkd", "mdown", "txt", "rst", "adoc", "org", "textile"),
    *("njk", "liquid", "hbs", "ejs", "haml", "pug", "mdoc"),
)
"""Suffixes of texts that other programs read front matter in."""
_HEAD = 4096
"""Bytes that are looked at."""

_TEMPORARY = ("~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Every source of a site by kind, each in the order of paths."""

    documents: tuple[Source, ...]
    files: tuple[Source, ...]
    """Files that are published unchanged."""
    gated: tuple[Source, ...]
    forms: tuple[Source, ...]
    purposes: tuple[Source, ...]
    data: tuple[Source, ...]


def find_sources(root: Path) -> Sources:
    """Find the sources of the site at `root`. Raises `ConfigError` if it has no content folder."""
    if not (root / CONTENT).is_dir():
        hint = "create it with a first page, such as content/_index.md"
        raise ConfigError(f"there is no {CONTENT}/ in {root}", hint=hint)
    by_kind: dict[SourceKind, list[Source]] = {kind: [] for kind in SourceKind}
    for source in _find(root, CONTENT) + _find(root, STATIC):
        by_kind[source.kind].append(source)
    return Sources(
        documents=(*by_kind[SourceKind.DOCUMENT], *by_kind[SourceKind.SECTION]),
        files=(*by_kind[SourceKind.FILE], *by_kind[SourceKind.STATIC]),
        gated=tuple(by_kind[SourceKind.GATED]),
        forms=tuple(by_kind[SourceKind.FORM]),
        purposes=tuple(by_kind[SourceKind.PURPOSE]),
        data=tuple(_find(root, DATA)),
    )


def _find(root: Path, folder: str) -> list[Source]:
    return [
        Source(path=path, kind=kind, location=f"{root}/{path}", stat=stat)
        for path, stat in _walk(root / folder, folder)
        if (kind := _kind(path))
    ]


def _walk(
    folder: Path, path: str, parents: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[tuple[str, FileStat]]:
    """Yield the paths of the files below a folder in order, without temporary files.

    A broken symbolic link counts as a file, so that reading it reports the error. A link to a
    parent folder is skipped.
    """
    if not folder.is_dir():
        return
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in parents:
        return
    with os.scandir(folder) as entries:
        in_order = sorted(entries, key=lambda entry: entry.name)
    for entry in in_order:
        if is_temporary(entry.name):
            continue
        if entry.is_file():
            yield f"{path}/{entry.name}", stat_of(entry.stat())
        elif entry.is_dir():
            yield from _walk(Path(entry.path), f"{path}/{entry.name}", parents | {here})
        elif entry.is_symlink():
            yield f"{path}/{entry.name}", stat_of(entry.stat(follow_symlinks=False))


def is_temporary(name: str) -> bool:
    """Return True if editors or systems create files with such a name."""
    return name.startswith((".", "#")) or name.endswith(_TEMPORARY)


def _kind(path: str) -> SourceKind | None:
    """Return what a file is for; None in an unknown folder of `content/` that starts with `_`."""
    folder, _, name = path.rpartition("/")
    if not path.startswith(f"{CONTENT}/"):
        return SourceKind.STATIC
    if "/_" in folder:
        if f"/{GATED}/" in path:
            return SourceKind.GATED
        return _DECLARATIONS.get(folder) if name.endswith((".yaml", ".yml")) else None
    if text_stem(name) is None:
        return SourceKind.FILE
    stem = name.partition(".")[0]
    at_root = folder == CONTENT and stem == "index"
    return SourceKind.SECTION if stem == "_index" or at_root else SourceKind.DOCUMENT


def read_text(source: Source) -> tuple[str | None, list[Diagnostic]]:
    """Read and decode a source; None, with an error, if that fails."""
    try:
        raw = source.file.read_bytes()
    except OSError as cause:
        return None, [unreadable(source, cause)]
    return decode(raw, source)


def unreadable(source: Source, cause: OSError) -> Diagnostic:
    """Return an error for a source that can't be read."""
    place = Location(path=source.path)
    return error("unreadable", f"the file can't be read: {cause.strerror}", at=place)


def unread_front_matter(files: Iterable[Source]) -> Iterator[Diagnostic]:
    """Yield an error for each file that is published unchanged but has front matter.

    Nobody would read its `draft: true`.
    """
    for source in files:
        suffix = source.name.rpartition(".")[2].casefold()
        if suffix not in _UNREAD:
            continue
        try:
            with source.file.open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            # Publishing it reports the error.
            continue
        if starts_with_fence(head.decode(errors="replace").replace("\r\n", "\n")):
            message = f"front matter isn't read in .{suffix} files"
            hint = "rename the file to .md, or delete its front matter"
            place = Location(path=source.path, line=1)
            yield error("front-matter-unread", message, at=place, hint=hint)


def decode(raw: bytes, source: Source) -> tuple[str | None, list[Diagnostic]]:
    r"""Decode UTF-8: drop the byte order mark and make every line end `\n`."""
    raw = raw.removeprefix(BOM_UTF8)
    try:
        text = raw.decode()
        # UTF-16 without a mark: its letters would be words to nobody, and no `draft: true`.
        position = raw.find(0)
    except UnicodeDecodeError as cause:
        position = cause.start
    if position >= 0:
        place = Location(path=source.path, line=raw.count(b"\n", 0, position) + 1)
        hint = "save the file as UTF-8"
        return None, [error("encoding", "the file is not UTF-8", at=place, hint=hint)]
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, []
