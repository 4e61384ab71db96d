"""The menu leads to pages that are there."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, Location, nearest, warning
from ..model.reference import translation
from ..model.site import Site


def check(site: Site, published: frozenset[str]) -> Iterator[Diagnostic]:  # noqa: ARG001
    """`unknown-page`, for an entry that no language can show."""
    for item in site.settings.menu:
        languages = site.settings.languages
        if item.page and not any(translation(site, item.page, known) for known in languages):
            sources = (path.removeprefix("content/") for path in site.by_source)
            hint = nearest(item.page, sources) or "name a source below content/ that is published"
            place = Location(path="site.yaml")
            message = f"the menu leads to '{item.page}', which is not there"
            yield warning("unknown-page", message, at=place, hint=hint)
