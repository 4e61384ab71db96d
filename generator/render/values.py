"""Values that templates get: frozen, and in the language of the page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup
from msgspec import Struct

EMPTY = Markup("")


class TextLink(Struct, frozen=True, kw_only=True):
    """A link; `current` on its target and on the pages below it."""

    title: str
    url: str
    current: bool = False


class Translation(Struct, frozen=True, kw_only=True):
    """A link to the page in a language; `current` for the language of the page."""

    language: str
    name: str
    url: str
    absolute_url: str
    current: bool = False


class TermLink(Struct, frozen=True, kw_only=True):
    """A link to a term's page."""

    name: str
    url: str


class TermCount(TermLink, frozen=True, kw_only=True):
    """A link to a term's page, and the number of its documents."""

    count: int


class TocEntry(Struct, frozen=True, kw_only=True):
    """An entry of a table of contents, and the entries below it."""

    title: str
    anchor: str
    level: int
    children: "tuple[TocEntry, ...]" = ()


class Card(Struct, frozen=True, kw_only=True):
    """A document as lists show it."""

    title: str
    url: str
    absolute_url: str
    language: str
    summary: str
    description: str
    date: datetime | None
    lastmod: datetime | None
    authors: tuple[str, ...]
    tags: tuple[TermLink, ...]
    image: str
    """Absolute URL; empty without an image."""
    image_alt: str
    minutes: int
    """Reading time."""

    @property
    def updated(self) -> datetime | None:
        """Its `lastmod`, else its `date`."""
        return self.lastmod or self.date


class Entry(Struct, frozen=True, kw_only=True):
    """An entry of a feed; the URLs in its content are absolute."""

    card: Card
    content: Markup


class Pager(Struct, frozen=True, kw_only=True):
    """The number of a page of a list, and links to its neighbours."""

    number: int
    total: int
    previous: str
    """URL; empty on the first page."""
    next: str
    """URL; empty on the last page."""


class Page(Struct, frozen=True, kw_only=True):
    """The page being rendered. `kind`: home, section, page, taxonomy, term, state, 404, shell."""

    kind: str
    title: str
    url: str
    absolute_url: str
    language: str
    description: str = ""
    content: Markup = EMPTY
    card: Card | None = None
    """The document's dates, authors, tags and image; None for pages without a document."""
    toc: tuple[TocEntry, ...] = ()
    entries: tuple[Card, ...] = ()
    terms: tuple[TermCount, ...] = ()
    pager: Pager | None = None
    translations: tuple[Translation, ...] = ()
    breadcrumbs: tuple[TextLink, ...] = ()
    feed: str = ""
    noindex: bool = False
    extra: Mapping[str, Any] = {}
    state: str = ""
    """Name of a fixed state of the forms, such as `check-your-inbox`."""


class SiteValue(Struct, frozen=True, kw_only=True):
    """The site in the language of the page."""

    title: str
    description: str
    language: str
    base_url: str
    home: str
    feed: str
    """URL of the home page's feed; empty if nothing is dated."""
    year: int
    options: Mapping[str, Any]
    controller: Any
    privacy: str
    """URL of the privacy notice; empty without one."""
    languages: tuple[str, ...]
