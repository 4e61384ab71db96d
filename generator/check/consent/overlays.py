"""Nothing lies over what a visitor came to read."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ...model.diagnostic import Diagnostic, Location, error, warning
from ...model.elements import Dialect, Element, Markup

IN_THE_PAGE = "put the form into the page, where it is found by those who look for it"

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAME = re.compile(r"[.#][A-Za-z_][\w-]*")
_FIXED = re.compile(r"(?:^|[;\s])position\s*:\s*fixed")
_WHOLE = re.compile(r"(?:^|[;\s])inset\s*:\s*0(?:px)?\s*(?:!important\s*)?(?:;|$)")
_SIDE = r"(?:^|[;\s]){side}\s*:\s*0(?:px)?\s*(?:!important\s*)?(?:;|$)"
_EDGES = tuple(re.compile(_SIDE.format(side=side)) for side in ("top", "bottom", "left", "right"))
_LARGE = tuple(
    re.compile(rf"(?:^|[;\s])(?:min-)?{side}\s*:\s*100(?:%|[dsl]?v[wh])")
    for side in ("width", "height")
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])opacity\s*:\s*0(?!\.)")

_WINDOW = r"(?:document(?:\s*\.\s*(?:body|documentElement))?|window)"
# Both are compiled where a script is looked through, as few pages have one.
_LEAVES = (
    rf"\b{_WINDOW}\s*\.\s*addEventListener\s*\(\s*[\"'`]mouseleave"
    rf"|\b{_WINDOW}\s*\.\s*onmouseleave\s*="
    r"|\$\(\s*(?:document|window|[\"'](?:body|html)[\"'])\s*\)\s*\.\s*"
    r"(?:on\(\s*[\"'`]mouseleave|mouseleave\()"
    rf"|\b{_WINDOW}\s*\.\s*(?:addEventListener\s*\(\s*[\"'`]mouseout|onmouseout\s*=)"
    r"(?:(?!addEventListener).){0,300}?clientY"
    r"|\b(?:ouibounce|exitIntent)\s*\("
)
_OPENS = r"(?:(?!addEventListener|onclick|[\"'`]click).){0,300}?\.\s*(?:showModal|showPopover)\s*\("
_BY_ITSELF = (
    rf"\bset(?:Timeout|Interval)\s*\({_OPENS}"
    rf"|addEventListener\s*\(\s*[\"'`](?:load|DOMContentLoaded|scroll)[\"'`]{_OPENS}"
    rf"|\bon(?:load|scroll)\s*={_OPENS}"
    rf"|new\s+IntersectionObserver\s*\({_OPENS}"
)


def check(element: Element, place: Location, covers: Mapping[str, bool]) -> Iterator[Diagnostic]:
    """`overlay` and `exit-intent` of one element; `covers` is what `covering` found."""
    given = element.attributes
    if element.name == "dialog" and "open" in given:
        message = "a dialogue is open before anybody opened it"
        hint = f"leave `open` out, or {IN_THE_PAGE}"
        yield error("overlay", message, at=place, hint=hint)
    if element.name in ("body", "html") and {"onmouseleave", "onmouseout"} & given.keys():
        yield _exit_intent(place)
    if element.name == "form" and _signs_up(element):
        yield from _over_the_page(element, place, covers)
    if element.name == "script" and element.text:
        yield from in_script(element.text, place)


def in_script(text: str, place: Location) -> Iterator[Diagnostic]:
    """`exit-intent` and `pop-up` of a script whose first line is the one of `place`."""
    first = max(place.line, 1)

    def line(found: re.Match[str]) -> Location:
        return Location(path=place.path, line=first + text.count("\n", 0, found.start()))

    for found in re.finditer(_LEAVES, text, re.S):
        yield _exit_intent(line(found))
    for found in re.finditer(_BY_ITSELF, text, re.S):
        message = "a window opens by itself"
        hint = f"open it when somebody presses a button, or {IN_THE_PAGE}"
        yield error("pop-up", message, at=line(found), hint=hint)


def covering(markup: tuple[Markup, ...]) -> Mapping[str, bool]:
    """The classes and ids that style sheets lay over the whole window -> whether they are hidden
    at first."""
    return _covering(tuple(_sheets(markup)))


def _sheets(markup: tuple[Markup, ...]) -> Iterator[str]:
    for file in markup:
        if file.dialect is Dialect.STYLE:
            yield file.text
        yield from (element.text for element in file.elements if element.name == "style")


@lru_cache(maxsize=4)
def _covering(sheets: tuple[str, ...]) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    rules = [rule.groups() for sheet in sheets for rule in _RULE.finditer(sheet)]
    for selectors, said in rules:
        if _covers(said):
            found.update(dict.fromkeys(_named(selectors), False))
    for selectors, said in rules:
        if _HIDDEN.search(said.lower()):
            found.update(dict.fromkeys(_named(selectors) & found.keys(), True))
    return found


def _named(selectors: str) -> set[str]:
    """The classes and ids of what the selectors select."""
    last = (re.split(r"[\s>+~]+", selector.strip())[-1] for selector in selectors.split(","))
    return {name for compound in last for name in _NAME.findall(compound)}


def _covers(style: str) -> bool:
    said = style.lower()
    if not _FIXED.search(said):
        return False
    edges = [bool(edge.search(said)) for edge in _EDGES]
    large = [bool(side.search(said)) for side in _LARGE]
    tall = (edges[0] and edges[1]) or large[1]
    wide = (edges[2] and edges[3]) or large[0]
    return bool(_WHOLE.search(said)) or (tall and wide)


def _signs_up(form: Element) -> bool:
    return form.attributes.get("method", "get").strip().lower() == "post"


def _over_the_page(
    form: Element, place: Location, covers: Mapping[str, bool]
) -> Iterator[Diagnostic]:
    for holder in form.around:
        style = holder.attributes.get("style", "")
        by_name = [covers[name] for name in holder.names & covers.keys()]
        if not by_name and not _covers(style):
            continue
        if "hidden" in holder.attributes or any(by_name) or _HIDDEN.search(style.lower()):
            message = "a form lies in a window over the page, hidden at first"
            yield warning("overlay", message, at=place, hint=IN_THE_PAGE)
        else:
            message = "a form lies over what the visitor came to read"
            yield error("overlay", message, at=place, hint=IN_THE_PAGE)
        return


def _exit_intent(place: Location) -> Diagnostic:
    message = "who is about to leave is held back"
    hint = f"let them go; {IN_THE_PAGE}"
    return error("exit-intent", message, at=place, hint=hint)
