"""A source, what is parsed from it, and the body: HTML with holes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from .diagnostic import Location
from .elements import Element
from .lazy import Lazy
from .value import value


class SourceKind(StrEnum):
    """What a file in the site's folders is for."""

    DOCUMENT = "document"
    SECTION = "section"
    FILE = "file"
    GATED = "gated"
    FORM = "form"
    PURPOSE = "purpose"
    STATIC = "static"


@value
class Source:
    """A file on disk. `path` counts from the site's root, with `/`; `where` it lies, the system's
    way, which is empty once a document of the site was read of it."""

    path: str
    kind: SourceKind
    where: str
    stamp: tuple[int, ...] = ()
    """Size, mtime and ctime in nanoseconds, and inode, when it was found."""

    @property
    def file(self) -> Path:
        """Where it lies. A path of its own for each of thousands would cost more than the walk."""
        return Path(self.where)

    @property
    def folder(self) -> str:
        """The folder that holds it, from the site's root."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name with every suffix."""
        return self.path.rpartition("/")[2]


@value
class Hole:
    """A piece of a body that depends on the rest of the site. `raw` is what the parser wrote."""

    raw: str


@value
class Link(Hole):
    """The quoted value of an attribute that names a place on this site."""

    target: str
    line: int


@value
class Image(Hole):
    """An `<img>` tag whose source is on this site; `span` is the quoted value within `raw`."""

    target: str
    alt: str | None
    span: tuple[int, int]
    line: int


@value
class Code(Hole):
    """A fenced block that names its language; `text` is what stood between the fences."""

    language: str
    text: str


@value
class Heading(Hole):
    """The opening tag of a heading; `title` is its plain text."""

    level: int
    anchor: str
    title: str
    named: bool = False
    """Whether its author gave it the anchor, which `raw` has then."""


@value
class Verbatim(Hole):
    """A shortcode where it means nothing, as in code: its own text, escaped."""

    html: str


@value
class Call(Hole):
    """A shortcode. `raw` opens it; `inner` and `closing` are there where it has a closing tag."""

    name: str
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    line: int
    inner: "tuple[Piece, ...] | None" = None
    closing: str = ""


Piece = str | Link | Image | Code | Heading | Verbatim | Call


def walk(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Every piece in reading order, those within shortcodes too."""
    for piece in pieces:
        yield piece
        if isinstance(piece, Call) and piece.inner is not None:
            yield from walk(piece.inner)


def headings(pieces: Iterable[Piece]) -> tuple[Heading, ...]:
    """Those among the pieces, in order."""
    return tuple(piece for piece in walk(pieces) if isinstance(piece, Heading))


def raw(pieces: Iterable[Piece]) -> str:
    """The HTML that the pieces were cut from, byte for byte."""
    parts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        parts.append(piece.raw)
        if isinstance(piece, Call) and piece.inner is not None:
            parts += (raw(piece.inner), piece.closing)
    return "".join(parts)


@value
class Body:
    """HTML cut at its holes. Nothing in it depends on another document."""

    pieces: Sequence[Piece] = ()
    """In memory, or kept in a file and read whenever they are asked for."""
    holes: tuple[Link | Image | Call, ...] = ()
    """Those that checks ask about, without their HTML and what is inside of them."""
    named: str = ""
    """Its anchors, parted by NUL, which no HTML has: sets take four times the room, and there are
    thousands of them that nobody asks for."""
    elements: tuple[Element, ...] = ()
    """Of its HTML those that could work against a reader, as `model.markup` has them."""
    summary: str = ""
    """Plain text: what stands before `<!--more-->`, else the first paragraph. Empty where the
    author says what the document is about."""
    words: int = 0
    digest: str = ""
    """Of all that the pieces are made of."""

    @property
    def anchors(self) -> frozenset[str]:
        """What a link can lead to."""
        return frozenset(self.named.split("\0")) if self.named else frozenset()

    @property
    def minutes(self) -> int:
        """How long it takes to read, at 220 words each, at least one."""
        return max(1, (self.words + 110) // 220)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """In order: the table of contents."""
        return headings(self.pieces)


@value
class Document(Lazy):
    """A parsed source, in one language, at its place on the site.

    Every date knows its zone. `url` is a path on the site (see `model.permalink`).
    """

    source: Source
    language: str
    section: str
    """The path of its section, `""` for the home section."""
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
    """Taxonomy -> the terms as the author wrote them, such as `tags`."""
    authors: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    layout: str = ""
    weight: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Front matter key -> its line and column, for diagnostics."""
    digest: str = ""
    """Of all that a page or list can show of it, but its body."""

    @property
    def at(self) -> Location:
        """The document as a place."""
        return Location(path=self.source.path)

    @property
    def is_section(self) -> bool:
        """Whether it describes its section rather than being a page of its own."""
        return self.source.kind is SourceKind.SECTION

    def place(self, key: str) -> Location:
        """Where `key` stands in the front matter, else the document."""
        line, column = self.places.get(key, (0, 0))
        return Location(path=self.source.path, line=line, column=column)

    def line(self, number: int) -> Location:
        """The place of a line of the source."""
        return Location(path=self.source.path, line=number)


def words_called(document: Document) -> frozenset[str]:
    """What its shortcodes are given, the names of forms among it."""
    return frozenset(
        word
        for hole in document.body.holes
        if isinstance(hole, Call)
        for word in (*hole.arguments, *hole.options.values())
    )


def visibility(document: Document, *, now: datetime, drafts: bool, future: bool) -> str:
    """Why a document is hidden, in one word (`draft`, `future`, `expired`); empty: it is shown."""
    if document.draft and not drafts:
        return "draft"
    if document.date and document.date > now and not future:
        return "future"
    if document.expires and document.expires <= now:
        return "expired"
    return ""
