"""What templates see: finished, frozen, in the language of the page."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from ..model.value import value

EMPTY = Markup("")


@value
class TextLink:
    """A text that leads somewhere; `current` on the page that it leads to or within."""

    title: str
    url: str
    current: bool = False


@value
class Translation:
    """The same page in another language; `current` for this one."""

    language: str
    name: str
    url: str
    absolute_url: str
    current: bool = False


@value
class TermLink:
    """A term."""

    name: str
    url: str


@value
class TermCount(TermLink):
    """A term and how many documents it holds."""

    count: int


@value
class TocEntry:
    """A heading and those below it."""

    title: str
    anchor: str
    level: int
    children: "tuple[TocEntry, ...]" = ()


@value
class Card:
    """What a list shows of a document. `url` is as pages link, `absolute_url` whole."""

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
    """Address, whole; empty: none."""
    image_alt: str
    minutes: int
    """How long it takes to read."""

    @property
    def updated(self) -> datetime | None:
        """When it last changed, as far as its author says."""
        return self.lastmod or self.date


@value
class Entry:
    """An entry of a feed: a card and its content with whole addresses."""

    card: Card
    content: Markup


@value
class Pager:
    """Where a page of a list stands among the others."""

    number: int
    total: int
    previous: str
    """Its URL; empty on the first page."""
    next: str


@value
class Page:
    """The page being rendered. `kind`: home, section, page, taxonomy, term, state, 404, shell."""

    kind: str
    title: str
    url: str
    absolute_url: str
    language: str
    description: str = ""
    content: Markup = EMPTY
    card: Card | None = None
    """Of a document: dates, authors, tags, image."""
    toc: tuple[TocEntry, ...] = ()
    entries: tuple[Card, ...] = ()
    terms: tuple[TermCount, ...] = ()
    pager: Pager | None = None
    translations: tuple[Translation, ...] = ()
    breadcrumbs: tuple[TextLink, ...] = ()
    feed: str = ""
    noindex: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    """Of a fixed state of the forms, such as `check-your-inbox`."""


@value
class SiteValue:
    """The site in the language of the page."""

    title: str
    description: str
    language: str
    base_url: str
    home: str
    feed: str
    """URL of the feed of the home section; empty: nothing is dated yet."""
    year: int
    options: Mapping[str, Any]
    controller: Any
    privacy: str
    """URL of the privacy notice; empty: none is named."""
    languages: tuple[str, ...]
