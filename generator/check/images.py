"""Check that images exist and have alt text."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, Location, warning
from ..model.document import Document, Image
from ..model.reference import is_internal, resolve
from ..model.site import Site
from .links import is_published


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield `missing-image` and `no-alt`."""
    for hole in document.body.holes:
        if isinstance(hole, Image):
            place = document.line(hole.line)
            yield from _check_exists(site, document, hole.target, place)
            if hole.alt is None:
                hint = 'add alt="…", or alt="" if the image is decorative'
                yield warning("no-alt", f"'{hole.target}' has no alt text", at=place, hint=hint)
    if document.image and is_internal(document.image):
        yield from _check_exists(site, document, document.image, document.place("image"))


def _check_exists(
    site: Site, document: Document, target: str, place: Location
) -> Iterator[Diagnostic]:
    reference = resolve(site, document, target)
    if not reference.known and not is_published(site, reference.url):
        hint = "add the file, or correct the path"
        yield warning("missing-image", f"there is no image '{target}'", at=place, hint=hint)
