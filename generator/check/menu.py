"""Check that the menu links to pages that exist."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, Location, nearest, warning
from ..model.reference import translation
from ..model.site import Site


def check(site: Site) -> Iterator[Diagnostic]:
    """Yield `unknown-page` for an entry whose page exists in no language."""
    languages = site.settings.languages
    for item in site.settings.menu:
        if item.page and not any(translation(site, item.page, known) for known in languages):
            sources = (path.removeprefix("content/") for path in site.by_source)
            hint = nearest(item.page, sources) or "use the path of a published file of content/"
            message = f"the menu links to '{item.page}', which does not exist"
            yield warning("unknown-page", message, at=Location(path="site.yaml"), hint=hint)
