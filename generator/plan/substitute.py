"""The site after a text edit, if every document stays in its place."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from ..model.document import Document
from ..model.site import Section, Site, list_order, newest_first
from ..model.taxonomy import Term, term_key

Successor = Callable[[Document], Document]
"""Returns what takes a document's place, often the document itself."""

_PLACE = ("language", "section", "translation_key", "url", "terms", "aliases")
_TIME = ("date", "expires", "draft", "weight")


def substitute(site: Site, documents: Iterable[Document]) -> Site | None:
    """Return the site that `assemble` would make with other documents for the same sources.

    None if one of them would be in another place, or is new. No other document is read.
    """
    new: dict[int, Document] = {}
    retitled = set()
    for document in documents:
        old = site.by_source.get(document.source.path)
        if old is None or not _stays(old, document):
            return None
        new[id(old)] = document
        if old.title != document.title:
            retitled.add(id(document))
    successor: Successor = lambda document: new.get(id(document), document)  # noqa: E731
    pages = _with(new, site.documents)
    dated = [_with(new, s.dated) for (_, path), s in site.sections.items() if not path]
    if not _ordered(pages, retitled, list_order):
        return None
    if not all(_ordered(listed, retitled, newest_first) for listed in dated):
        return None
    return replace(
        site,
        documents=pages,
        sections={key: _section(section, new, successor) for key, section in site.sections.items()},
        terms=_terms(site, new),
        by_source={**site.by_source, **{d.source.path: d for d in new.values()}},
        by_url={
            **site.by_url,
            **{d.url: d for old, d in new.items() if id(site.by_url[d.url]) == old},
        },
        translations=_translations(site, new),
    )


def _stays(old: Document, new: Document) -> bool:
    """Tell whether everything that decides a document's place, except its title, is the same."""
    is_named_equally = not new.is_section or old.title == new.title
    return is_named_equally and all(
        getattr(old, name) == getattr(new, name) for name in _PLACE + _TIME
    )


def _ordered(
    documents: tuple[Document, ...], retitled: set[int], order: Callable[[Document], Any]
) -> bool:
    """Tell whether the retitled documents are still in the right order."""
    around = {
        pair
        for at, document in enumerate(documents if retitled else ())
        if id(document) in retitled
        for pair in ((at - 1, at), (at, at + 1))
    }
    return all(
        order(documents[first]) <= order(documents[second])
        for first, second in around
        if first >= 0 and second < len(documents)
    )


def _with(new: Mapping[int, Document], documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """Return the documents with the new ones in the places of the old."""
    # There are thousands, and hardly ever more than one is new.
    places = [place for place, known in enumerate(map(id, documents)) if known in new]
    if not places:
        return documents
    changed = list(documents)
    for place in places:
        changed[place] = new[id(documents[place])]
    return tuple(changed)


def _section(section: Section, new: Mapping[int, Document], successor: Successor) -> Section:
    documents = _with(new, section.documents)
    document = successor(section.document) if section.document else None
    if documents is section.documents and document is section.document:
        return section
    dated = _with(new, section.dated)
    return replace(section, document=document, documents=documents, dated=dated)


def _terms(site: Site, new: Mapping[int, Document]) -> dict[tuple[str, str], Mapping[str, Term]]:
    terms = dict(site.terms)
    for document in new.values():
        for taxonomy, names in document.terms.items():
            known = dict(terms.get((document.language, taxonomy), {}))
            for key in {term_key(name) for name in names} & known.keys():
                known[key] = replace(known[key], documents=_with(new, known[key].documents))
            if known:
                terms[document.language, taxonomy] = known
    return terms


def _translations(site: Site, new: Mapping[int, Document]) -> dict[str, Mapping[str, Document]]:
    translations = dict(site.translations)
    for old, document in new.items():
        known, key = translations[document.language], document.translation_key
        if id(known[key]) == old:
            translations[document.language] = {**known, key: document}
    return translations
