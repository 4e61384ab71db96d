"""Closes the holes of a body: links, images, code, headings and shortcodes become HTML."""

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
"""Function that renders a text and its language as a block of code."""


class Shortcodes(Protocol):
    """Renders shortcodes and the links in them."""

    def shortcode(self, name: str, **values: Any) -> Markup:
        """Render a shortcode's template."""

    def linked(self, document: Document, target: str, absolute: bool, /) -> str:
        """Return the link that a shortcode in a document writes for a target."""


def close(
    document: Document,
    pieces: Iterable[Piece],
    site: Site,
    view: Shortcodes,
    *,
    absolute: bool = False,
    coloured: Coloured = highlight,
) -> Markup:
    """Return the HTML of the pieces of a body.

    Args:
        document: The document that the pieces are from.
        pieces: Its body, or the inner part of a shortcode.
        site: The site that links are resolved in.
        view: Renders shortcodes.
        absolute: Write absolute URLs, as feeds need them.
        coloured: Renders code: `highlight`, or a function that caches its results.
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
            case Heading(raw=raw, has_own_anchor=True):
                parts.append(raw)
            case Heading(raw=raw):
                parts.append(f'{raw[:-1]} id="{escape(piece.anchor)}">')
            case Verbatim():
                parts.append(piece.html)
            case Call():
                parts.append(_shortcode(piece, document, site, view, absolute, coloured))
            case _:
                assert_never(piece)
    return Markup("".join(parts))


def address(site: Site, document: Document, target: str, absolute: bool) -> str:
    """Return the URL that an internal link gets in the page."""
    if target.startswith("#") and not absolute:
        return target
    reference = resolve(site, document, target)
    spell = site.settings.absolute if absolute else site.settings.link
    return spell(reference.url) + reference.tail


def linked(site: Site, document: Document, target: str, absolute: bool) -> str:
    """Return the URL that any link gets in the page; links to other sites stay as they are."""
    return address(site, document, target, absolute) if is_internal(target) else target


def _shortcode(
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
    """Return headings as a tree by level, without empty entries for skipped levels."""
    # Backwards, because the entries below a heading must be complete before it.
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
