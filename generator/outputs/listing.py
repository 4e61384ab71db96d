"""The pages of each section, the home section's among them: what it lists, page by page."""

from collections.abc import Iterator

from ..model.document import Document
from ..model.output import Output
from ..model.permalink import file_for, of_page, pages_of
from ..model.site import Section, Site
from ..render.values import EMPTY, Page
from ..render.view import View


def plan(site: Site) -> Iterator[Output]:
    """`index.html` of the section, then `page/2/index.html` and on."""
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


def render(output: Output, view: View) -> bytes:
    """The section's text on its first page, and what it lists."""
    section = view.section_at(output.subject)
    document: Document | None = section.document
    listed = view.listed(section, output.number)
    page = Page(
        kind="section" if section.path else "home",
        title=listed.title,
        url=view.url(listed.url),
        absolute_url=view.absolute(listed.url),
        language=section.language,
        description=document.description or document.summary if document else "",
        content=view.content(document) if document and output.number == 1 else EMPTY,
        card=view.card(document) if document else None,
        toc=view.toc(document) if document else (),
        entries=view.cards(listed.documents),
        pager=listed.pager,
        translations=view.translations_of_section(section) if output.number == 1 else (),
        breadcrumbs=view.breadcrumbs(section.path.rpartition("/")[0]) if section.path else (),
        feed=view.feed_of(section.path),
        extra=document.extra if document else {},
    )
    default = "section.html" if section.path else "home.html"
    return view.render(view.layout(document, default), page)
