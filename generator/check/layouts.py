"""A document's layout is one that the theme has."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, nearest, warning
from ..model.site import Site


def check(site: Site, published: frozenset[str]) -> Iterator[Diagnostic]:  # noqa: ARG001
    """`unknown-layout`: the page is shown in the usual one."""
    for document in site.by_source.values():
        if document.layout and document.layout not in site.layouts:
            hint = nearest(document.layout, site.layouts) or "the usual one is used"
            message = f"the theme has no layout '{document.layout}'"
            yield warning("unknown-layout", message, at=document.place("layout"), hint=hint)
