"""Check that nothing covers the page: overlays, pop-ups and exit intent."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ...model.diagnostic import Diagnostic, Location, error, warning
from ...model.elements import Dialect, Element, Page

_IN_PAGE_HINT = "put the form in the page, where visitors find it"

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAME = re.compile(r"[.#][A-Za-z_][\w-]*")
_FIXED = re.compile(r"(?:^|[;\s])position\s*:\s*fixed")
_FULL_INSET = re.compile(r"(?:^|[;\s])inset\s*:\s*0(?:px)?\s*(?:!important\s*)?(?:;|$)")
_SIDE = r"(?:^|[;\s]){side}\s*:\s*0(?:px)?\s*(?:!important\s*)?(?:;|$)"
_EDGES = tuple(re.compile(_SIDE.format(side=side)) for side in ("top", "bottom", "left", "right"))
_LARGE = tuple(
    re.compile(rf"(?:^|[;\s])(?:min-)?{side}\s*:\s*100(?:%|[dsl]?v[wh])")
    for side in ("width", "height")
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])opacity\s*:\s*0(?!\.)")

_WINDOW = r"(?:document(?:\s*\.\s*(?:body|documentElement))?|window)"
# Both are compiled on use, because few pages have a script.
_EXIT_INTENT = (
    rf"\b{_WINDOW}\s*\.\s*addEventListener\s*\(\s*[\"'`]mouseleave"
    rf"|\b{_WINDOW}\s*\.\s*onmouseleave\s*="
    r"|\$\(\s*(?:document|window|[\"'](?:body|html)[\"'])\s*\)\s*\.\s*"
    r"(?:on\(\s*[\"'`]mouseleave|mouseleave\()"
    rf"|\b{_WINDOW}\s*\.\s*(?:addEventListener\s*\(\s*[\"'`]mouseout|onmouseout\s*=)"
    r"(?:(?!addEventListener).){0,300}?clientY"
    r"|\b(?:ouibounce|exitIntent)\s*\("
)
_OPENS = r"(?:(?!addEventListener|onclick|[\"'`]click).){0,300}?\.\s*(?:showModal|showPopover)\s*\("
_AUTOMATIC_POP_UP = (
    rf"\bset(?:Timeout|Interval)\s*\({_OPENS}"
    rf"|addEventListener\s*\(\s*[\"'`](?:load|DOMContentLoaded|scroll)[\"'`]{_OPENS}"
    rf"|\bon(?:load|scroll)\s*={_OPENS}"
    rf"|new\s+IntersectionObserver\s*\({_OPENS}"
)


def check_element(
    element: Element, place: Location, covers: Mapping[str, bool]
) -> Iterator[Diagnostic]:
    """Yield `overlay`, `exit-intent` and `pop-up`; `covers` is the result of `covering`."""
    attributes = element.attributes
    if element.name == "dialog" and "open" in attributes:
        message = "the dialog is open when the page loads"
        hint = f"remove `open`, or {_IN_PAGE_HINT}"
        yield error("overlay", message, at=place, hint=hint)
    if element.name in ("body", "html") and {"onmouseleave", "onmouseout"} & attributes.keys():
        yield _exit_intent(place)
    if element.name == "form" and _is_posted(element):
        yield from _check_parents(element, place, covers)
    if element.name == "script" and element.text:
        yield from check_script(element.text, place)


def check_script(text: str, place: Location) -> Iterator[Diagnostic]:
    """Yield `exit-intent` and `pop-up` in a script whose first line is at `place`."""
    first = max(place.line, 1)

    def line(match: re.Match[str]) -> Location:
        return Location(path=place.path, line=first + text.count("\n", 0, match.start()))

    for match in re.finditer(_EXIT_INTENT, text, re.S):
        yield _exit_intent(line(match))
    for match in re.finditer(_AUTOMATIC_POP_UP, text, re.S):
        message = "a window opens automatically"
        hint = f"open it when the visitor presses a button, or {_IN_PAGE_HINT}"
        yield error("pop-up", message, at=line(match), hint=hint)


def covering(markup: tuple[Page, ...]) -> Mapping[str, bool]:
    """Return the selectors that cover the whole window, and whether they're hidden at first."""
    return _covering(tuple(_sheets(markup)))


def _sheets(markup: tuple[Page, ...]) -> Iterator[str]:
    for file in markup:
        if file.dialect is Dialect.STYLE:
            yield file.text
        yield from (element.text for element in file.elements if element.name == "style")


@lru_cache(maxsize=4)
def _covering(sheets: tuple[str, ...]) -> Mapping[str, bool]:
    hidden_by_name: dict[str, bool] = {}
    rules = [rule.groups() for sheet in sheets for rule in _RULE.finditer(sheet)]
    for selectors, style in rules:
        if _covers(style):
            hidden_by_name.update(dict.fromkeys(_names(selectors), False))
    for selectors, style in rules:
        if _HIDDEN.search(style.lower()):
            names = _names(selectors) & hidden_by_name.keys()
            hidden_by_name.update(dict.fromkeys(names, True))
    return hidden_by_name


def _names(selectors: str) -> set[str]:
    """Return the classes and ids of the elements that the selectors match."""
    last = (re.split(r"[\s>+~]+", selector.strip())[-1] for selector in selectors.split(","))
    return {name for compound in last for name in _NAME.findall(compound)}


def _covers(style: str) -> bool:
    style = style.lower()
    if not _FIXED.search(style):
        return False
    edges = [bool(edge.search(style)) for edge in _EDGES]
    large = [bool(side.search(style)) for side in _LARGE]
    tall = (edges[0] and edges[1]) or large[1]
    wide = (edges[2] and edges[3]) or large[0]
    return bool(_FULL_INSET.search(style)) or (tall and wide)


def _is_posted(form: Element) -> bool:
    return form.attributes.get("method", "get").strip().lower() == "post"


def _check_parents(
    form: Element, place: Location, covers: Mapping[str, bool]
) -> Iterator[Diagnostic]:
    for parent in form.around:
        style = parent.attributes.get("style", "")
        by_name = [covers[name] for name in parent.names & covers.keys()]
        if not by_name and not _covers(style):
            continue
        if "hidden" in parent.attributes or any(by_name) or _HIDDEN.search(style.lower()):
            message = "a form is in a window over the page, hidden at first"
            yield warning("overlay", message, at=place, hint=_IN_PAGE_HINT)
        else:
            message = "a form covers the page"
            yield error("overlay", message, at=place, hint=_IN_PAGE_HINT)
        return


def _exit_intent(place: Location) -> Diagnostic:
    message = "the script reacts when a visitor is about to leave"
    hint = f"remove it; {_IN_PAGE_HINT}"
    return error("exit-intent", message, at=place, hint=hint)
