"""Check that every output has a valid path of its own, which is none of the form handler's."""

from collections.abc import Iterable, Iterator

from ..model.diagnostic import Diagnostic, Location, error
from ..model.output import Output, Tree, conflicts, unfit
from ..model.permalink import file_for
from ..model.site import Site

HANDLER_ROUTES = frozenset(
    {"f", "confirm", "me", "fresh", "more", "unsubscribe", "resource"}
    | {"healthz", "readyz", "metrics"}
)
"""First parts of the handler's paths."""


def check_outputs(outputs: Iterable[Output], site: Site) -> Iterator[Diagnostic]:
    """Yield `output-path`, `output-conflict` and `reserved-path`."""
    outputs = tuple(outputs)
    yield from unfit(outputs)
    yield from conflicts(outputs)
    if site.catalogue and not site.settings.forms_url and site.settings.base_path == "/":
        yield from _check_routes(outputs, site)


def _check_routes(outputs: Iterable[Output], site: Site) -> Iterator[Diagnostic]:
    """Yield `reserved-path`: forms are sent to the site's own address."""
    documents = {file_for(document.url): document.at for document in site.by_source.values()}
    public = {output.path for output in outputs if output.tree is Tree.PUBLIC}
    for path in sorted(public):
        if path.partition("/")[0] in HANDLER_ROUTES:
            message = f"/{path.removesuffix('index.html')} is a path of the form handler"
            hint = "change the page's slug, or give the handler its own address with `forms.url`"
            place = documents.get(path, Location(path=path))
            yield error("reserved-path", message, at=place, hint=hint)
