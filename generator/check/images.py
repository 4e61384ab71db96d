"""Images are there, and say in words what they show."""

from collections.abc import Container, Iterator

from ..model.diagnostic import Diagnostic, warning
from ..model.document import Document, Image
from ..model.reference import is_internal, resolve
from ..model.site import Site
from .links import is_published


def check(document: Document, site: Site, published: Container[str]) -> Iterator[Diagnostic]:
    """`missing-image` and `no-alt`."""
    for hole in document.body.holes:
        if isinstance(hole, Image):
            yield from _image(site, document, hole, published)
    yield from _social(site, document, published)


def _image(
    site: Site, document: Document, image: Image, published: Container[str]
) -> Iterator[Diagnostic]:
    place = document.line(image.line)
    if not _there(site, document, image.target, published):
        yield warning("missing-image", f"there is no image '{image.target}'", at=place)
    if image.alt is None:
        hint = 'add alt="…", or alt="" where the image only decorates'
        yield warning("no-alt", f"'{image.target}' has no alt text", at=place, hint=hint)


def _social(site: Site, document: Document, published: Container[str]) -> Iterator[Diagnostic]:
    image = document.image
    if image and is_internal(image) and not _there(site, document, image, published):
        place = document.place("image")
        yield warning("missing-image", f"there is no image '{image}'", at=place)


def _there(site: Site, document: Document, target: str, published: Container[str]) -> bool:
    reference = resolve(site, document, target)
    return reference.known or is_published(reference.url, published)
