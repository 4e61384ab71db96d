"""Split HTML at its holes: internal links, images, code blocks, headings and shortcodes.

Invariant: `model.document.raw(body.pieces)` is the HTML byte for byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape, unescape
from urllib.parse import unquote

from msgspec.structs import replace

from ...model.diagnostic import Diagnostic
from ...model.digest import digest_of
from ...model.document import Body, Call, Code, Heading, Image, Link, Piece, Verbatim, walk
from ...model.reference import is_internal
from .elements import find_elements
from .excerpt import FOOTNOTE, excerpt
from .shortcodes import MARK, Marked, nest
from .tokenizer import Attribute, Token, plain_text, tokenize, word_count

_CALLS_ONLY = re.compile(r"<p>\s*(?:sc[0-9a-f]{12}x\d+x\s*)+</p>\n?")
_CODE = re.compile(r'<pre><code class="language-([^"<>]*)">')
_CODE_END = "</code></pre>"
_MAY_BE_ANCHOR = re.compile(r"id|name", re.I)
_HEADING_END = re.compile(r"</?h[1-6](?=[\s/>])", re.I)
_LINKS = {
    **dict.fromkeys(("a", "area"), ("href",)),
    **dict.fromkeys(("audio", "embed", "iframe", "source", "track"), ("src",)),
    "video": ("src", "poster"),
}
"""Element -> its attributes that link."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def split_at_holes(
    html: str,
    marked: Marked,
    *,
    path: str,
    text: str = "",
    first_line: int = 1,
    has_summary: bool = False,
) -> tuple[Body, list[Diagnostic]]:
    """Return the body of the HTML that the parser made of `marked`.

    `text`, the Markdown with its shortcodes, and `first_line` give the lines of links. With
    `has_summary`, no excerpt is made.
    """
    line_of = _line_finder(text, first_line)
    splitter = _Splitter(html, marked, line_of)
    flat = splitter.pieces()
    # Only shortcodes contain other pieces.
    pieces, findings = nest(flat, path) if marked.tags else (tuple(flat), [])
    body = Body(
        pieces=pieces,
        holes=tuple([_without_html(p) for p in walk(pieces) if isinstance(p, _CHECKED)]),
        anchors_joined="\0".join(sorted(splitter.anchors)),
        elements=find_elements(html, marked.tags, line_of, splitter.tokens),
        summary="" if has_summary else excerpt(html),
        words=word_count(html),
        digest=_digest(html, marked),
    )
    return body, findings


_CHECKED = (Link, Image, Call)
"""Holes that checks look at."""


def _without_html(hole: Link | Image | Call) -> Link | Image | Call:
    """Return the hole without its HTML: the pieces have it, and stay on disk."""
    match hole:
        case Link():
            # Most holes are links, and `replace` is slow.
            return Link(raw="", target=hole.target, line=hole.line)
        case Image():
            return replace(hole, raw="")
        case Call():
            return replace(hole, raw="", inner=None, closing="")


def _digest(html: str, marked: Marked) -> str:
    if not marked.tags:
        return digest_of(html)
    # Marks have the digest of the Markdown: the HTML alone doesn't tell shortcodes apart.
    return digest_of(repr((html, [tag.raw for tag in marked.tags.values()])))


_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def anchor_of(title: str) -> str:
    """Return the anchor of a heading by the rules of GitHub and Hugo."""
    return _NOT_IN_ANCHORS.sub("", title.casefold()).strip(" -").replace(" ", "-")


def _line_finder(text: str, first_line: int) -> Callable[[str], int]:
    """Return a function from a link's target to its line, 0 if unknown.

    It must be called with the targets in their order.
    """
    after: dict[str, int] = {}

    def line_of(target: str) -> int:
        for spell in (str, unquote, escape):
            spelling = spell(target)
            start = text.find(spelling, after.get(spelling, 0)) if spelling else -1
            start = start if start >= 0 else text.find(spelling)
            if start >= 0:
                after[spelling] = start + len(spelling)
                return first_line + text.count("\n", 0, start)
        return 0

    return line_of


class _Splitter:
    """One pass over the HTML of a body."""

    def __init__(self, html: str, marked: Marked, line_of: Callable[[str], int]) -> None:
        self.html, self.marked, self.line_of = html, marked, line_of
        self.tags = marked.tags
        # With shortcodes every tag is relevant, because marks within tags stay text.
        self.tokens = tuple(tokenize(html, relevant_only=not marked.tags))
        self.anchors = _anchors(self.tokens, html)
        """Anchors of authors; those of headings are added."""
        self.numbers: dict[str, int] = {}
        """Anchor -> the last number that was appended to it."""
        self.position = 0

    def pieces(self) -> Iterator[Piece]:
        for token in self.tokens:
            if token.start < self.position:
                continue
            if token.name == "p" and (paragraph := self._calls_only(token)):
                yield from self._between(token.start)
                yield from self._calls(paragraph)
                self.position = paragraph.end()
                continue
            for start, hole in self._holes(token):
                yield from self._between(start)
                yield hole
                self.position = start + len(hole.raw)
            if self.tags:
                yield from self._tag_text(token)
        yield from self._between(len(self.html))

    def _calls_only(self, token: Token) -> re.Match[str] | None:
        """Match a paragraph of shortcodes alone, whose `<p>` is dropped."""
        match = _CALLS_ONLY.match(self.html, token.start) if self.tags else None
        return match if match and all(m in self.tags for m in MARK.findall(match[0])) else None

    def _calls(self, paragraph: re.Match[str]) -> Iterator[Piece]:
        marks = list(MARK.finditer(self.html, paragraph.start(), paragraph.end()))
        start = paragraph.start()
        for i, mark in enumerate(marks):
            end = paragraph.end() if i == len(marks) - 1 else mark.end()
            yield replace(self.tags[mark[0]], raw=self.html[start:end])
            start = end

    def _between(self, end: int) -> Iterator[Piece]:
        """Yield the text up to `end`; marks in it are shortcodes."""
        if self.tags:
            yield from self._split(end, lambda tag, mark: replace(tag, raw=mark))
        elif end > self.position:
            yield self.html[self.position : end]
            self.position = end

    def _tag_text(self, token: Token) -> Iterator[Piece]:
        """Yield the rest of a tag; marks in it, or within inline code, stay text."""
        end = token.end
        if token.name == "code" and not token.closes:
            closing = self.html.find("</code>", end)
            end = closing if closing >= 0 else end
        yield from self._between(token.start)
        # Comments, scripts and styles have no character references, so nothing is escaped there.
        is_literal = not token.name and token.within not in ("textarea", "title")
        shown = str if is_literal else escape
        yield from self._split(end, lambda tag, mark: Verbatim(raw=mark, html=shown(tag.raw)))

    def _split(self, end: int, piece: Callable[[Call, str], Piece]) -> Iterator[Piece]:
        if end <= self.position:
            return
        for mark in MARK.finditer(self.html, self.position, end):
            if mark[0] in self.tags:
                if mark.start() > self.position:
                    yield self.html[self.position : mark.start()]
                yield piece(self.tags[mark[0]], mark[0])
                self.position = mark.end()
        if end > self.position:
            yield self.html[self.position : end]
            self.position = end

    def _holes(self, token: Token) -> Iterator[tuple[int, Link | Image | Code | Heading]]:
        """Yield the holes that start with this tag, each with the start of its HTML."""
        if token.closes or not token.name:
            return
        hole: Image | Code | Heading | None = None
        if token.name in _HEADINGS:
            hole = self._heading(token)
        elif token.name == "pre":
            hole = self._code(token)
        elif token.name == "img":
            hole = self._image(token)
        elif names := _LINKS.get(token.name):
            attributes = token.attributes(self.html)
            for target in [attributes[name] for name in names if name in attributes]:
                if self._is_link(target):
                    start, end = target.span
                    line = self.line_of(target.value)
                    yield start, Link(raw=self.html[start:end], target=target.value, line=line)
        if hole:
            yield token.start, hole

    def _is_link(self, attribute: Attribute) -> bool:
        start, end = attribute.span
        return start < end and is_internal(attribute.value) and not self._marked(start, end)

    def _marked(self, start: int, end: int) -> bool:
        return bool(self.tags) and any(
            mark in self.tags for mark in MARK.findall(self.html, start, end)
        )

    def _image(self, token: Token) -> Image | None:
        attributes = token.attributes(self.html)
        source = attributes.get("src")
        if source is None or not self._is_link(source) or self._marked(token.start, token.end):
            return None
        alt = attributes.get("alt")
        return Image(
            raw=self.html[token.start : token.end],
            target=source.value,
            alt=alt.value if alt else None,
            span=(source.span[0] - token.start, source.span[1] - token.start),
            line=self.line_of(source.value),
        )

    def _code(self, token: Token) -> Code | None:
        opening = _CODE.match(self.html, token.start)
        closing = self.html.find(_CODE_END, opening.end()) if opening else -1
        if not opening or closing < 0:
            return None
        words = unescape(self.marked.restored(opening[1])).split()
        text = unescape(self.marked.restored(self.html[opening.end() : closing]))
        raw = self.html[token.start : closing + len(_CODE_END)]
        return Code(raw=raw, language=words[0] if words else "", text=text)

    def _heading(self, token: Token) -> Heading | None:
        if self._marked(token.start, token.end):
            return None
        closing = _HEADING_END.search(self.html, token.end)
        inside = self.html[token.end : closing.start() if closing else token.end]
        if "<sup" in inside:
            inside = FOOTNOTE.sub("", inside)
        title = plain_text(self.marked.restored(inside))
        own = token.attributes(self.html).get("id")
        has_own_anchor = own is not None and own.value != ""
        anchor = own.value if own and own.value else self._unused(anchor_of(title) or "section")
        self.anchors.add(anchor)
        return Heading(
            raw=self.html[token.start : token.end],
            level=_HEADINGS[token.name],
            anchor=anchor,
            title=title,
            has_own_anchor=has_own_anchor,
        )

    def _unused(self, anchor: str) -> str:
        number, unused = self.numbers.get(anchor, 0), anchor
        while unused in self.anchors:
            number += 1
            unused = f"{anchor}-{number}"
        self.numbers[anchor] = number
        return unused


def _anchors(tokens: Iterable[Token], html: str) -> set[str]:
    """Return the anchors that authors wrote."""
    anchors: set[str] = set()
    for token in tokens:
        if token.is_bare or token.closes or not _MAY_BE_ANCHOR.search(html, *token.rest):
            continue
        attributes = token.attributes(html)
        anchors.update(attributes[key].value for key in ("id", "name") if key in attributes)
    return anchors - {""}
