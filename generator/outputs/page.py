"""Pages of documents."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..render.page_context import PageContext
from ..render.values import Page


def plan(site: Site) -> Iterator[Output]:
    """Yield `index.html` at the permalink of each document."""
    for document in site.documents:
        yield Output(
            path=file_for(document.url),
            recipe="page",
            origin=document.source.path,
            at=document.at,
            subject=document.source.path,
            language=document.language,
        )


def render(output: Output, context: PageContext) -> bytes:
    """Render the document in its layout."""
    document = context.document(output.subject)
    card = context.card(document)
    page = Page(
        kind="page",
        title=document.title,
        url=card.url,
        absolute_url=card.absolute_url,
        language=document.language,
        description=document.description or document.summary,
        content=context.content(document),
        card=card,
        toc=context.toc(document),
        translations=context.translations_of(document),
        breadcrumbs=context.breadcrumbs(document.section),
        feed=context.feed_of(document.section),
        extra=document.extra,
    )
    return context.render(context.layout(document, "page.html"), page)
