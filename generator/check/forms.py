"""A form that a text calls for is declared."""

from collections.abc import Container, Iterator

from ..model.diagnostic import Diagnostic, error, nearest
from ..model.document import Call, Document
from ..model.site import Site


def check(
    document: Document,
    site: Site,
    published: Container[str],  # noqa: ARG001
) -> Iterator[Diagnostic]:
    """`unknown-form`: an error, for a page without its form keeps a promise to nobody."""
    known = site.form_names
    for piece in document.body.holes:
        if not isinstance(piece, Call) or piece.name != "form":
            continue
        name = piece.arguments[0] if piece.arguments else ""
        if name not in known:
            hint = nearest(name, known) or "declare it in content/_forms/"
            place = document.line(piece.line)
            yield error("unknown-form", f"there is no form '{name}'", at=place, hint=hint)
