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

_TAG = (
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+(?:>|\Z)"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?P<attributes>(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?+)*+)"
    r"(?:>|(?P<unclosed>\Z))"
)
# Every branch ends somewhere, if only with the text: none is tried again from each `<` after it.
_NEXT = re.compile(f"(?P<tag>{_TAG})", re.S)
_NEXT_TELLING = re.compile(
    r"(?:[^<]++|<(?![A-Za-z!?/])|</(?![A-Za-z])|</[A-Za-z][^\s/>]*+>"
    rf"|<(?!(?:h[1-6]|pre|{'|'.join(sorted(RAW_TEXT))})[\s/>])[A-Za-z][A-Za-z0-9]*+ ?/?>)*+"
    rf"(?P<tag>{_TAG})",
    re.S | re.I,
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
    """A tag, or a comment, declaration or raw text (`name` empty), at `start` to `end`.

    In a comment and in raw text of scripts and styles character references mean nothing.
    """

    start: int
    end: int
    name: str = ""
    closes: bool = False
    within: str = ""
    """Of raw text: the element that it is the text of."""
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


def tokens(html: str, *, telling: bool = False) -> Iterator[Token]:
    """Every tag, comment and raw text in order; what stands between them is text.

    With `telling`, closing tags are left out, and those without attributes but of headings, `pre`
    and raw text: most of a body, passed over at the speed of the expression alone. A tag that is
    never closed ends the tokens, as it ends the page in browsers.
    """
    position, following = 0, _NEXT_TELLING.match if telling else _NEXT.search
    while (found := following(html, position)) and found["unclosed"] is None:
        name = (found["name"] or "").lower()
        closes = bool(found["slash"])
        rest = found.span("attributes")
        yield Token(found.start("tag"), found.end(), name, closes, rest=rest)
        position = found.end()
        if name in RAW_TEXT and not closes:
            end = re.compile(rf"</{name}(?=[\s/>])", re.I).search(html, position)
            stop = end.start() if end else len(html)
            if stop > position:
                yield Token(position, stop, within=name)
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


def word_count(html: str) -> int:
    """How many words a reader reads; scripts and styles are none."""
    if "<script" in html or "<style" in html:
        return len(plain_text(html).split())
    return len(_ANY_TAG.sub(" ", html).split())


_ANY_TAG = re.compile(r"<[^>]*+(?:>|\Z)")

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
"""Elements that part words."""
