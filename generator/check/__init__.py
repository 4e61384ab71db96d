"""Site -> diagnostics. Each file is one check: of the site as a whole, `check(site, published)`, or
of one document after the other, `check(document, site, published)`.

`published` holds the file of every planned output of the public tree: whether a link is dead can
be told before anything is rendered.
"""

from collections.abc import Callable, Container, Iterable

from ..model.diagnostic import Diagnostic
from ..model.document import Document
from ..model.site import Site
from . import forms, images, layouts, links, menu, routes, sources
from .consent import practices

OfSite = Callable[[Site, frozenset[str]], Iterable[Diagnostic]]
OfDocument = Callable[[Document, Site, Container[str]], Iterable[Diagnostic]]

OF_SITE: tuple[OfSite, ...] = (
    sources.check,
    menu.check,
    routes.check,
    practices.check,
)
OF_DOCUMENT: tuple[OfDocument, ...] = (
    links.check,
    images.check,
    layouts.check,
    forms.check,
    practices.check_document,
)


def check(site: Site, published: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Every finding of every check."""
    of_site = tuple(finding for each in OF_SITE for finding in each(site, published))
    return of_site + check_documents(site.by_source.values(), site, published)


def check_documents(
    documents: Iterable[Document], site: Site, published: Container[str]
) -> tuple[Diagnostic, ...]:
    """Every finding in these documents of the site, beside what concerns it as a whole."""
    return tuple(
        finding
        for document in documents
        for each in OF_DOCUMENT
        for finding in each(document, site, published)
    )
