"""HTML, CSS and JavaScript -> what checks ask about: of documents, templates and static files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ...model.document import Source
from ...model.elements import Dialect, Element, Markup, without_comments
from .shortcodes import MARK, Tag
from .tokenizer import WATCHED, Token, tokens

_TELLING = r"\bping\s*=|\bonmouse(?:leave|out)\s*=|position\s*:\s*fixed"
_TELLS = re.compile(_TELLING, re.I)
_ELSEWHERE = re.compile(r"(?:https?:)?//", re.I)
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
_DEPTH = 64
"""Levels of elements that are remembered; nobody nests a form deeper."""

_DIALECTS = {
    **dict.fromkeys((".html", ".htm", ".svg"), Dialect.PAGE),
    ".css": Dialect.STYLE,
    **dict.fromkeys((".js", ".mjs"), Dialect.SCRIPT),
}
_LARGEST = 2_000_000
"""Bytes; what is larger is a program or data that nobody wrote by hand."""

_LINE = "data-atrae-line"
_FORM = f'<form method="post" {_LINE}="{{line}}" data-atrae-form="{{name}}"></form>'
"""Stands for a form that the theme will write."""

_AS_TICKED = re.compile(
    r"\{%-?\s*if\s+(?:[\w.]*\b(?:ticked|chosen)|[\w.|\s]+length\s*==\s*1)\s*-?%\}.*?\{%-?\s*endif\s*-?%\}",
    re.S,
)
"""What a template says of a box only if its visitor ticked it, or if it is the only one: `sheet`
and the preference centre name that so."""
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
_CALL = re.compile(r"\bview\s*\.\s*form\s*\(\s*(?:[\"']([\w-]*)[\"'])?")
_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")

LineOf = Callable[[str, int], int]
"""Asked for a tag and where it begins, it says on which line that is; 0: not known."""


def of_document(
    html: str, tags: Mapping[str, Tag], line_of: Callable[[str], int], told: Iterable[Token]
) -> tuple[Element, ...]:
    """The elements of a body, in which a mark stands for each shortcode.

    `told` are its tokens, those that tell among them: most bodies have none that matters, which is
    seen there without going over the HTML again.
    """
    forms = {mark: tag for mark, tag in tags.items() if tag.name == "form" and not tag.closes}
    if not forms and not any(_may_matter(html, token) for token in told):
        return ()
    if forms:

        def form(found: re.Match[str]) -> str:
            tag = forms.get(found[0])
            return _FORM.format(line=tag.line, name="") if tag else found[0]

        html = MARK.sub(form, html)

    def line(tag: str, _: int) -> int:
        return line_of(tag) or next((at for url in _SOURCE.findall(tag) if (at := line_of(url))), 0)

    return tuple(_elements(html, line))


def _may_matter(html: str, token: Token) -> bool:
    """Whether it is one of `_elements`, as far as can be told at little cost."""
    if token.closes or not token.name:
        return False
    if token.name == "img":
        return _matters(_element(html, token), html[slice(*token.rest)], images=False)
    return token.name in WATCHED or (not token.is_bare and bool(_TELLS.search(html, *token.rest)))


_SOURCE = re.compile(r"(?:src|href)=\"([^\"]*)\"")


def read_markup(templates: Mapping[str, Source], files: Iterable[Source]) -> tuple[Markup, ...]:
    """What is to be asked of these templates (name -> source) and files; what cannot be read is
    complained of where it is used."""
    found = []
    for name, source in templates.items():
        if name.endswith((".html", ".svg")):
            mail = name.startswith("handler/mail/")
            found.append((source, Dialect.MAIL if mail else Dialect.TEMPLATE))
    for source in files:
        dialect = _DIALECTS.get("." + source.name.rpartition(".")[2].lower())
        if dialect:
            found.append((source, dialect))
    return tuple(made for source, dialect in found if (made := _markup(source, dialect)))


def _markup(source: Source, dialect: Dialect) -> Markup | None:
    try:
        raw = source.file.read_bytes()
    except OSError:
        return None
    text = raw.decode("utf-8", "replace") if len(raw) <= _LARGEST else ""
    if dialect in (Dialect.STYLE, Dialect.SCRIPT):
        return Markup(path=source.path, dialect=dialect, text=without_comments(text))
    if dialect in (Dialect.TEMPLATE, Dialect.MAIL):
        text = without_jinja(text)
    lines = _elements(
        text, lambda _, at: text.count("\n", 0, at) + 1, images=dialect is Dialect.MAIL
    )
    elements = tuple(lines)
    return Markup(path=source.path, dialect=dialect, elements=elements)


def without_jinja(text: str) -> str:
    """The HTML of a template: every branch of it, and of an expression the texts in it.

    Every line stands where it stood.
    """
    return _JINJA.sub(_bare, _AS_TICKED.sub(_blank, text))


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _bare(found: re.Match[str]) -> str:
    said = found[0]
    if said.startswith(("{#", "{%")) or "ticked" in said:
        return _blank(found)
    line = found.string.count("\n", 0, found.start()) + 1
    if form := _CALL.search(said):
        return _FORM.format(line=line, name=form[1] or "*") + _blank(found)
    return "".join(one or two for one, two in _LITERAL.findall(said)) + _blank(found)


def _elements(html: str, line_of: LineOf, *, images: bool = False) -> Iterator[Element]:
    """Those that matter, in order; with `images` every image does."""
    around: list[Element] = []
    script: Element | None = None
    for token in tokens(html):
        if script:
            holds = token.within == script.name
            yield replace(script, text=html[token.start : token.end]) if holds else script
            script = None
        if token.closes:
            _close(around, token.name)
        if token.closes or not token.name:
            continue
        element = _element(html, token)
        matters = _matters(element, html[slice(*token.rest)], images=images)
        placed = _placed(element, html, token, line_of) if matters else element
        if token.name in ("script", "style"):
            script = placed
        elif matters:
            yield replace(placed, around=tuple(around)) if token.name == "form" else placed
        if token.name not in _VOID and len(around) < _DEPTH:
            around.append(element)
    if script:
        yield script


def _element(html: str, token: Token) -> Element:
    attributes = {key: part.value for key, part in token.attributes(html).items()}
    return Element(name=token.name, attributes=attributes)


def _placed(element: Element, html: str, token: Token, line_of: LineOf) -> Element:
    known = element.attributes.get(_LINE, "")
    if known.isdecimal():
        return replace(element, line=int(known))
    line = line_of(html[token.start : token.end], token.start)
    return replace(element, line=line + _rows(html, token) if line else 0)


def _rows(html: str, token: Token) -> int:
    """So many lines below its beginning a tag names the address that it loads from elsewhere."""
    attributes = token.attributes(html)
    for name in ("src", "href", "data"):
        found = attributes.get(name)
        if found and _ELSEWHERE.match(found.value.strip()):
            return html.count("\n", token.start, found.span[0])
    return 0


def _matters(element: Element, attributes: str, *, images: bool) -> bool:
    if element.name == "img":
        return images or bool(_ELSEWHERE.match(element.attributes.get("src", "").strip()))
    return element.name in WATCHED or bool(_TELLS.search(attributes))


def _close(around: list[Element], name: str) -> None:
    """Leave the innermost element of that name, and those that nobody closed in it."""
    for at in range(len(around) - 1, -1, -1):
        if around[at].name == name:
            del around[at:]
            return
