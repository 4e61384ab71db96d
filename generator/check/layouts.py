"""Check that the theme has every layout that documents use."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, nearest, warning
from ..model.document import Document
from ..model.site import Site


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield `unknown-layout`."""
    if document.layout and document.layout not in site.layouts:
        hint = nearest(document.layout, site.layouts) or "the default layout is used"
        message = f"the theme has no layout '{document.layout}'"
        yield warning("unknown-layout", message, at=document.place("layout"), hint=hint)
