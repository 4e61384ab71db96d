"""Syntax of shortcodes. They're replaced by marks before Markdown is parsed.

    {{< form newsletter >}}             an argument
    {{< figure "a b.png" width=20 >}}   arguments and options
    {{< note >}} … {{< /note >}}        Markdown inside

A mark has only letters and digits, so the parser leaves it as it is wherever it appears.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from html import escape

from msgspec import Struct

from ...model.diagnostic import Diagnostic, Location, error, nearest
from ...model.document import Body, Call

MARK = re.compile(r"sc[0-9a-f]{12}x\d+x")
"""Form of a mark; only those among a text's tags are marks of that text."""

# A tag contains no start of another one, so every text is matched in linear time.
_TAG = re.compile(
    r"\{\{<\s*+(/?)\s*+([A-Za-z][\w-]*+)"
    r"((?>(?:\"(?>(?:[^\"\n{]|\{(?!\{<))*)\"|[^\">\n{]|\{(?!\{<)|>(?!\}\}))*))>\}\}"
)
_ARGUMENT = re.compile(r"(?:([A-Za-z_][\w-]*)=)?(?:\"([^\"\n]*)\"|([^\s\"]+))")


class Tag(Struct, frozen=True, kw_only=True):
    """A shortcode's tag in the source."""

    mark: str
    text: str
    name: str
    closes: bool
    arguments: tuple[str, ...]
    options: Mapping[str, str]
    line: int


class Marked(Struct, frozen=True, kw_only=True):
    """A text with a mark in place of each tag."""

    text: str
    tags: dict[str, Tag]

    def restored(self, html: str) -> str:
        """Return `html` with the escaped text of each tag in place of its mark."""
        if not self.tags:
            return html
        tags = self.tags
        return MARK.sub(lambda m: escape(tags[m[0]].text) if m[0] in tags else m[0], html)


def mark_shortcodes(text: str, *, first_line: int = 1) -> Marked:
    """Replace the shortcodes of `text`, which starts on `first_line` of its source, by marks."""
    if "{{<" not in text:
        return Marked(text=text, tags={})
    # A mark has the text's digest, so a text can't contain its own marks.
    stem = "sc" + hashlib.sha256(text.encode()).hexdigest()[:12]
    tags: dict[str, Tag] = {}

    def mark(match: re.Match[str]) -> str:
        name = f"{stem}x{len(tags)}x"
        words = list(_ARGUMENT.finditer(match[3]))
        tags[name] = Tag(
            mark=name,
            text=match[0],
            name=match[2],
            closes=bool(match[1]),
            arguments=tuple(_value(word) for word in words if not word[1]),
            options={word[1]: _value(word) for word in words if word[1]},
            line=first_line + text.count("\n", 0, match.start()),
        )
        return name

    return Marked(text=_TAG.sub(mark, text), tags=tags)


def _value(word: re.Match[str]) -> str:
    return word[2] if word[2] is not None else word[3]


def unknown_shortcodes(body: Body, known: frozenset[str], *, path: str) -> Iterator[Diagnostic]:
    """Yield an error for each shortcode that neither the theme nor the site has."""
    for call in body.holes:
        if isinstance(call, Call) and call.name not in known:
            message = f"unknown shortcode '{call.name}'"
            hint = nearest(call.name, known) or "add your own to templates/shortcodes/"
            place = Location(path=path, line=call.line)
            yield error("unknown-shortcode", message, at=place, hint=hint)
