"""An Atom feed (RFC 4287) of each section that has something dated, with the full content."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..model.sitemap import updated
from ..render.page_context import PageContext


def plan(site: Site) -> Iterator[Output]:
    """`feed.xml` beside the section's list."""
    for section in site.sections.values():
        if section.dated:
            yield Output(
                path=file_for(f"{section.url}feed.xml"),
                recipe="feed",
                origin=f"the feed of section '{section.path}'" if section.path else "the feed",
                subject=section.path,
                language=section.language,
            )


def render(output: Output, context: PageContext) -> bytes:
    """The newest entries, as many as the settings say; addresses are whole."""
    section = context.section_at(output.subject)
    fed = context.feed_page(section)
    return context.render_raw(
        "feed.xml",
        title=fed.title if section.path else context.site_value().title,
        url=context.absolute(fed.url),
        feed_url=context.absolute(f"{fed.url}feed.xml"),
        updated=max(map(updated, fed.documents)),
        entries=[context.entry(document) for document in fed.documents],
        language=section.language,
    )
