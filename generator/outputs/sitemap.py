"""sitemap.xml (sitemaps.org 0.9), in parts where there are too many pages, and robots.txt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..model.output import Output
from ..model.permalink import url_for
from ..model.site import Site
from ..render.view import View
from .feed import updated

LIMIT = 50_000
"""The most pages that the protocol allows in one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page as a sitemap names it. `url` is a path on the site."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapPage:
    """The same with whole addresses, for the template."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...]


def plan(site: Site, *, limit: int = LIMIT) -> Iterator[Output]:
    """One file, or an index and its parts of at most `limit` pages."""
    pages = places(site)
    code = site.settings.default_language.code
    parts = [pages[i : i + limit] for i in range(0, len(pages), limit)]
    if len(parts) > 1:
        names = tuple(f"sitemap-{number}.xml" for number in range(1, len(parts) + 1))
        yield _output("sitemap.xml", names, code)
        for name, part in zip(names, parts, strict=True):
            yield _output(name, part, code)
    else:
        yield _output("sitemap.xml", pages, code)
    yield _output("robots.txt", None, code)


def _output(path: str, subject: object, language: str) -> Output:
    origin = f"the {path.partition('.')[0]} file"
    return Output(path=path, recipe="sitemap", origin=origin, subject=subject, language=language)


def places(site: Site) -> tuple[Place, ...]:
    """Every page that search engines should know, each once."""
    found: dict[str, Place] = {}
    for section in site.sections.values():
        newest = max(map(updated, section.dated), default=None)
        found[section.url] = Place(url=section.url, updated=newest)
    for document in site.by_source.values():
        others = site.translations[document.translation_key]
        changed = document.lastmod or document.date
        if document.url in found:
            changed = changed or found[document.url].updated
        found[document.url] = Place(
            url=document.url,
            updated=changed,
            alternates=tuple((code, d.url) for code, d in sorted(others.items()))
            if len(others) > 1
            else (),
        )
    for terms in site.terms.values():
        for term in terms.values():
            found[term.url] = Place(url=term.url, updated=None)
    return tuple(found[url] for url in sorted(found))


def render(output: Output, view: View) -> bytes:
    """By its name."""
    if output.path == "robots.txt":
        return view.render_raw("robots.txt", sitemap=view.absolute("/sitemap.xml"))
    view.everything()
    if output.subject and isinstance(output.subject[0], str):
        parts = [view.absolute(url_for(name)) for name in output.subject]
        return view.render_raw("sitemap_index.xml", sitemaps=parts)
    pages = [
        SitemapPage(
            url=view.absolute(place.url),
            updated=place.updated,
            alternates=tuple((code, view.absolute(url)) for code, url in place.alternates),
        )
        for place in output.subject
    ]
    return view.render_raw("sitemap.xml", pages=pages)
