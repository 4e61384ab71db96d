"""Tokenizer of HTML, authors' raw HTML included, and plain text from HTML.

It knows comments, raw-text elements and quoted attributes. Every token has the span of its text, so
a body can be split there and joined again byte for byte.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes"})
"""Elements whose content is text and has no tags."""

WATCHED = frozenset(
    {"script", "style", "link", "iframe", "frame", "object", "embed", "input", "dialog", "form"}
    | {"meta"}
)
"""Elements that checks look at, whatever their attributes."""

# Possessive groups with branches are written `(?>(?:...)*)`, because Python 3.11.0 to 3.11.4 match
# `(?:...)*+` wrongly.
_VALUE = r"(?>(?:\s*+=\s*+(?P<value>\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?)"
_TAG = (
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+(?:>|\Z)"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    rf"(?P<attributes>(?>(?:[\s/]++|[^\s/>][^\s/>=]*+{_VALUE})*))"
    r"(?:>|(?P<unclosed>\Z))"
)
# Every branch also matches at the end of the text, so that none is retried from each later `<`.
_NEXT = re.compile(f"(?P<tag>{_TAG})", re.S)
_ALWAYS = "|".join(sorted(RAW_TEXT | WATCHED))
# The first line alone skips most of what Markdown parsers write.
_NEXT_RELEVANT = re.compile(
    r"(?>(?:[^<]++|<(?:/?(?:p|li|ul|ol|strong|em|code)|/h[1-6]|/pre|/a|a href=\"https?://[^\"]*+\")>"
    r"|<(?![A-Za-z!?/])|</(?![A-Za-z])|</[A-Za-z][^\s/>]*+>"
    rf"|<(?!(?:h[1-6]|pre|{_ALWAYS})[\s/>])[A-Za-z][A-Za-z0-9]*+ ?/?>)*)"
    rf"(?P<tag>{_TAG})",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(rf"(?P<name>[^\s/>][^\s/>=]*+){_VALUE}")


# Every body has many of these two, and named tuples are faster to make than dataclasses.
class Attribute(NamedTuple):
    """An attribute's value, decoded, and its span in the text, quotes included."""

    value: str
    span: tuple[int, int]


class Token(NamedTuple):
    """A tag; with an empty `name`, a comment, a declaration or raw text."""

    start: int
    end: int
    name: str = ""
    closes: bool = False
    within: str = ""
    """Name of the element that raw text is in."""
    rest: tuple[int, int] = (0, 0)
    """Span of the attributes."""

    @property
    def is_bare(self) -> bool:
        """True if the tag has no attributes."""
        return self.rest[0] == self.rest[1]

    def attributes(self, html: str) -> dict[str, Attribute]:
        """Return the attributes by lower-case name; the first duplicate counts, as in browsers."""
        attributes: dict[str, Attribute] = {}
        if self.is_bare:
            return attributes
        for match in _ATTRIBUTE.finditer(html, *self.rest):
            written = match["value"] or ""
            bare = written[1:-1] if written[:1] in ("'", '"') else written
            span = match.span("value") if written else (match.end(), match.end())
            attributes.setdefault(match["name"].lower(), Attribute(unescape(bare), span))
        return attributes


def tokenize(html: str, *, relevant_only: bool = False) -> Iterator[Token]:
    """Yield every tag, comment and raw text in order; between them is text.

    With `relevant_only`, most of a body is skipped quickly: closing tags, links to other sites that
    have no other attribute, and tags without attributes that are no heading, `pre`, raw text or
    watched element. A tag that is never closed ends the tokens, as it ends the page in browsers.
    """
    position, following = 0, _NEXT_RELEVANT.match if relevant_only else _NEXT.search
    while match := following(html, position):
        name, slash, unclosed = match.group("name", "slash", "unclosed")
        if unclosed is not None:
            return
        start, position = match.span("tag")
        name, closes = (name or "").lower(), bool(slash)
        yield Token(start, position, name, closes, "", match.span("attributes"))
        if name in RAW_TEXT and not closes:
            end = re.compile(rf"</{name}(?=[\s/>])", re.I).search(html, position)
            stop = end.start() if end else len(html)
            if stop > position:
                yield Token(position, stop, within=name)
            position = stop


def plain_text(html: str) -> str:
    """Return the visible text: no tags, comments or scripts, entities decoded, spaces folded."""
    if "<" not in html:
        return " ".join(unescape(html).split())
    parts, position, skip = [], 0, ""
    for token in tokenize(html):
        if not skip:
            parts.append(html[position : token.start])
        if token.name in ("script", "style"):
            skip = "" if token.closes else token.name
        parts.append(" " if token.name in BLOCKS else "")
        position = token.end
    parts.append(html[position:])
    return " ".join(unescape("".join(parts)).split())


def word_count(html: str) -> int:
    """Count the words of the visible text."""
    text = plain_text(html) if _SCRIPTS.search(html) else _ANY_TAG.sub(" ", html)
    return len(text.split())


_SCRIPTS = re.compile(r"<(?:script|style)")
_ANY_TAG = re.compile(r"<[^>]*+(?:>|\Z)")

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
"""Elements that separate words."""
