"""Redirects from the aliases of documents to their pages."""

from collections.abc import Iterator
from urllib.parse import unquote

from ..model.document import Document
from ..model.output import Output
from ..model.permalink import file_for, join, tidy
from ..model.site import Site
from ..render.page_context import PageContext


def plan(site: Site) -> Iterator[Output]:
    """Yield a page at each alias; aliases without a leading slash are relative to the document."""
    for document in site.by_source.values():
        urls = dict.fromkeys(alias_url(document, alias) for alias in document.aliases)
        for url in urls:
            if url != document.url:
                yield Output(
                    path=file_for(url),
                    recipe="redirect",
                    origin=f"an alias of {document.source.path}",
                    at=document.place("aliases"),
                    subject=document.source.path,
                    language=document.language,
                )


def alias_url(document: Document, alias: str) -> str:
    """Return the path on the site of an alias."""
    return tidy(join(document.url, unquote(alias)))


def render(output: Output, context: PageContext) -> bytes:
    """Render a refresh, a canonical URL and a link, which need no support by the server."""
    document = context.metadata(context.document(output.subject))
    target = context.absolute(document.url)
    return context.render_raw("redirect.html", target=target, title=document.title)
