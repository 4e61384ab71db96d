"""No two sources are the same thing."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, error
from ..model.document import Document
from ..model.site import Site


def check(site: Site, published: frozenset[str]) -> Iterator[Diagnostic]:  # noqa: ARG001
    """`two-sources`: for one section, or for one document in one language."""
    for document in site.by_source.values():
        other = _described(site, document)
        if other is not document:
            yield error(
                "two-sources",
                f"{document.source.path} and {other.source.path} both describe one section",
                at=document.at,
                hint="keep one of them",
            )
        other = site.translations[document.language][document.translation_key]
        if other is not document:
            yield error(
                "two-sources",
                f"{document.source.path} and {other.source.path} are one document"
                f" in '{document.language}'",
                at=document.place("translation_key"),
                hint="keep one of them, or give it another `translation_key`",
            )


def _described(site: Site, document: Document) -> Document:
    if not document.is_section:
        return document
    section = site.section(document.language, document.section)
    return section.document or document if section else document
