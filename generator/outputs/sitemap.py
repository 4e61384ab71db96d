"""`sitemap.xml` (sitemaps.org 0.9), in parts if there are too many pages, and `robots.txt`."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from ..model.output import Output
from ..model.permalink import url_for
from ..model.site import Site
from ..model.sitemap import sitemap_entries
from ..render.page_context import PageContext

LIMIT = 50_000
"""Pages that the protocol allows in one file."""


class SitemapPage(Struct, frozen=True, kw_only=True):
    """A page in the sitemap, with absolute URLs."""

    url: str
    updated: datetime | None
    alternates: tuple[tuple[str, str], ...]


def plan(site: Site, *, limit: int = LIMIT) -> Iterator[Output]:
    """Yield one file, or an index and parts of at most `limit` pages; and `robots.txt`."""
    code, pages = site.settings.default_language.code, len(sitemap_entries(site))
    parts = [(start, start + limit) for start in range(0, pages, limit)]
    if len(parts) > 1:
        names = tuple(f"sitemap-{number}.xml" for number in range(1, len(parts) + 1))
        yield _output("sitemap.xml", names, code)
        for name, part in zip(names, parts, strict=True):
            yield _output(name, part, code)
    else:
        yield _output("sitemap.xml", (0, limit), code)
    yield _output("robots.txt", None, code)


def _output(path: str, subject: object, language: str) -> Output:
    origin = f"the {path.partition('.')[0]} file"
    return Output(path=path, recipe="sitemap", origin=origin, subject=subject, language=language)


def render(output: Output, context: PageContext) -> bytes:
    """Render `robots.txt`, the sitemap, its index or one of its parts."""
    if output.path == "robots.txt":
        return context.render_raw("robots.txt", sitemap=context.absolute("/sitemap.xml"))
    entries = context.places()
    first, *rest = output.subject
    if isinstance(first, str):
        parts = [context.absolute(url_for(name)) for name in output.subject]
        return context.render_raw("sitemap_index.xml", sitemaps=parts)
    pages = [
        SitemapPage(
            url=context.absolute(entry.url),
            updated=entry.updated,
            alternates=tuple((code, context.absolute(url)) for code, url in entry.alternates),
        )
        for entry in entries[slice(first, *rest)]
    ]
    return context.render_raw("sitemap.xml", pages=pages)
