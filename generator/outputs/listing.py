"""Lists of sections, the home page among them, page by page."""

from collections.abc import Iterator

from ..model.document import Document
from ..model.output import Output
from ..model.permalink import file_for, of_page, pages_of
from ..model.site import Section, Site
from ..render.page_context import PageContext
from ..render.values import EMPTY, Page


def plan(site: Site) -> Iterator[Output]:
    """Yield `index.html` of each section, then `page/2/index.html` and so on."""
    for section in site.sections.values():
        for number in range(1, pages_of(len(section.listed), site.settings.page_size) + 1):
            yield Output(
                path=file_for(of_page(section.url, number)),
                recipe="listing",
                origin=_origin(section),
                at=section.document.at if section.document else None,
                subject=section.path,
                language=section.language,
                number=number,
            )


def _origin(section: Section) -> str:
    if section.document:
        return section.document.source.path
    return f"the list of section '{section.path}'" if section.path else "the home page"


def render(output: Output, context: PageContext) -> bytes:
    """Render a page of the list; the first one has the section's text, too."""
    section = context.section_at(output.subject)
    document: Document | None = section.document
    page_of_list = context.section_page(section, output.number)
    page = Page(
        kind="section" if section.path else "home",
        title=page_of_list.title,
        url=context.url(page_of_list.url),
        absolute_url=context.absolute(page_of_list.url),
        language=section.language,
        description=document.description or document.summary if document else "",
        content=context.content(document) if document and output.number == 1 else EMPTY,
        card=context.card(document) if document else None,
        toc=context.toc(document) if document else (),
        entries=context.cards(page_of_list.documents),
        pager=page_of_list.pager,
        translations=context.translations_of_section(section) if output.number == 1 else (),
        breadcrumbs=context.breadcrumbs(section.path.rpartition("/")[0]) if section.path else (),
        feed=context.feed_of(section.path),
        extra=document.extra if document else {},
    )
    default = "section.html" if section.path else "home.html"
    return context.render(context.layout(document, default), page)
