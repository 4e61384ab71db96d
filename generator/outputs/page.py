"""One page for each document."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..render.values import Page
from ..render.view import View


def plan(site: Site) -> Iterator[Output]:
    """`index.html` below each permalink."""
    for document in site.documents:
        yield Output(
            path=file_for(document.url),
            recipe="page",
            origin=document.source.path,
            at=document.at,
            subject=document.source.path,
            language=document.language,
        )


def render(output: Output, view: View) -> bytes:
    """The document in its layout."""
    document = view.document(output.subject)
    card = view.card(document)
    page = Page(
        kind="page",
        title=document.title,
        url=card.url,
        absolute_url=card.absolute_url,
        language=document.language,
        description=document.description or document.summary,
        content=view.content(document),
        card=card,
        toc=view.toc(document),
        translations=view.translations_of(document),
        breadcrumbs=view.breadcrumbs(document.section),
        feed=view.feed_of(document.section),
        extra=document.extra,
    )
    return view.render(view.layout(document, "page.html"), page)
