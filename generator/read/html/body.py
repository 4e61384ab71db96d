"""HTML -> Body: cut at each internal link, image, code block, heading and shortcode.

The law: `model.document.raw(body.pieces)` is the HTML that came in, byte for byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from urllib.parse import unquote

from ...model.diagnostic import Diagnostic
from ...model.digest import digest_of
from ...model.document import Body, Call, Code, Heading, Image, Link, Piece, Verbatim, walk
from ...model.reference import is_internal
from .elements import of_document
from .excerpt import FOOTNOTE, summary
from .nesting import nest
from .shortcodes import MARK, Marked, Tag
from .tokenizer import Attribute, Token, plain_text, tokens, word_count

_ALONE = re.compile(r"<p>\s*(?:sc[0-9a-f]{12}x\d+x\s*)+</p>\n?")
_CODE = re.compile(r'<pre><code class="language-([^"<>]*)">')
_CODE_END = "</code></pre>"
_MAY_BE_ANCHOR = re.compile(r"id|name", re.I)
_HEADING_END = re.compile(r"</?h[1-6](?=[\s/>])", re.I)
_LINKS = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
Cut = tuple[int, int, Link | Image | Code | Heading]
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def cut(
    html: str,
    marked: Marked,
    *,
    path: str,
    text: str = "",
    first_line: int = 1,
    said: bool = False,
) -> tuple[Body, list[Diagnostic]]:
    """The body of the HTML that the parser made of `marked`.

    `text`, the Markdown before shortcodes left it, and `first_line` tell where links stand.
    `said`: its author has said what it is about.
    """
    line_of = _line_finder(text, first_line)
    cutter = _Cutter(html, marked, line_of)
    # Nothing but shortcodes holds other pieces.
    pieces, findings = nest(cutter.pieces(), path) if marked.tags else (tuple(cutter.pieces()), [])
    body = Body(
        pieces=pieces,
        holes=tuple([_outside(p) for p in walk(pieces) if isinstance(p, _ASKED)]),
        named="\0".join(sorted(cutter.anchors)),
        elements=of_document(html, marked.tags, line_of, cutter.tokens),
        summary="" if said else summary(html),
        words=word_count(html),
        digest=_digest(html, marked),
    )
    return body, findings


_ASKED = (Link, Image, Call)


def _outside(hole: Link | Image | Call) -> Link | Image | Call:
    """Its HTML stands among the pieces; held twice, it would be in memory with each document."""
    match hole:
        case Link():
            # By far the most: `replace` would take four times as long.
            return Link(raw="", target=hole.target, line=hole.line)
        case Image():
            return replace(hole, raw="")
        case Call():
            return replace(hole, raw="", inner=None, closing="")


def _digest(html: str, marked: Marked) -> str:
    """Marks are made of the text's digest, and stand for what the shortcodes say."""
    if not marked.tags:
        return digest_of(html)
    return digest_of(repr((html, [tag.text for tag in marked.tags.values()])))


_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def anchor_of(title: str) -> str:
    """The anchor of a heading, as GitHub and Hugo spell it."""
    return _NOT_IN_ANCHORS.sub("", title.casefold()).strip(" -").replace(" ", "-")


def _line_finder(text: str, first_line: int) -> Callable[[str], int]:
    """Asked for the targets in their order, it says on which line each stands; 0: not found."""
    after: dict[str, int] = {}

    def line_of(target: str) -> int:
        for spelled in (str, unquote, escape):
            spelling = spelled(target)
            at = text.find(spelling, after.get(spelling, 0)) if spelling else -1
            at = at if at >= 0 else text.find(spelling)
            if at >= 0:
                after[spelling] = at + len(spelling)
                return first_line + text.count("\n", 0, at)
        return 0

    return line_of


class _Cutter:
    """One pass over the HTML of a body."""

    def __init__(self, html: str, marked: Marked, line_of: Callable[[str], int]) -> None:
        self.html, self.marked, self.line_of = html, marked, line_of
        self.tags = marked.tags
        # Where shortcodes are, every tag tells: a mark within it means nothing.
        self.tokens = tuple(tokens(html, telling=not marked.tags))
        self.anchors = _anchors(self.tokens, html)
        """What authors named; the headings' own come to it."""
        self.numbers: dict[str, int] = {}
        """Anchor -> the last number behind it that was taken."""
        self.position = 0

    def pieces(self) -> Iterator[Piece]:
        for token in self.tokens:
            if token.start < self.position:
                continue
            if token.name == "p" and (alone := self._alone(token)):
                yield from self._between(token.start)
                yield from self._calls(alone)
                self.position = alone.end()
                continue
            for start, end, piece in self._holes(token):
                yield from self._between(start)
                yield piece
                self.position = end
            if self.tags:
                yield from self._tag_text(token)
        yield from self._between(len(self.html))

    def _alone(self, token: Token) -> re.Match[str] | None:
        """A paragraph of nothing but shortcodes is no paragraph."""
        found = _ALONE.match(self.html, token.start) if self.tags else None
        return found if found and all(m in self.tags for m in MARK.findall(found[0])) else None

    def _calls(self, found: re.Match[str]) -> Iterator[Piece]:
        marks = list(MARK.finditer(self.html, found.start(), found.end()))
        start = found.start()
        for i, mark in enumerate(marks):
            end = found.end() if i == len(marks) - 1 else mark.end()
            yield _call(self.tags[mark[0]], self.html[start:end])
            start = end

    def _between(self, end: int) -> Iterator[Piece]:
        """The text up to `end`; a mark in it is a shortcode."""
        if self.tags:
            yield from self._split(end, lambda tag: _call(tag, tag.mark))
        elif end > self.position:
            yield self.html[self.position : end]
            self.position = end

    def _tag_text(self, token: Token) -> Iterator[Piece]:
        """What is left of a tag; a mark in it, or within inline code, means nothing."""
        end = token.end
        if token.name == "code" and not token.closes:
            closing = self.html.find("</code>", end)
            end = closing if closing >= 0 else end
        yield from self._between(token.start)
        # Where character references mean nothing, the text comes back as it is.
        bare = not token.name and token.within not in ("textarea", "title")
        yield from self._split(
            end, lambda tag: Verbatim(raw=tag.mark, html=tag.text if bare else escape(tag.text))
        )

    def _split(self, end: int, piece: Callable[[Tag], Piece]) -> Iterator[Piece]:
        if end <= self.position:
            return
        for mark in MARK.finditer(self.html, self.position, end):
            if mark[0] in self.tags:
                if mark.start() > self.position:
                    yield self.html[self.position : mark.start()]
                yield piece(self.tags[mark[0]])
                self.position = mark.end()
        if end > self.position:
            yield self.html[self.position : end]
            self.position = end

    def _holes(self, token: Token) -> tuple[Cut, ...]:
        """The holes that begin with this tag, each with its span."""
        if token.closes or not token.name:
            return ()
        if token.name in _HEADINGS and not self._marked(token.start, token.end):
            return self._heading(token)
        if token.name == "pre":
            return self._code(token)
        if token.name == "img":
            return self._image(token)
        asked = _LINKS.get(token.name)
        if asked is None:
            return ()
        attributes = token.attributes(self.html)
        leading = (attributes[key] for key in asked if key in attributes)
        return tuple(self._link(attribute) for attribute in leading if self._leads(attribute))

    def _leads(self, attribute: Attribute) -> bool:
        start, end = attribute.span
        return start < end and is_internal(attribute.value) and not self._marked(start, end)

    def _marked(self, start: int, end: int) -> bool:
        return bool(self.tags) and any(
            mark in self.tags for mark in MARK.findall(self.html, start, end)
        )

    def _link(self, attribute: Attribute) -> Cut:
        start, end = attribute.span
        line = self.line_of(attribute.value)
        return start, end, Link(raw=self.html[start:end], target=attribute.value, line=line)

    def _image(self, token: Token) -> tuple[Cut, ...]:
        attributes = token.attributes(self.html)
        source = attributes.get("src")
        if source is None or not self._leads(source) or self._marked(token.start, token.end):
            return ()
        alt = attributes.get("alt")
        image = Image(
            raw=self.html[token.start : token.end],
            target=source.value,
            alt=alt.value if alt else None,
            span=(source.span[0] - token.start, source.span[1] - token.start),
            line=self.line_of(source.value),
        )
        return ((token.start, token.end, image),)

    def _code(self, token: Token) -> tuple[Cut, ...]:
        found = _CODE.match(self.html, token.start)
        closing = self.html.find(_CODE_END, found.end()) if found else -1
        if not found or closing < 0:
            return ()
        end = closing + len(_CODE_END)
        words = unescape(self.marked.restored(found[1])).split()
        text = unescape(self.marked.restored(self.html[found.end() : closing]))
        code = Code(raw=self.html[token.start : end], language=words[0] if words else "", text=text)
        return ((token.start, end, code),)

    def _heading(self, token: Token) -> tuple[Cut, ...]:
        closing = _HEADING_END.search(self.html, token.end)
        inside = self.html[token.end : closing.start() if closing else token.end]
        if "<sup" in inside:
            inside = FOOTNOTE.sub("", inside)
        title = plain_text(self.marked.restored(inside))
        own = token.attributes(self.html).get("id")
        named = own.value if own else ""
        anchor = named or self._free(anchor_of(title) or "section")
        self.anchors.add(anchor)
        heading = Heading(
            raw=self.html[token.start : token.end],
            level=_HEADINGS[token.name],
            anchor=anchor,
            title=title,
            named=bool(named),
        )
        return ((token.start, token.end, heading),)

    def _free(self, anchor: str) -> str:
        number, free = self.numbers.get(anchor, 0), anchor
        while free in self.anchors:
            number += 1
            free = f"{anchor}-{number}"
        self.numbers[anchor] = number
        return free


def _anchors(tokens: Iterable[Token], html: str) -> set[str]:
    """What a link can lead to."""
    found: set[str] = set()
    for token in tokens:
        if token.is_bare or token.closes or not _MAY_BE_ANCHOR.search(html, *token.rest):
            continue
        attributes = token.attributes(html)
        found.update(attributes[key].value for key in ("id", "name") if key in attributes)
    return found - {""}


def _call(tag: Tag, raw: str) -> Call:
    return Call(
        raw=raw,
        name=("/" if tag.closes else "") + tag.name,
        arguments=tag.arguments,
        options=tag.options,
        line=tag.line,
    )
