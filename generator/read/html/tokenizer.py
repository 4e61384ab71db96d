"""One tokenizer of HTML for all that is asked of a body, authors' raw HTML included.

It knows comments, raw-text elements and quoted attributes, and gives every tag with the span of
its text, so that a body can be cut there and joined again byte for byte.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes"})
"""Elements whose content is text, whatever it looks like."""

WATCHED = frozenset(
    {"script", "style", "link", "iframe", "frame", "object", "embed", "input", "dialog", "form"}
    | {"meta"}
)
"""Elements that checks ask about, whatever their attributes."""

# A group that keeps what it took is written `(?>(?:...)*)`: Python 3.11.0 to 3.11.4 go wrong with
# `(?:...)*+` where there are branches in it.
_VALUE = r"(?>(?:\s*+=\s*+(?P<value>\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?)"
_TAG = (
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+(?:>|\Z)"
    r"|<(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    rf"(?P<attributes>(?>(?:[\s/]++|[^\s/>][^\s/>=]*+{_VALUE})*))"
    r"(?:>|(?P<unclosed>\Z))"
)
# Every branch ends somewhere, if only with the text: none is tried again from each `<` after it.
_NEXT = re.compile(f"(?P<tag>{_TAG})", re.S)
_TOLD = "|".join(sorted(RAW_TEXT | WATCHED))
# The first line alone passes over most of what parsers write.
_NEXT_TELLING = re.compile(
    r"(?>(?:[^<]++|<(?:/?(?:p|li|ul|ol|strong|em|code)|/h[1-6]|/pre|/a|a href=\"https?://[^\"]*+\")>"
    r"|<(?![A-Za-z!?/])|</(?![A-Za-z])|</[A-Za-z][^\s/>]*+>"
    rf"|<(?!(?:h[1-6]|pre|{_TOLD})[\s/>])[A-Za-z][A-Za-z0-9]*+ ?/?>)*)"
    rf"(?P<tag>{_TAG})",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(rf"(?P<name>[^\s/>][^\s/>=]*+){_VALUE}")


# Of both there are many in every body: a named tuple is made in a third of a dataclass's time.
class Attribute(NamedTuple):
    """`value` is decoded; `span` is its place in the text, with its quotes if it has any."""

    value: str
    span: tuple[int, int]


class Token(NamedTuple):
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

    @property
    def is_bare(self) -> bool:
        """Whether it has no attributes."""
        return self.rest[0] == self.rest[1]

    def attributes(self, html: str) -> dict[str, Attribute]:
        """By lower-case name; of two with one name the first counts, as in browsers."""
        found: dict[str, Attribute] = {}
        if self.is_bare:
            return found
        for match in _ATTRIBUTE.finditer(html, *self.rest):
            written = match["value"] or ""
            bare = written[1:-1] if written[:1] in ("'", '"') else written
            span = match.span("value") if written else (match.end(), match.end())
            found.setdefault(match["name"].lower(), Attribute(unescape(bare), span))
        return found


def tokens(html: str, *, telling: bool = False) -> Iterator[Token]:
    """Every tag, comment and raw text in order; what stands between them is text.

    With `telling`, closing tags are left out, and those without attributes but of headings, `pre`,
    raw text and what is watched, and plain links to elsewhere: most of a body, passed over at the
    speed of the expression alone. A tag that is never closed ends the tokens, as it ends the page
    in browsers.
    """
    position, following = 0, _NEXT_TELLING.match if telling else _NEXT.search
    while found := following(html, position):
        name, slash, unclosed = found.group("name", "slash", "unclosed")
        if unclosed is not None:
            return
        start, position = found.span("tag")
        name, closes = (name or "").lower(), bool(slash)
        yield Token(start, position, name, closes, "", found.span("attributes"))
        if name in RAW_TEXT and not closes:
            end = re.compile(rf"</{name}(?=[\s/>])", re.I).search(html, position)
            stop = end.start() if end else len(html)
            if stop > position:
                yield Token(position, stop, within=name)
            position = stop


def plain_text(html: str) -> str:
    """What a reader reads: no tags, no comments, no scripts; entities decoded, spaces folded."""
    if "<" not in html:
        return " ".join(unescape(html).split())
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
    if _SCRIPTS.search(html):
        return len(plain_text(html).split())
    return count_words(_ANY_TAG.sub(" ", html))


def count_words(text: str) -> int:
    """`len(text.split())`, in a third of the time: the words themselves are not made.

    Of each byte it is only asked whether it parts words. Then a word begins wherever one that does
    not follows one that does.
    """
    if not text.isascii() and any(map(text.__contains__, WIDE_SPACES)):
        return len(text.split())
    within = text.encode("utf-8", "surrogatepass").translate(_WITHIN_WORDS)
    return within.count(b"\0\1") + within.startswith(b"\1")


_WITHIN_WORDS = bytes(not (byte < 128 and chr(byte).isspace()) for byte in range(256))
WIDE_SPACES = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
    "\u2029\u202f\u205f\u3000"
)
"""What parts words and is no ASCII."""

_SCRIPTS = re.compile(r"<(?:script|style)")
_ANY_TAG = re.compile(r"<[^>]*+(?:>|\Z)")

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
"""Elements that part words."""
