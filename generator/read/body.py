"""HTML -> Body: cut at each internal link, image, code block, heading and shortcode.

The law: `model.document.raw(body.pieces)` is the HTML that came in, byte for byte.
"""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import unquote

from ..model.diagnostic import Diagnostic, Location, error
from ..model.document import Body, Call, Code, Heading, Image, Link, Piece, Verbatim
from ..model.reference import is_internal
from .shortcodes import Marked, Tag
from .tags import Attribute, Token, plain_text, tokens

_MARK = re.compile(r"sc[0-9a-f]{12}x\d+x")
_ALONE = re.compile(r"<p>\s*(?:sc[0-9a-f]{12}x\d+x\s*)+</p>\n?")
_CODE = re.compile(r'<pre><code class="language-([^"]*)">(.*?)</code></pre>', re.S)
_FOOTNOTE = re.compile(r'<sup class="footnote-ref">.*?</sup>', re.S)
_MORE = re.compile(r"<!--\s*more\s*-->")
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
    html: str, marked: Marked, *, path: str, text: str = "", first_line: int = 1
) -> tuple[Body, list[Diagnostic]]:
    """The body of the HTML that the parser made of `marked`.

    `text`, the Markdown before shortcodes left it, and `first_line` tell where links stand.
    """
    cutter = _Cutter(html, marked, _line_finder(text, first_line))
    flat = list(cutter.pieces())
    pieces, findings = _nest(flat, path)
    body = Body(
        pieces=pieces,
        anchors=frozenset(cutter.anchors),
        summary=_summary(html),
        words=len(plain_text(html).split()),
    )
    return body, findings


def anchor_of(title: str) -> str:
    """The anchor of a heading, as GitHub and Hugo spell it."""
    return re.sub(r"[^\w\- ]", "", title.casefold()).strip(" -").replace(" ", "-")


def _summary(html: str) -> str:
    """As `Body.summary` promises."""
    more = _MORE.search(html)
    shown = html[: more.start()] if more else html
    shown = _MARK.sub("", _FOOTNOTE.sub("", shown))
    if more:
        return plain_text(shown)
    paragraphs = (plain_text(found[1]) for found in re.finditer(r"<p>(.*?)</p>", shown, re.S))
    return next((text for text in paragraphs if text), "")


def _line_finder(text: str, first_line: int) -> Callable[[str], int]:
    """Asked for the targets in their order, it says on which line each stands; 0: not found."""
    after: dict[str, int] = {}

    def line_of(target: str) -> int:
        for spelling in (target, unquote(target), escape(target)):
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
        self.html, self.tags, self.line_of = html, marked.tags, line_of
        self.anchors: set[str] = set()
        self.position = 0

    def pieces(self) -> Iterator[Piece]:
        for token in tokens(self.html):
            if token.start < self.position:
                continue
            if token.name == "p" and (alone := self._alone(token)):
                yield from self._between(token.start)
                yield from self._calls(alone)
                self.position = alone.end()
                continue
            hole = self._hole(token)
            if isinstance(hole, tuple):
                for start, end, piece in hole:
                    yield from self._between(start)
                    yield piece
                    self.position = end
            yield from self._tag_text(token)
        yield from self._between(len(self.html))

    def _alone(self, token: Token) -> re.Match[str] | None:
        """A paragraph of nothing but shortcodes is no paragraph."""
        found = _ALONE.match(self.html, token.start) if self.tags else None
        return found if found and all(m in self.tags for m in _MARK.findall(found[0])) else None

    def _calls(self, found: re.Match[str]) -> Iterator[Piece]:
        marks = list(_MARK.finditer(self.html, found.start(), found.end()))
        start = found.start()
        for i, mark in enumerate(marks):
            end = found.end() if i == len(marks) - 1 else mark.end()
            yield _call(self.tags[mark[0]], self.html[start:end])
            start = end

    def _between(self, end: int) -> Iterator[Piece]:
        """The text up to `end`; a mark in it is a shortcode."""
        yield from self._split(end, lambda tag: _call(tag, tag.mark))

    def _tag_text(self, token: Token) -> Iterator[Piece]:
        """What is left of a tag; a mark in it, or within inline code, means nothing."""
        end = token.end
        if token.name == "code" and not token.closes and self.tags:
            closing = self.html.find("</code>", end)
            end = closing if closing >= 0 else end
        yield from self._between(token.start)
        yield from self._split(end, lambda tag: Verbatim(raw=tag.mark, html=escape(tag.text)))

    def _split(self, end: int, piece: Callable[[Tag], Piece]) -> Iterator[Piece]:
        if end <= self.position:
            return
        if not self.tags:
            yield self.html[self.position : end]
            self.position = end
            return
        for mark in _MARK.finditer(self.html, self.position, end):
            if mark[0] in self.tags:
                if mark.start() > self.position:
                    yield self.html[self.position : mark.start()]
                yield piece(self.tags[mark[0]])
                self.position = mark.end()
        if end > self.position:
            yield self.html[self.position : end]
            self.position = end

    def _hole(self, token: Token) -> tuple[Cut, ...] | None:
        """The holes that begin with this tag, each with its span."""
        if token.closes or not token.name:
            return None
        if token.name == "pre":
            return self._code(token)
        if token.name in _HEADINGS:
            return self._heading(token)
        attributes = token.attributes(self.html)
        self.anchors |= {attributes[k].value for k in ("id", "name") if k in attributes}
        if token.name == "img":
            return self._image(token, attributes)
        asked = (attributes[key] for key in _LINKS.get(token.name, ()) if key in attributes)
        return tuple(self._link(value) for value in asked if self._leads(value))

    def _leads(self, attribute: Attribute) -> bool:
        start, end = attribute.span
        return start < end and is_internal(attribute.value) and not self._marked(start, end)

    def _marked(self, start: int, end: int) -> bool:
        return bool(self.tags) and any(
            mark in self.tags for mark in _MARK.findall(self.html, start, end)
        )

    def _link(self, attribute: Attribute) -> Cut:
        start, end = attribute.span
        line = self.line_of(attribute.value)
        return start, end, Link(raw=self.html[start:end], target=attribute.value, line=line)

    def _image(self, token: Token, attributes: dict[str, Attribute]) -> tuple[Cut, ...] | None:
        source = attributes.get("src")
        if source is None or not self._leads(source) or self._marked(token.start, token.end):
            return None
        alt = attributes.get("alt")
        image = Image(
            raw=self.html[token.start : token.end],
            target=source.value,
            alt=alt.value if alt else None,
            span=(source.span[0] - token.start, source.span[1] - token.start),
            line=self.line_of(source.value),
        )
        return ((token.start, token.end, image),)

    def _code(self, token: Token) -> tuple[Cut, ...] | None:
        found = _CODE.match(self.html, token.start)
        if not found:
            return None
        words = unescape(found[1]).split()
        text = unescape(self._restored(found[2]))
        code = Code(raw=found[0], language=words[0] if words else "", text=text)
        return ((found.start(), found.end(), code),)

    def _heading(self, token: Token) -> tuple[Cut, ...]:
        closing = self.html.find(f"</{token.name}", token.end)
        inside = self.html[token.end : closing if closing >= 0 else token.end]
        title = plain_text(self._restored(_FOOTNOTE.sub("", inside)))
        own = token.attributes(self.html).get("id")
        anchor = own.value if own else self._free(anchor_of(title) or "section")
        self.anchors.add(anchor)
        heading = Heading(
            raw=self.html[token.start : token.end],
            level=_HEADINGS[token.name],
            anchor=anchor,
            title=title,
        )
        return ((token.start, token.end, heading),)

    def _free(self, anchor: str) -> str:
        number, free = 0, anchor
        while free in self.anchors:
            number += 1
            free = f"{anchor}-{number}"
        return free

    def _restored(self, html: str) -> str:
        if not self.tags:
            return html
        return _MARK.sub(
            lambda m: escape(self.tags[m[0]].text) if m[0] in self.tags else m[0], html
        )


def _call(tag: Tag, raw: str) -> Call:
    return Call(
        raw=raw,
        name=("/" if tag.closes else "") + tag.name,
        arguments=tag.arguments,
        options=tag.options,
        line=tag.line,
    )


def _nest(flat: list[Piece], path: str) -> tuple[tuple[Piece, ...], list[Diagnostic]]:
    """Give each call that is closed what stands before its closing tag."""
    findings: list[Diagnostic] = []
    done: list[Piece] = []
    for piece in flat:
        if not isinstance(piece, Call) or not piece.name.startswith("/"):
            done.append(piece)
            continue
        name = piece.name[1:]
        start = next((i for i in range(len(done) - 1, -1, -1) if _is_open(done[i], name)), None)
        if start is None:
            place = Location(path=path, line=piece.line)
            findings.append(error("shortcode-unopened", f"'/{name}' closes nothing", at=place))
            done.append(Verbatim(raw=piece.raw, html=""))
            continue
        opening = done[start]
        assert isinstance(opening, Call)
        inner = tuple(done[start + 1 :])
        done[start:] = [_closed(opening, inner, piece.raw)]
    return tuple(done), findings


def _is_open(piece: Piece, name: str) -> bool:
    return isinstance(piece, Call) and piece.name == name and piece.inner is None


def _closed(opening: Call, inner: tuple[Piece, ...], closing: str) -> Call:
    return Call(
        raw=opening.raw,
        name=opening.name,
        arguments=opening.arguments,
        options=opening.options,
        line=opening.line,
        inner=inner,
        closing=closing,
    )
