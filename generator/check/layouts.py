"""A document's layout is one that the theme has."""

from collections.abc import Container, Iterator

from ..model.diagnostic import Diagnostic, nearest, warning
from ..model.document import Document
from ..model.site import Site


def check(
    document: Document,
    site: Site,
    published: Container[str],  # noqa: ARG001
) -> Iterator[Diagnostic]:
    """`unknown-layout`: the page is shown in the usual one."""
    if document.layout and document.layout not in site.layouts:
        hint = nearest(document.layout, site.layouts) or "the usual one is used"
        message = f"the theme has no layout '{document.layout}'"
        yield warning("unknown-layout", message, at=document.place("layout"), hint=hint)
