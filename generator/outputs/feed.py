"""Atom feeds (RFC 4287) with the full content, one for each section with dated documents."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..model.sitemap import updated
from ..render.page_context import PageContext


def plan(site: Site) -> Iterator[Output]:
    """Yield `feed.xml` beside the section's list."""
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
    """Render the newest documents, as many as `feed_limit`, with absolute URLs."""
    section = context.section_at(output.subject)
    feed = context.feed_page(section)
    return context.render_raw(
        "feed.xml",
        title=feed.title if section.path else context.site_value().title,
        url=context.absolute(feed.url),
        feed_url=context.absolute(f"{feed.url}feed.xml"),
        updated=max(map(updated, feed.documents)),
        entries=[context.entry(document) for document in feed.documents],
        language=section.language,
    )
