"""Check that no page has a path of the form handler if both are served at one address."""

from collections.abc import Iterable, Iterator

from ..model.diagnostic import Diagnostic, Location, error
from ..model.output import Output, Tree
from ..model.permalink import file_for
from ..model.site import Site

HANDLER_ROUTES = frozenset(
    {"f", "confirm", "me", "fresh", "more", "unsubscribe", "resource"}
    | {"healthz", "readyz", "metrics"}
)
"""First parts of the handler's paths."""


def check_outputs(outputs: Iterable[Output], site: Site) -> Iterator[Diagnostic]:
    """Yield `reserved-path` if forms are sent to the site's own address."""
    if site.catalogue is None or site.settings.forms_url or site.settings.base_path != "/":
        return
    documents = {file_for(document.url): document.at for document in site.by_source.values()}
    public = {output.path for output in outputs if output.tree is Tree.PUBLIC}
    for path in sorted(public):
        if path.partition("/")[0] in HANDLER_ROUTES:
            message = f"/{path.removesuffix('index.html')} is a path of the form handler"
            hint = "change the page's slug, or give the handler its own address with `forms.url`"
            place = documents.get(path, Location(path=path))
            yield error("reserved-path", message, at=place, hint=hint)
