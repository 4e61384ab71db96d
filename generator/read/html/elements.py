"""Find the elements that checks look at, in documents, templates and static files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from ...model.document import Call, Source
from ...model.elements import Dialect, Element, Page, without_comments
from .shortcodes import MARK
from .tokenizer import WATCHED, Token, tokenize

_WATCHED_ATTRIBUTES = re.compile(
    r"\bping\s*=|\bonmouse(?:leave|out)\s*=|position\s*:\s*fixed", re.I
)
_OTHER_SITE = re.compile(r"(?:https?:)?//", re.I)
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
_MAX_DEPTH = 64
"""Levels of elements around a form that are kept."""

_DIALECTS = {
    **dict.fromkeys((".html", ".htm", ".svg"), Dialect.PAGE),
    ".css": Dialect.STYLE,
    **dict.fromkeys((".js", ".mjs"), Dialect.SCRIPT),
}
_MAX_SIZE = 2_000_000
"""Bytes. Larger files are generated, and not checked."""

_LINE = "data-atrae-line"
_FORM = f'<form method="post" {_LINE}="{{line}}" data-atrae-form="{{name}}"></form>'
"""Placeholder for a form that the theme renders."""

_IF_TICKED = re.compile(
    r"\{%-?\s*if\s+(?:[\w.]*\b(?:ticked|chosen)|[\w.|\s]+length\s*==\s*1)\s*-?%\}.*?\{%-?\s*endif\s*-?%\}",
    re.S,
)
"""Branch of a template for a box that the visitor ticked, or that is the only one. The names are
those of `sheet` and of the preference centre."""
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
_CALL = re.compile(r"\bview\s*\.\s*form\s*\(\s*(?:[\"']([\w-]*)[\"'])?")
_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")

LineOf = Callable[[str, int], int]
"""Return the line of a tag that starts at a position, 0 if unknown."""


def find_elements(
    html: str, tags: Mapping[str, Call], line_of: Callable[[str], int], relevant: Iterable[Token]
) -> tuple[Element, ...]:
    """Return the elements of a body with marks for its shortcodes.

    `relevant` are its tokens, at least the relevant ones. Most bodies have no element for checks,
    and are then not tokenized again.
    """
    forms = {mark: tag for mark, tag in tags.items() if tag.name == "form"}
    if not forms and not any(_may_be_checked(html, token) for token in relevant):
        return ()
    if forms:

        def form(mark: re.Match[str]) -> str:
            tag = forms.get(mark[0])
            return _FORM.format(line=tag.line, name="") if tag else mark[0]

        html = MARK.sub(form, html)

    def line(tag: str, _: int) -> int:
        return line_of(tag) or next(filter(None, map(line_of, _SOURCE.findall(tag))), 0)

    return tuple(_elements(html, line))


def _may_be_checked(html: str, token: Token) -> bool:
    """Return True if the token may be one of `_elements`."""
    if token.closes or not token.name:
        return False
    if token.name == "img":
        return _is_checked(_element(html, token), html[slice(*token.rest)], images=False)
    return token.name in WATCHED or (
        not token.is_bare and bool(_WATCHED_ATTRIBUTES.search(html, *token.rest))
    )


_SOURCE = re.compile(r"(?:src|href)=\"([^\"]*)\"")


def read_markup(templates: Mapping[str, Source], files: Iterable[Source]) -> tuple[Page, ...]:
    """Return the markup of templates (name -> source) and of files.

    Unreadable files are skipped: they're reported where they're used.
    """
    markup = [
        _markup(source, Dialect.MAIL if name.startswith("handler/mail/") else Dialect.TEMPLATE)
        for name, source in templates.items()
        if name.endswith((".html", ".svg"))
    ]
    for source in files:
        if dialect := _DIALECTS.get("." + source.name.rpartition(".")[2].lower()):
            markup.append(_markup(source, dialect))
    return tuple(filter(None, markup))


def _markup(source: Source, dialect: Dialect) -> Page | None:
    try:
        raw = source.file.read_bytes()
    except OSError:
        return None
    text = raw.decode("utf-8", "replace") if len(raw) <= _MAX_SIZE else ""
    if dialect in (Dialect.STYLE, Dialect.SCRIPT):
        return Page(path=source.path, dialect=dialect, text=without_comments(text))
    if dialect in (Dialect.TEMPLATE, Dialect.MAIL):
        text = without_jinja(text)
    is_mail = dialect is Dialect.MAIL
    elements = _elements(text, lambda _, at: text.count("\n", 0, at) + 1, images=is_mail)
    return Page(path=source.path, dialect=dialect, elements=tuple(elements))


def without_jinja(text: str) -> str:
    """Return the HTML of a template: every branch, and the literals of expressions.

    Lines keep their numbers.
    """
    return _JINJA.sub(_literals, _IF_TICKED.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _literals(match: re.Match[str]) -> str:
    expression = match[0]
    if expression.startswith(("{#", "{%")) or "ticked" in expression:
        return _blank(match)
    line = match.string.count("\n", 0, match.start()) + 1
    if form := _CALL.search(expression):
        return _FORM.format(line=line, name=form[1] or "*") + _blank(match)
    literals = (double or single for double, single in _LITERAL.findall(expression))
    return "".join(literals) + _blank(match)


def _elements(html: str, line_of: LineOf, *, images: bool = False) -> Iterator[Element]:
    """Yield the elements that checks look at; with `images`, every image is one."""
    around: list[Element] = []
    script: Element | None = None
    for token in tokenize(html):
        if script:
            holds = token.within == script.name
            yield replace(script, text=html[token.start : token.end]) if holds else script
            script = None
        if token.closes:
            _close(around, token.name)
        if token.closes or not token.name:
            continue
        element = _element(html, token)
        is_checked = _is_checked(element, html[slice(*token.rest)], images=images)
        placed = _with_line(element, html, token, line_of) if is_checked else element
        if token.name in ("script", "style"):
            script = placed
        elif is_checked:
            yield replace(placed, around=tuple(around)) if token.name == "form" else placed
        if token.name not in _VOID and len(around) < _MAX_DEPTH:
            around.append(element)
    if script:
        yield script


def _element(html: str, token: Token) -> Element:
    attributes = {key: part.value for key, part in token.attributes(html).items()}
    return Element(name=token.name, attributes=attributes)


def _with_line(element: Element, html: str, token: Token, line_of: LineOf) -> Element:
    known = element.attributes.get(_LINE, "")
    if known.isdecimal():
        return replace(element, line=int(known))
    line = line_of(html[token.start : token.end], token.start)
    return replace(element, line=line + _lines_to_address(html, token) if line else 0)


def _lines_to_address(html: str, token: Token) -> int:
    """Count the lines from the start of a tag to the address that it loads from another site."""
    attributes = token.attributes(html)
    for name in ("src", "href", "data"):
        attribute = attributes.get(name)
        if attribute and _OTHER_SITE.match(attribute.value.strip()):
            return html.count("\n", token.start, attribute.span[0])
    return 0


def _is_checked(element: Element, attributes: str, *, images: bool) -> bool:
    if element.name == "img":
        return images or bool(_OTHER_SITE.match(element.attributes.get("src", "").strip()))
    return element.name in WATCHED or bool(_WATCHED_ATTRIBUTES.search(attributes))


def _close(around: list[Element], name: str) -> None:
    """Leave the innermost element of that name, and the unclosed ones in it."""
    for at in range(len(around) - 1, -1, -1):
        if around[at].name == name:
            del around[at:]
            return
