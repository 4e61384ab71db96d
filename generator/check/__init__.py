"""Checks of a site's content. Each module is one check.

A check has `check(site)` for the site as a whole, `check_document(document, site)` for each
document, or `check_outputs(outputs, site)` for the planned outputs. They yield diagnostics.
"""

from collections.abc import Container, Iterable

from msgspec.structs import replace

from ..model.diagnostic import Diagnostic
from ..model.document import Document
from ..model.extensions import Checks
from ..model.output import Output, Tree
from ..model.site import Site
from . import consent, forms, images, layouts, links, menu, routes, sources

CHECKS = Checks(
    of_site=(sources.check, menu.check, consent.check),
    of_document=(
        links.check_document,
        images.check_document,
        layouts.check_document,
        forms.check_document,
        consent.check_document,
    ),
    of_outputs=(routes.check_outputs,),
)
"""The built-in checks."""


def check(site: Site, outputs: Iterable[Output], checks: Checks) -> tuple[Diagnostic, ...]:
    """Return the findings of every check."""
    outputs = tuple(outputs)
    published = frozenset(output.path for output in outputs if output.tree is Tree.PUBLIC)
    site = replace(site, published=published)
    return (
        *(finding for check in checks.of_outputs for finding in check(outputs, site)),
        *(finding for check in checks.of_site for finding in check(site)),
        *check_documents(site.by_source.values(), site, published, checks),
    )


def check_documents(
    documents: Iterable[Document], site: Site, published: Container[str], checks: Checks
) -> tuple[Diagnostic, ...]:
    """Return the findings in these documents, without those about the site as a whole."""
    site = replace(site, published=published)
    return tuple(
        finding
        for document in documents
        for check in checks.of_document
        for finding in check(document, site)
    )
