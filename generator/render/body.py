"""Closes the holes of a body: links resolved, code coloured, headings anchored, shortcodes said."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, Protocol, assert_never

from markupsafe import Markup

from ..model.document import Call, Code, Document, Heading, Image, Link, Piece, Verbatim
from ..model.reference import is_internal, resolve
from ..model.site import Site
from .highlight import highlight
from .values import TocEntry

Coloured = Callable[[str, str], str]
"""HTML of a block of code in a language."""


class Shortcodes(Protocol):
    """What says the shortcodes."""

    def shortcode(self, name: str, **values: Any) -> Markup: ...
    def linked(self, document: Document, target: str, absolute: bool, /) -> str: ...


def close(
    document: Document,
    pieces: Iterable[Piece],
    site: Site,
    view: Shortcodes,
    *,
    absolute: bool = False,
    coloured: Coloured = highlight,
) -> Markup:
    """The HTML of the pieces. With `absolute`, addresses are whole, as a feed needs them.

    `coloured` is `highlight`, or what remembers its results.
    """
    parts = []
    for piece in pieces:
        match piece:
            case str():
                parts.append(piece)
            case Link():
                parts.append(f'"{escape(address(site, document, piece.target, absolute))}"')
            case Image(raw=raw, span=(start, end)):
                target = escape(address(site, document, piece.target, absolute))
                parts.append(f'{raw[:start]}"{target}"{raw[end:]}')
            case Code():
                parts.append(coloured(piece.text, piece.language))
            case Heading(raw=raw, named=True):
                parts.append(raw)
            case Heading(raw=raw):
                parts.append(f'{raw[:-1]} id="{escape(piece.anchor)}">')
            case Verbatim():
                parts.append(piece.html)
            case Call():
                parts.append(_say(piece, document, site, view, absolute, coloured))
            case _:
                assert_never(piece)
    return Markup("".join(parts))


def address(site: Site, document: Document, target: str, absolute: bool) -> str:
    """What an internal link becomes in the page."""
    if target.startswith("#") and not absolute:
        return target
    reference = resolve(site, document, target)
    shown = site.settings.absolute if absolute else site.settings.link
    return shown(reference.url) + reference.tail


def linked(site: Site, document: Document, target: str, absolute: bool) -> str:
    """What any link of the document becomes, one that leads elsewhere too."""
    return address(site, document, target, absolute) if is_internal(target) else target


def _say(
    call: Call,
    document: Document,
    site: Site,
    view: Shortcodes,
    absolute: bool,
    coloured: Coloured,
) -> Markup:
    inner = Markup("")
    if call.inner is not None:
        inner = close(document, call.inner, site, view, absolute=absolute, coloured=coloured)
    return view.shortcode(
        call.name,
        arguments=call.arguments,
        options=call.options,
        inner=inner,
        feed=absolute,
        link=lambda target: view.linked(document, target, absolute),
    )


def table_of_contents(headings: Sequence[Heading]) -> tuple[TocEntry, ...]:
    """Headings as a tree by level; a level that was skipped makes no empty entry."""
    # From the end on, so that what stands below a heading is known before it.
    entries: list[TocEntry] = []
    for heading in reversed(headings):
        below = []
        while entries and entries[-1].level > heading.level:
            below.append(entries.pop())
        entries.append(
            TocEntry(
                title=heading.title,
                anchor=heading.anchor,
                level=heading.level,
                children=tuple(below),
            )
        )
    return tuple(reversed(entries))
