"""Terms: what documents are filed under."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from .document import Document
from .permalink import fold, slugify, tidy

_NOT_KEYS = frozenset(
    {"source", "language", "section", "url", "body", "terms", "authors", "places", "digest"}
)
"""Fields of a document that aren't keys of front matter, or that may be a taxonomy."""

RESERVED_NAMES = frozenset(Document.__annotations__) - _NOT_KEYS | {"slug", "permalink"}
"""Keys of front matter that can't be the name of a taxonomy."""


class Term(Struct, frozen=True, kw_only=True):
    """One term in one language, with its documents in the order of lists."""

    taxonomy: str
    name: str
    """As the first document writes it."""
    slug: str
    language: str
    url: str
    documents: tuple[Document, ...]


@lru_cache(maxsize=4096)
def term_key(name: str) -> str:
    """What the spellings of one term have in common."""
    return fold(name)


def collect(
    documents: Iterable[Document], taxonomy: str, *, language: str, prefix: str
) -> dict[str, Term]:
    """The terms of one taxonomy in one language: folded name (`term_key`) -> term, in order.

    Names that differ in case alone are one term; any other difference makes another.
    """
    filed: dict[str, list[Document]] = {}
    names: dict[str, str] = {}
    for document in documents:
        for name in document.terms.get(taxonomy, ()):
            key = term_key(name)
            names.setdefault(key, name)
            under = filed.setdefault(key, [])
            if not under or under[-1] is not document:
                under.append(document)
    return {
        key: Term(
            taxonomy=taxonomy,
            name=names[key],
            slug=slugify(names[key]),
            language=language,
            url=tidy(f"/{prefix}/{taxonomy}/{slugify(names[key])}/"),
            documents=tuple(filed[key]),
        )
        for key in sorted(filed)
    }
