"""Check that pages load no tracker, pixel or undeclared script."""

import re
from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Location, Severity, error, warning
from ...model.elements import Element
from ...model.settings import Settings
from .trackers import POP_UPS, TRACKERS, find_hosts, host_of, is_below, permits

_LOADS = dict.fromkeys(("script", "iframe", "frame", "img", "embed", "input"), "src")
_LOADS |= {"object": "data", "link": "href"}
_ONE_PIXEL = re.compile(r"\s*[01](?:px)?\s*")
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)"
)
_IMPORT = re.compile(r"@import\s+(?:url\(\s*)?[\"']?((?:https?:)?//[^\"')\s;]+)", re.I)

_COUNT_HINT = "remove it; count visits in the server's log or with a tool on your own host"


def check_element(
    element: Element, place: Location, settings: Settings, *, is_blocked: bool = False
) -> Iterator[Diagnostic]:
    """Yield `tracker`, `pop-up`, `tracking-pixel`, `tracking-embed` and `third-party-*`.

    With `is_blocked`, browsers load nothing that the site's policy doesn't allow, so undeclared
    scripts and style sheets are warnings.
    """
    for url in _loaded(element):
        if finding := _known_host(host_of(url), place):
            yield finding
            return
    if element.name == "img" and _is_pixel(element):
        host = host_of(element.attributes["src"])
        message = f"'{host}': an invisible image reveals who reads the page"
        yield error("tracking-pixel", message, at=place, hint=_COUNT_HINT)
    if element.name in ("script", "link"):
        yield from _third_party(element, place, settings, is_blocked=is_blocked)
    if element.name == "iframe" and is_below(
        host_of(element.attributes.get("src", "")), ("youtube.com",)
    ):
        message = "'youtube.com': its player sets cookies before a visitor starts the video"
        hint = "use www.youtube-nocookie.com"
        yield warning("tracking-embed", message, at=place, hint=hint)
    if element.text:
        yield from check_text(element.text, place, settings, is_blocked=is_blocked)


def check_text(
    text: str, place: Location, settings: Settings, *, is_blocked: bool = False
) -> Iterator[Diagnostic]:
    """Yield the same errors in a style sheet or a script, whose first line is at `place`."""
    hosts = (_known_host(host, _line(place, text, at)) for host, at in find_hosts(text))
    yield from filter(None, hosts)
    for rule in _IMPORT.finditer(text):
        if not is_below(host_of(rule[1]), (*TRACKERS, *POP_UPS)):
            line = _line(place, text, rule.start())
            yield from _undeclared(rule[1], "style", line, settings, is_blocked=is_blocked)


def _line(place: Location, text: str, position: int) -> Location:
    first = max(place.line, 1)
    return Location(path=place.path, line=first + text.count("\n", 0, position))


def _loaded(element: Element) -> Iterator[str]:
    yield element.attributes.get(_LOADS.get(element.name, ""), "")
    yield from element.attributes.get("ping", "").split()


def _known_host(host: str, place: Location) -> Diagnostic | None:
    if is_below(host, POP_UPS):
        message = f"'{host}' shows pop-ups"
        hint = "put the form in the page, for example {{< form newsletter >}}"
        return error("pop-up", message, at=place, hint=hint)
    if is_below(host, TRACKERS):
        message = f"'{host}' tracks visitors without their consent"
        return error("tracker", message, at=place, hint=_COUNT_HINT)
    return None


def _is_pixel(element: Element) -> bool:
    attributes = element.attributes
    if not host_of(attributes.get("src", "")):
        return False
    sides = [attributes[side] for side in ("width", "height") if side in attributes]
    if sides and all(_ONE_PIXEL.fullmatch(side) for side in sides):
        return True
    return "hidden" in attributes or bool(_INVISIBLE.search(attributes.get("style", "").lower()))


def _third_party(
    element: Element, place: Location, settings: Settings, *, is_blocked: bool
) -> Iterator[Diagnostic]:
    url = element.attributes.get(_LOADS[element.name], "")
    is_sheet = "stylesheet" in element.attributes.get("rel", "").lower().split()
    if host_of(url) and (element.name == "script" or is_sheet):
        kind = "script" if element.name == "script" else "style"
        yield from _undeclared(url, kind, place, settings, is_blocked=is_blocked)


def _undeclared(
    url: str, kind: str, place: Location, settings: Settings, *, is_blocked: bool
) -> Iterator[Diagnostic]:
    """Yield an error for a script or style sheet of a host that site.yaml doesn't allow."""
    policy = settings.content_security_policy
    declared = policy.get(f"{kind}-src-elem") or policy.get(f"{kind}-src")
    host = host_of(url)
    if host == host_of(settings.base_url) or permits(
        declared or policy.get("default-src", ""), url
    ):
        return
    file = "script" if kind == "script" else "style sheet"
    message = f"'{host}': a third-party {file} can track every visitor"
    if is_blocked:
        message = f"'{host}': the site's policy blocks this third-party {file}"
    yield Diagnostic(
        code=f"third-party-{kind}",
        message=message,
        severity=Severity.WARNING if is_blocked else Severity.ERROR,
        at=place,
        hint=f"remove it, copy it to static/, or allow the host in site.yaml:"
        f" content_security_policy: {{{kind}-src: \"'self' https://{host}\"}}",
    )
