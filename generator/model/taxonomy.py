"""Terms of taxonomies, such as tags, with their documents."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from .document import Document
from .permalink import fold, slugify, tidy
from .settings import Language

_NOT_KEYS = frozenset(
    {"source", "language", "section", "url", "body", "terms", "authors", "places", "digest"}
)
"""Fields of a document that aren't keys of front matter, or that may be a taxonomy."""

RESERVED_NAMES = frozenset(Document.__annotations__) - _NOT_KEYS | {"slug", "permalink"}
"""Keys of front matter that can't be the name of a taxonomy."""


class Term(Struct, frozen=True, kw_only=True):
    """A term in one language, with its documents in list order."""

    taxonomy: str
    name: str
    """Spelling of the first document."""
    slug: str
    language: str
    url: str
    documents: tuple[Document, ...]


@lru_cache(maxsize=4096)
def term_key(name: str) -> str:
    """Return what all spellings of a term have in common."""
    return fold(name)


def collect(documents: Iterable[Document], taxonomy: str, language: Language) -> dict[str, Term]:
    """Return the terms of a taxonomy in one language by `term_key`, in the order of keys.

    Names that differ only in case are one term.
    """
    documents_of: dict[str, list[Document]] = {}
    names: dict[str, str] = {}
    for document in documents:
        for name in document.terms.get(taxonomy, ()):
            key = term_key(name)
            names.setdefault(key, name)
            term = documents_of.setdefault(key, [])
            if not term or term[-1] is not document:
                term.append(document)
    return {
        key: Term(
            taxonomy=taxonomy,
            name=names[key],
            slug=slugify(names[key]),
            language=language.code,
            url=tidy(f"/{language.prefix}/{taxonomy}/{slugify(names[key])}/"),
            documents=tuple(documents_of[key]),
        )
        for key in sorted(documents_of)
    }
