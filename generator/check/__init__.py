"""Site -> diagnostics. Each file is one check: of the site as a whole, `check(site, published)`, or
of one document after the other, `check(document, site, published)`.

`published` holds the file of every planned output of the public tree: whether a link is dead can
be told before anything is rendered.
"""

from collections.abc import Container, Iterable

from ..model.diagnostic import Diagnostic
from ..model.document import Document
from ..model.extensions import Checks
from ..model.site import Site
from . import forms, images, layouts, links, menu, routes, sources
from .consent import practices

CHECKS = Checks(
    of_site=(
        sources.check,
        menu.check,
        routes.check,
        practices.check,
    ),
    of_document=(
        links.check,
        images.check,
        layouts.check,
        forms.check,
        practices.check_document,
    ),
)
"""The built-in checks."""


def check(site: Site, published: frozenset[str], checks: Checks) -> tuple[Diagnostic, ...]:
    """Return the findings of every check."""
    of_site = tuple(finding for check in checks.of_site for finding in check(site, published))
    return of_site + check_documents(site.by_source.values(), site, published, checks)


def check_documents(
    documents: Iterable[Document], site: Site, published: Container[str], checks: Checks
) -> tuple[Diagnostic, ...]:
    """Return the findings in these documents, without those about the site as a whole."""
    return tuple(
        finding
        for document in documents
        for check in checks.of_document
        for finding in check(document, site, published)
    )
