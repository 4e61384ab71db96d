"""No dark pattern in what authors wrote as HTML, CSS or JavaScript: documents, theme, static
files."""

from collections.abc import Container, Iterator

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Document
from ...model.elements import Dialect, Element
from ...model.site import Site
from . import boxes, embedded, overlays


def check_document(
    document: Document,
    site: Site,
    published: Container[str],  # noqa: ARG001
) -> Iterator[Diagnostic]:
    """What `boxes`, `embedded` and `overlays` refuse, in one document."""
    for element in document.body.elements:
        yield from _judge(element, document.line(element.line), site, blocked=_declares(site))


def check(site: Site, published: frozenset[str]) -> Iterator[Diagnostic]:  # noqa: ARG001
    """The same in the theme, the site's templates and its static files."""
    for file in site.markup:
        place = Location(path=file.path, line=1)
        if file.dialect is Dialect.SCRIPT:
            yield from overlays.in_script(file.text, place)
        if file.dialect in (Dialect.SCRIPT, Dialect.STYLE):
            yield from embedded.in_text(file.text, place, site.settings)
        for element in file.elements:
            place = Location(path=file.path, line=element.line)
            yield from _judge(element, place, site)
            if file.dialect is Dialect.MAIL:
                yield from _in_mail(element, place)


def premises(site: Site) -> tuple[object, ...]:
    """What the findings in documents depend on of that."""
    return _declares(site), overlays.covering(site.markup)


def _judge(
    element: Element, place: Location, site: Site, *, blocked: bool = False
) -> Iterator[Diagnostic]:
    yield from boxes.check(element, place)
    yield from embedded.check(element, place, site.settings, blocked=blocked)
    yield from overlays.check(element, place, overlays.covering(site.markup))


def _in_mail(element: Element, place: Location) -> Iterator[Diagnostic]:
    """`mail-pixel`: what a mail loads tells who opened it, and when."""
    source = element.attributes.get("src", "")
    if element.name == "img" and not source.startswith(("cid:", "data:")):
        message = "an image that a mail loads tells who opened it"
        hint = "leave it out: a mail of ours is text"
        yield error("mail-pixel", message, at=place, hint=hint)


def _declares(site: Site) -> bool:
    """Whether the theme's pages say what they may load, so that browsers load nothing else."""
    return any(_is_policy(element) for file in site.markup for element in file.elements)


def _is_policy(element: Element) -> bool:
    named = element.attributes.get("http-equiv", "").lower()
    return element.name == "meta" and named == "content-security-policy"
