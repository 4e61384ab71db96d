"""Nothing that a page loads watches its visitors: no tracker, no pixel, no undeclared script."""

import re
from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Location, Severity, error, warning
from ...model.elements import Element
from ...model.settings import Settings
from .trackers import POP_UPS, TRACKERS, below, host_of, named_in, permits

_LOADS = {
    "script": ("src",),
    "iframe": ("src",),
    "frame": ("src",),
    "img": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "link": ("href",),
    "input": ("src",),
}
_ONE = re.compile(r"\s*[01](?:px)?\s*")
_ONE_BY_CSS = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)"
)
_IMPORT = re.compile(r"@import\s+(?:url\(\s*)?[\"']?((?:https?:)?//[^\"')\s;]+)", re.I)

COUNT = "count in the server's own log, or with something on your own host"


def check(
    element: Element, place: Location, settings: Settings, *, blocked: bool = False
) -> Iterator[Diagnostic]:
    """`tracker`, `pop-up`, `tracking-pixel`, `third-party-script`, `third-party-style` and
    `tracking-embed`.

    With `blocked`, browsers do not load what the site's policy does not name: then it is the
    author who should know.
    """
    for url in _loaded(element):
        if known := _known(host_of(url), place):
            yield known
            return
    if element.name == "img" and _is_pixel(element):
        host = host_of(element.attributes["src"])
        message = f"'{host}': an image that nobody sees tells who reads this"
        hint = f"take it out; {COUNT}"
        yield error("tracking-pixel", message, at=place, hint=hint)
    if element.name in ("script", "link"):
        yield from _foreign(element, place, settings, blocked=blocked)
    if element.name == "iframe" and _youtube(element.attributes.get("src", "")):
        message = "'youtube.com': a video of theirs sets cookies before anybody presses play"
        hint = "write www.youtube-nocookie.com instead"
        yield warning("tracking-embed", message, at=place, hint=hint)
    if element.text:
        yield from in_text(element.text, place, settings, blocked=blocked)


def in_text(
    text: str, place: Location, settings: Settings, *, blocked: bool = False
) -> Iterator[Diagnostic]:
    """The same of a style sheet or a script, whose first line is the one of `place`."""
    for host, at in named_in(text):
        yield from filter(None, (_known(host, _line(place, text, at)),))
    for found in _IMPORT.finditer(text):
        if not below(host_of(found[1]), (*TRACKERS, *POP_UPS)):
            line = _line(place, text, found.start())
            yield from _undeclared(found[1], "style", line, settings, blocked=blocked)


def _line(place: Location, text: str, at: int) -> Location:
    first = max(place.line, 1)
    return Location(path=place.path, line=first + text.count("\n", 0, at))


def _loaded(element: Element) -> Iterator[str]:
    for name in _LOADS.get(element.name, ()):
        if name in element.attributes:
            yield element.attributes[name]
    yield from element.attributes.get("ping", "").split()


def _known(host: str, place: Location) -> Diagnostic | None:
    if below(host, POP_UPS):
        message = f"'{host}' lays windows over pages"
        hint = "put the form into the page, such as {{< form newsletter >}}"
        return error("pop-up", message, at=place, hint=hint)
    if below(host, TRACKERS):
        message = f"'{host}' follows visitors, and nobody asked them"
        return error("tracker", message, at=place, hint=f"take it out; {COUNT}")
    return None


def _is_pixel(element: Element) -> bool:
    given = element.attributes
    if not host_of(given.get("src", "")):
        return False
    sides = [given[side] for side in ("width", "height") if side in given]
    if sides and all(_ONE.fullmatch(side) for side in sides):
        return True
    return "hidden" in given or bool(_ONE_BY_CSS.search(given.get("style", "").lower()))


def _foreign(
    element: Element, place: Location, settings: Settings, *, blocked: bool
) -> Iterator[Diagnostic]:
    given = element.attributes
    if element.name == "script" and host_of(given.get("src", "")):
        yield from _undeclared(given["src"], "script", place, settings, blocked=blocked)
    sheet = "stylesheet" in given.get("rel", "").lower().split()
    if element.name == "link" and sheet and host_of(given.get("href", "")):
        yield from _undeclared(given["href"], "style", place, settings, blocked=blocked)


def _undeclared(
    url: str, kind: str, place: Location, settings: Settings, *, blocked: bool
) -> Iterator[Diagnostic]:
    """A script or style sheet of somebody else that `site.yaml` does not say it trusts."""
    policy = settings.content_security_policy
    declared = policy.get(f"{kind}-src-elem") or policy.get(f"{kind}-src")
    host = host_of(url)
    if host == host_of(settings.base_url) or permits(
        declared or policy.get("default-src", ""), url
    ):
        return
    what = "a script" if kind == "script" else "a style sheet"
    message = f"'{host}': {what} of somebody else learns of every visitor"
    if blocked:
        message = f"'{host}': {what} of somebody else, which the site's policy does not load"
    yield Diagnostic(
        code=f"third-party-{kind}",
        message=message,
        severity=Severity.WARNING if blocked else Severity.ERROR,
        at=place,
        hint=f"take it out, put it into static/, or name the host in site.yaml:"
        f" content_security_policy: {{{kind}-src: \"'self' https://{host}\"}}",
    )


def _youtube(url: str) -> bool:
    return below(host_of(url), ("youtube.com",))
