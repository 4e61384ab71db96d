"""Check authors' HTML, CSS and JavaScript for dark patterns, in documents, theme and static files.

`boxes`, `embedded` and `overlays` check one element each; `trackers` lists known hosts.
"""

from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Document
from ...model.elements import Dialect, Element
from ...model.site import Site
from . import boxes, embedded, overlays


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield the errors of `boxes`, `embedded` and `overlays` in a document."""
    is_blocked = bool(document.body.elements) and _has_policy(site)
    for element in document.body.elements:
        place = document.line(element.line)
        yield from _check_element(element, place, site, is_blocked=is_blocked)


def check(site: Site) -> Iterator[Diagnostic]:
    """Yield the same errors, and `mail-pixel`, in the theme, templates and static files."""
    for file in site.markup:
        place = Location(path=file.path, line=1)
        if file.dialect is Dialect.SCRIPT:
            yield from overlays.check_script(file.text, place)
        if file.dialect in (Dialect.SCRIPT, Dialect.STYLE):
            yield from embedded.check_text(file.text, place, site.settings)
        for element in file.elements:
            place = Location(path=file.path, line=element.line)
            yield from _check_element(element, place, site)
            if file.dialect is Dialect.MAIL:
                yield from _check_mail(element, place)


def theme_premises(site: Site) -> tuple[object, ...]:
    """Return what the theme contributes to the check of documents."""
    return _has_policy(site), overlays.covering(site.markup)


def _check_element(
    element: Element, place: Location, site: Site, *, is_blocked: bool = False
) -> Iterator[Diagnostic]:
    yield from boxes.check_element(element, place)
    yield from embedded.check_element(element, place, site.settings, is_blocked=is_blocked)
    yield from overlays.check_element(element, place, overlays.covering(site.markup))


def _check_mail(element: Element, place: Location) -> Iterator[Diagnostic]:
    source = element.attributes.get("src", "")
    if element.name == "img" and not source.startswith(("cid:", "data:")):
        message = "an image in an email reveals who opened it"
        hint = "remove it: emails are text only"
        yield error("mail-pixel", message, at=place, hint=hint)


def _has_policy(site: Site) -> bool:
    """Return True if the theme's pages have a content security policy."""
    return any(_is_policy(element) for file in site.markup for element in file.elements)


def _is_policy(element: Element) -> bool:
    header = element.attributes.get("http-equiv", "").lower()
    return element.name == "meta" and header == "content-security-policy"
