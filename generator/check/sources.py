"""Check that no two sources describe one section, or one document in one language."""

from collections.abc import Iterator

from ..model.diagnostic import Diagnostic, error
from ..model.document import Document
from ..model.site import Site


def check(site: Site) -> Iterator[Diagnostic]:
    """Yield `two-sources`."""
    for document in site.by_source.values():
        first = _description_of_section(site, document)
        if first is not document:
            message = f"{document.source.path} and {first.source.path} describe the same section"
            yield error("two-sources", message, at=document.at, hint="keep one of them")
        first = site.translations[document.language][document.translation_key]
        if first is not document:
            message = (
                f"{document.source.path} and {first.source.path} are the same document"
                f" in '{document.language}'"
            )
            place = document.place("translation_key")
            hint = "keep one of them, or give it another `translation_key`"
            yield error("two-sources", message, at=place, hint=hint)


def _description_of_section(site: Site, document: Document) -> Document:
    """Return the document that describes the same section, or `document` itself."""
    if not document.is_section:
        return document
    section = site.section(document.language, document.section)
    return section.document or document if section else document
