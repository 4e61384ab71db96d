"""One tokenizer of HTML for all that is asked of a body, authors' raw HTML included.

It knows comments, raw-text elements and quoted attributes, and gives every tag with the span of
its text, so that a body can be cut there and joined again byte for byte.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes"})
"""Elements whose content is text, whatever it looks like."""

_NEXT = re.compile(
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+>"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?P<attributes>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+)*+)>",
    re.S,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s/>][^\s/>=]*+)"
    r"(?:\s*+=\s*+(?P<value>\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+"
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value` is decoded; `span` is its place in the text, with its quotes if it has any."""

    value: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Token:
    """A tag, or a comment, declaration or raw text (`name` empty), at `start` to `end`."""

    start: int
    end: int
    name: str = ""
    closes: bool = False
    rest: tuple[int, int] = (0, 0)
    """Where the attributes stand."""

    def attributes(self, html: str) -> dict[str, Attribute]:
        """By lower-case name; of two with one name the first counts, as in browsers."""
        found: dict[str, Attribute] = {}
        for match in _ATTRIBUTE.finditer(html, *self.rest):
            written = match["value"] or ""
            bare = written[1:-1] if written[:1] in ("'", '"') else written
            span = match.span("value") if written else (match.end(), match.end())
            found.setdefault(match["name"].lower(), Attribute(unescape(bare), span))
        return found


def tokens(html: str) -> Iterator[Token]:
    """Every tag, comment and raw text in order; what stands between them is text."""
    position = 0
    while found := _NEXT.search(html, position):
        name = (found["name"] or "").lower()
        closes = bool(found["slash"])
        yield Token(found.start(), found.end(), name, closes, found.span("attributes"))
        position = found.end()
        if name in RAW_TEXT and not closes:
            end = re.compile(rf"</{name}(?=[\s/>])", re.I).search(html, position)
            stop = end.start() if end else len(html)
            if stop > position:
                yield Token(position, stop)
            position = stop


def plain_text(html: str) -> str:
    """What a reader reads: no tags, no comments, no scripts; entities decoded, spaces folded."""
    parts, position, skip = [], 0, ""
    for token in tokens(html):
        if not skip:
            parts.append(html[position : token.start])
        if token.name in ("script", "style"):
            skip = "" if token.closes else token.name
        parts.append(" " if token.name in BLOCKS else "")
        position = token.end
    parts.append(html[position:])
    return " ".join(unescape("".join(parts)).split())


BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
"""Elements that part words."""
