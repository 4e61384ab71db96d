"""Check gated files: each has an open page, and none costs a permission to write for good.

GDPR, article 7(4) and recital 43.
"""

from collections.abc import Iterator

from forms.catalogue import Lasts

from ...model.diagnostic import Diagnostic, error, warning
from ...model.document import shortcode_arguments
from ...model.site import Site
from ..sources import CONTENT, GATED
from .forms import Declaration, Declarations, PurposeFile


def check_gates(declared: Declarations, site: Site) -> Iterator[Diagnostic]:
    """Yield `demands-newsletter`, `gate-without-page` and `gate-without-form`."""
    gates = [purpose for purpose in declared.purposes if purpose.value.resource]
    if not gates:
        return
    for purpose in gates:
        if purpose.value.lasts is Lasts.STANDING:
            message = f"people who want the file must agree to '{purpose.id}' for good"
            hint = "write `lasts: once`, and make the newsletter a purpose with a box of its own"
            yield error("demands-newsletter", message, at=purpose.at("resource"), hint=hint)
        yield from _check_page(purpose, site)
    names = {purpose.id for purpose in gates}
    in_forms = {name for form in declared.forms for name in form.value.purposes}
    # A form with an unknown purpose may mean this one.
    known = {purpose.id for purpose in declared.purposes} | declared.invalid
    for purpose in gates if in_forms <= known else ():
        if purpose.id not in in_forms:
            message = f"no form has the purpose '{purpose.id}', so nobody can get its file"
            hint = f"name it in a form: purposes: [{purpose.id}]"
            yield warning("gate-without-form", message, at=purpose.at("resource"), hint=hint)
    offered = _offered(site)
    for form in declared.forms:
        delivers = names & set(form.value.purposes)
        if delivers and offered is not None and form.id not in offered:
            message = f"the form '{form.id}' delivers a file, and no page has the form"
            hint = f"add {{{{< form {form.id} >}}}} to the page that describes the file"
            yield error("gate-without-page", message, at=form.at("purposes"), hint=hint)


def _check_page(purpose: Declaration[PurposeFile], site: Site) -> Iterator[Diagnostic]:
    every = (*site.by_source.values(), *(hidden.document for hidden in site.hidden))
    folders = {document.source.folder for document in every}
    for language, path in purpose.value.resource.items():
        folder = f"{CONTENT}/{path.lstrip('/')}".partition(f"/{GATED}/")[0]
        if f"/{GATED}/" in f"/{path}" and folder not in folders:
            message = f"'{path}' is gated, and no open page describes it"
            hint = f"write {folder}/index.md: what the file contains, for whom, and the form"
            place = purpose.at("resource", language) if language else purpose.at("resource")
            yield error("gate-without-page", message, at=place, hint=hint)


def _offered(site: Site) -> frozenset[str] | None:
    """Return the forms on pages, hidden ones included; None if a template chooses the form."""
    names: set[str] = set()
    for file in site.markup:
        for element in file.elements:
            name = element.attributes.get("data-atrae-form")
            if name == "*" and "/shortcodes/" not in file.path:
                return None
            names.update((name,) if name else ())
    for document in (*site.by_source.values(), *(h.document for h in site.hidden)):
        names |= shortcode_arguments(document)
    return frozenset(names)
