"""Check that images exist and have alt text."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, warning
from ..model.document import Document, Image
from ..model.reference import is_internal, resolve
from ..model.site import Site
from .links import is_published


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield `missing-image` and `no-alt`."""
    for hole in document.body.holes:
        if isinstance(hole, Image):
            yield from _check_image(site, document, hole)
    yield from _check_social_image(site, document)


def _check_image(site: Site, document: Document, image: Image) -> Iterator[Diagnostic]:
    place = document.line(image.line)
    if not _exists(site, document, image.target):
        yield warning("missing-image", f"there is no image '{image.target}'", at=place)
    if image.alt is None:
        hint = 'add alt="…", or alt="" if the image is decorative'
        yield warning("no-alt", f"'{image.target}' has no alt text", at=place, hint=hint)


def _check_social_image(site: Site, document: Document) -> Iterator[Diagnostic]:
    image = document.image
    if image and is_internal(image) and not _exists(site, document, image):
        place = document.place("image")
        yield warning("missing-image", f"there is no image '{image}'", at=place)


def _exists(site: Site, document: Document, target: str) -> bool:
    reference = resolve(site, document, target)
    return reference.known or is_published(site, reference.url)
