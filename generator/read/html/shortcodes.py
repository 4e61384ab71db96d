"""Syntax and nesting of shortcodes. They're replaced by marks before Markdown is parsed.

    {{< form newsletter >}}             an argument
    {{< figure "a b.png" width=20 >}}   arguments and options
    {{< note >}} … {{< /note >}}        Markdown inside

A mark has only letters and digits, so the parser leaves it as it is wherever it appears.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape

from msgspec import Struct
from msgspec.structs import replace

from ...model.diagnostic import Diagnostic, Location, error, nearest
from ...model.document import Body, Call, Piece, Verbatim

MAX_DEPTH = 32
"""Levels of shortcodes."""

MARK = re.compile(r"sc[0-9a-f]{12}x\d+x")
"""Form of a mark; only those among a text's tags are marks of that text."""

# A tag contains no start of another one, so every text is matched in linear time.
_TAG = re.compile(
    r"\{\{<\s*+(/?)\s*+([A-Za-z][\w-]*+)"
    r"((?>(?:\"(?>(?:[^\"\n{]|\{(?!\{<))*)\"|[^\">\n{]|\{(?!\{<)|>(?!\}\}))*))>\}\}"
)
_ARGUMENT = re.compile(r"(?:([A-Za-z_][\w-]*)=)?(?:\"([^\"\n]*)\"|([^\s\"]+))")


class Marked(Struct, frozen=True, kw_only=True):
    """A text with a mark in place of each shortcode's tag."""

    text: str
    tags: dict[str, Call]
    """Mark -> tag. `raw` is its text in the source, and a closing tag's name starts with `/`."""

    def restored(self, html: str) -> str:
        """Return `html` with the escaped text of each tag in place of its mark."""
        if not self.tags:
            return html
        tags = self.tags
        return MARK.sub(lambda m: escape(tags[m[0]].raw) if m[0] in tags else m[0], html)


def mark_shortcodes(text: str, *, first_line: int = 1) -> Marked:
    """Replace the shortcodes of `text`, which starts on `first_line` of its source, by marks."""
    if "{{<" not in text:
        return Marked(text=text, tags={})
    # A mark has the text's digest, so a text can't contain its own marks.
    stem = "sc" + hashlib.sha256(text.encode()).hexdigest()[:12]
    tags: dict[str, Call] = {}

    def mark(match: re.Match[str]) -> str:
        name = f"{stem}x{len(tags)}x"
        words = list(_ARGUMENT.finditer(match[3]))
        tags[name] = Call(
            raw=match[0],
            name=match[1] + match[2],
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


def nest(flat: Iterable[Piece], path: str) -> tuple[tuple[Piece, ...], list[Diagnostic]]:
    """Nest flat pieces: a call whose name starts with `/` closes the nearest open one.

    A call that closes nothing, or that is nested too deep, is an error and becomes an empty piece.
    """
    nesting = _Nesting()
    findings = []
    for piece in flat:
        if not isinstance(piece, Call) or not piece.name.startswith("/"):
            nesting.add(piece)
        elif message := nesting.close(piece):
            place = Location(path=path, line=piece.line)
            findings.append(error("shortcode-unopened", message, at=place))
            nesting.add(Verbatim(raw=piece.raw, html=""))
    return tuple(nesting.pieces), findings


class _Nesting:
    """The pieces so far, and the calls among them that may still be closed."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._depths: list[int] = []
        self._open: dict[str, list[int]] = {}

    def add(self, piece: Piece, depth: int = 0) -> None:
        if isinstance(piece, Call) and piece.inner is None:
            self._open.setdefault(piece.name, []).append(len(self.pieces))
        self.pieces.append(piece)
        self._depths.append(depth)

    def close(self, closing: Call) -> str:
        """Nest the pieces since the opening call; return a message if that's impossible."""
        name = closing.name[1:]
        places = self._open.get(name, [])
        while places:
            start = places.pop()
            opening = self.pieces[start] if start < len(self.pieces) else None
            if isinstance(opening, Call) and opening.name == name and opening.inner is None:
                break
        else:
            return f"there is no open shortcode '{name}' to close"
        depth = 1 + max(self._depths[start + 1 :], default=0)
        if depth > MAX_DEPTH:
            return f"shortcodes are nested more than {MAX_DEPTH} levels deep in '{name}'"
        inner = tuple(self.pieces[start + 1 :])
        del self.pieces[start:], self._depths[start:]
        self.add(replace(opening, inner=inner, closing=closing.raw), depth)
        return ""
