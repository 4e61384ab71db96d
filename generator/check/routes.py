"""On one address, site and handler do not claim the same paths."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, Location, error
from ..model.permalink import file_for
from ..model.site import Site

HANDLER_ROUTES = frozenset(
    {
        "f",
        "confirm",
        "me",
        "fresh",
        "more",
        "unsubscribe",
        "resource",
        "healthz",
        "readyz",
        "metrics",
    }
)
"""The first parts of the paths that the handler answers."""


def check(site: Site, published: frozenset[str]) -> Iterator[Diagnostic]:
    """`reserved-path`, where forms are sent to the site's own address."""
    if site.catalogue is None or site.settings.forms_url or site.settings.base_path != "/":
        return
    claims = {file_for(document.url): document.at for document in site.by_source.values()}
    for path in sorted(published):
        if path.partition("/")[0] in HANDLER_ROUTES:
            message = f"/{path.removesuffix('index.html')} belongs to the form handler"
            hint = "give the page another slug, or the handler an address of its own: forms.url"
            place = claims.get(path, Location(path=path))
            yield error("reserved-path", message, at=place, hint=hint)
