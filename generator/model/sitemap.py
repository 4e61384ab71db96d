"""Where everything stands: every page of the site, and when it changed."""

from datetime import datetime

from msgspec import Struct

from .document import Document
from .site import Site


class SitemapEntry(Struct, frozen=True, kw_only=True):
    """A page as a sitemap names it. `url` is a path on the site."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...] = ()


def sitemap_entries(site: Site) -> tuple[SitemapEntry, ...]:
    """Every page that search engines should know, each once."""
    found: dict[str, SitemapEntry] = {}
    for section in site.sections.values():
        newest = max(map(updated, section.dated), default=None)
        found[section.url] = SitemapEntry(url=section.url, updated=newest)
    for document in site.by_source.values():
        others = site.in_languages(document.translation_key)
        changed = document.lastmod or document.date
        if document.url in found:
            changed = changed or found[document.url].updated
        found[document.url] = SitemapEntry(
            url=document.url,
            updated=changed,
            alternates=tuple((code, d.url) for code, d in sorted(others.items()))
            if len(others) > 1
            else (),
        )
    for terms in site.terms.values():
        for term in terms.values():
            found[term.url] = SitemapEntry(url=term.url, updated=None)
    return tuple(found[url] for url in sorted(found))


def updated(document: Document) -> datetime:
    """When a dated document last changed."""
    moment = document.lastmod or document.date
    assert moment is not None, "a section's `dated` holds nothing else"
    return moment
