"""Check that every form on a page is declared."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, error, nearest
from ..model.document import Call, Document
from ..model.site import Site


def check_document(document: Document, site: Site) -> Iterator[Diagnostic]:
    """Yield `unknown-form`."""
    known = site.form_names
    for hole in document.body.holes:
        if not isinstance(hole, Call) or hole.name != "form":
            continue
        name = hole.arguments[0] if hole.arguments else ""
        if name not in known:
            hint = nearest(name, known) or "declare it in content/_forms/"
            place = document.line(hole.line)
            yield error("unknown-form", f"unknown form '{name}'", at=place, hint=hint)
