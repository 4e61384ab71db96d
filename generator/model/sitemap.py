"""The pages of the site for search engines, with their dates of change."""

from datetime import datetime

from msgspec import Struct

from .document import Document
from .site import Site


class SitemapEntry(Struct, frozen=True, kw_only=True):
    """A page in a sitemap. `url` is a path on the site."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...] = ()


def sitemap_entries(site: Site) -> tuple[SitemapEntry, ...]:
    """Return every page that search engines should know, sorted by URL."""
    entries: dict[str, SitemapEntry] = {}
    for section in site.sections.values():
        newest = max(map(updated, section.dated), default=None)
        entries[section.url] = SitemapEntry(url=section.url, updated=newest)
    for document in site.by_source.values():
        others = site.in_languages(document.translation_key)
        changed = document.lastmod or document.date
        if document.url in entries:
            changed = changed or entries[document.url].updated
        entries[document.url] = SitemapEntry(
            url=document.url,
            updated=changed,
            alternates=tuple((code, d.url) for code, d in sorted(others.items()))
            if len(others) > 1
            else (),
        )
    for terms in site.terms.values():
        for term in terms.values():
            entries[term.url] = SitemapEntry(url=term.url, updated=None)
    return tuple(entries[url] for url in sorted(entries))


def updated(document: Document) -> datetime:
    """Return the date of the last change of a document with a date."""
    moment = document.lastmod or document.date
    assert moment is not None, "`Section.dated` has only documents with a date"
    return moment
