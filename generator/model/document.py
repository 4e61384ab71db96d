"""A source, the document parsed from it, and its body: HTML with holes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from .diagnostic import Location
from .elements import Element
from .file_stat import FileStat
from .lazy import Lazy

_TEXT_SUFFIXES = (".md", ".markdown")


def text_stem(path: str) -> str | None:
    """Return the path of a Markdown file without its suffix; None for another file."""
    stem, dot, suffix = path.rpartition(".")
    return stem if f"{dot}{suffix}".casefold() in _TEXT_SUFFIXES else None


class SourceKind(StrEnum):
    """Purpose of a file in the site's folders."""

    DOCUMENT = "document"
    SECTION = "section"
    FILE = "file"
    GATED = "gated"
    FORM = "form"
    PURPOSE = "purpose"
    STATIC = "static"


class Source(Struct, frozen=True, kw_only=True, array_like=True):
    """A file of the site. `path` is from the site's root, with `/`."""

    path: str
    kind: SourceKind
    location: str
    """Path for the system; empty once a document was read from it."""
    stat: FileStat = ()
    """The file's stat when it was listed."""

    @property
    def file(self) -> Path:
        """Path for the system."""
        # Not a field, because a `Path` for each of thousands costs more than listing them.
        return Path(self.location)

    @property
    def folder(self) -> str:
        """Folder that the file is in, from the site's root."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Name with every suffix."""
        return self.path.rpartition("/")[2]


class Hole(Struct, frozen=True, kw_only=True, array_like=True):
    """A piece of a body that depends on the rest of the site. `raw` is the parser's HTML."""

    raw: str


class Link(Hole, frozen=True, kw_only=True, array_like=True, tag=1):
    """The quoted value of an attribute that is a URL on this site."""

    target: str
    line: int


class Image(Hole, frozen=True, kw_only=True, array_like=True, tag=2):
    """An `<img>` tag whose source is on this site; `span` is the quoted value within `raw`."""

    target: str
    alt: str | None
    span: tuple[int, int]
    line: int


class Code(Hole, frozen=True, kw_only=True, array_like=True, tag=3):
    """A fenced block with a language; `text` is the text between the fences."""

    language: str
    text: str


class Heading(Hole, frozen=True, kw_only=True, array_like=True, tag=4):
    """The opening tag of a heading; `title` is its plain text."""

    level: int
    anchor: str
    title: str
    has_own_anchor: bool = False
    """Its author gave it the anchor, and `raw` has it."""


class Verbatim(Hole, frozen=True, kw_only=True, array_like=True, tag=5):
    """A shortcode that isn't one, as in code: its own text, escaped."""

    html: str


class Call(Hole, frozen=True, kw_only=True, array_like=True, tag=6):
    """A shortcode. `raw` opens it; one with a closing tag has `inner` and `closing`."""

    name: str
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    line: int
    inner: "tuple[Piece, ...] | None" = None
    closing: str = ""


Piece = str | Link | Image | Code | Heading | Verbatim | Call


def walk(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield every piece in reading order, and those within shortcodes."""
    for piece in pieces:
        yield piece
        if isinstance(piece, Call) and piece.inner is not None:
            yield from walk(piece.inner)


def headings(pieces: Iterable[Piece]) -> tuple[Heading, ...]:
    """Return the headings among the pieces, in order."""
    return tuple(piece for piece in walk(pieces) if isinstance(piece, Heading))


def raw(pieces: Iterable[Piece]) -> str:
    """Return the HTML that the pieces were cut from, byte for byte."""
    parts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        parts.append(piece.raw)
        if isinstance(piece, Call) and piece.inner is not None:
            parts += (raw(piece.inner), piece.closing)
    return "".join(parts)


class Body(Struct, frozen=True, kw_only=True, array_like=True):
    """HTML cut at its holes. Nothing in it depends on another document."""

    pieces: tuple[Piece, ...] = ()
    """The pieces in memory. `load_pieces` also returns those that are in a cache."""
    holes: tuple[Link | Image | Call, ...] = ()
    """The holes that are checked, without their HTML and their inner pieces."""
    anchors_joined: str = ""
    """Its anchors, separated by NUL, which no HTML has. Thousands of sets would take several times
    the memory, and hardly any is used."""
    elements: tuple[Element, ...] = ()
    """Elements of its HTML that could work against a reader, see `model.elements`."""
    summary: str = ""
    """Plain text before `<!--more-->`, else of the first paragraph. Empty if the front matter has a
    summary."""
    words: int = 0
    digest: str = ""
    """Digest of the HTML and of the shortcodes' source text."""

    @property
    def anchors(self) -> frozenset[str]:
        """The anchors that a link can lead to."""
        return frozenset(self.anchors_joined.split("\0") if self.anchors_joined else ())

    @property
    def minutes(self) -> int:
        """Reading time at 220 words a minute, at least one."""
        return max(1, (self.words + 110) // 220)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Every heading in order: the table of contents."""
        return headings(self.load_pieces())

    def load_pieces(self) -> tuple[Piece, ...]:
        """Return every piece, read from the cache if the body was stored."""
        return self.pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Lazy):
    """A parsed source in one language.

    Every date has a zone. `url` is a path on the site, see `model.permalink`.
    """

    source: Source
    language: str
    section: str
    """Path of its section; empty for the home section."""
    translation_key: str
    url: str
    title: str
    body: Body
    description: str = ""
    summary: str = ""
    date: datetime | None = None
    lastmod: datetime | None = None
    expires: datetime | None = None
    draft: bool = False
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Taxonomy, such as `tags` -> the terms as the author wrote them."""
    authors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    layout: str = ""
    weight: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Front matter key -> its line and column."""
    digest: str = ""
    """Digest of everything that a page or list can show of it, except its body."""

    @property
    def at(self) -> Location:
        """Location of the whole document."""
        return Location(path=self.source.path)

    @property
    def is_section(self) -> bool:
        """It describes its section instead of being a page."""
        return self.source.kind is SourceKind.SECTION

    def place(self, key: str) -> Location:
        """Return the location of `key` in the front matter, else of the document."""
        line, column = self.places.get(key, (0, 0))
        return Location(path=self.source.path, line=line, column=column)

    def line(self, number: int) -> Location:
        """Return the location of a line of the source."""
        return Location(path=self.source.path, line=number)


def shortcode_arguments(document: Document) -> frozenset[str]:
    """Return the arguments of a document's shortcodes, among them the names of forms."""
    return frozenset(
        word
        for hole in document.body.holes
        if isinstance(hole, Call)
        for word in (*hole.arguments, *hole.options.values())
    )


def visibility(document: Document, *, now: datetime, drafts: bool, future: bool) -> str:
    """Return why a document is hidden: `draft`, `future` or `expired`; empty if it's shown."""
    if document.draft and not drafts:
        return "draft"
    if document.date and document.date > now and not future:
        return "future"
    if document.expires and document.expires <= now:
        return "expired"
    return ""
