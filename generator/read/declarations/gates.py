"""Beside every gate stands an open page, and nobody pays for a file with a standing permission.

GDPR 7(4), recital 43.
"""

from collections.abc import Iterator

from forms.catalogue import Lasts

from ...model.diagnostic import Diagnostic, error, warning
from ...model.document import words_called
from ...model.site import Site
from ..sources import CONTENT, GATED
from .forms import Declaration, Declarations, PurposeFile


def unopened(declared: Declarations, site: Site) -> Iterator[Diagnostic]:
    """`demands-newsletter`, `gate-without-page` and `gate-without-form`."""
    gates = [purpose for purpose in declared.purposes if purpose.value.resource]
    if not gates:
        return
    for purpose in gates:
        yield from _demanding(purpose)
        yield from _without_page(purpose, site)
    names = {purpose.id for purpose in gates}
    asked = {name for form in declared.forms for name in form.value.purposes}
    # A form that asks for what is not there may mean this one.
    known = {purpose.id for purpose in declared.purposes} | declared.left_out
    for purpose in gates if asked <= known else ():
        if purpose.id not in asked:
            message = f"no form asks for '{purpose.id}', so nobody gets its file"
            hint = f"name it in a form: purposes: [{purpose.id}]"
            yield warning("gate-without-form", message, at=purpose.at("resource"), hint=hint)
    offered = _offered(site)
    for form in declared.forms:
        wanted = names & set(form.value.purposes)
        if wanted and offered is not None and form.id not in offered:
            message = f"the form '{form.id}' gives a file away, and stands on no page"
            hint = f"write {{{{< form {form.id} >}}}} into the page that describes the file"
            yield error("gate-without-page", message, at=form.at("purposes"), hint=hint)


def _demanding(purpose: Declaration[PurposeFile]) -> Iterator[Diagnostic]:
    if purpose.value.lasts is Lasts.STANDING:
        message = f"whoever wants this file must agree to '{purpose.id}' for good"
        hint = (
            "write `lasts: once`, and make the newsletter a purpose of its own, with a box that"
            " may stay empty"
        )
        yield error("demands-newsletter", message, at=purpose.at("resource"), hint=hint)


def _without_page(purpose: Declaration[PurposeFile], site: Site) -> Iterator[Diagnostic]:
    """Beside each gated file a page says openly what it is."""
    every = (*site.by_source.values(), *(hidden.document for hidden in site.hidden))
    folders = {document.source.folder for document in every}
    for language, path in purpose.value.resource.items():
        folder = f"{CONTENT}/{path.lstrip('/')}".partition(f"/{GATED}/")[0]
        if f"/{GATED}/" in f"/{path}" and folder not in folders:
            message = f"'{path}' is behind a gate, and no page says openly what it is"
            hint = f"write {folder}/index.md: what is in it, for whom, and the form"
            place = purpose.at("resource", language) if language else purpose.at("resource")
            yield error("gate-without-page", message, at=place, hint=hint)


def _offered(site: Site) -> frozenset[str] | None:
    """The forms that some page shows, hidden ones too; None where a template chooses."""
    names: set[str] = set()
    for file in site.markup:
        for element in file.elements:
            name = element.attributes.get("data-atrae-form")
            if name == "*" and "/shortcodes/" not in file.path:
                return None
            names.update((name,) if name else ())
    for document in (*site.by_source.values(), *(h.document for h in site.hidden)):
        names |= words_called(document)
    return frozenset(names)
