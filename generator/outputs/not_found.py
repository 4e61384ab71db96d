"""404.html, in each language: what a static host shows for a page that is not there."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.site import Site
from ..render.page_context import PageContext
from ..render.values import Page


def plan(site: Site) -> Iterator[Output]:
    """`404.html` at the root, and in each language's folder."""
    for language in site.languages():
        yield Output(
            path=f"{language.prefix}/404.html".lstrip("/"),
            recipe="missing",
            origin="the page for what is missing",
            language=language.code,
        )


def render(output: Output, context: PageContext) -> bytes:
    """Not for search engines."""
    url = f"/{output.path}"
    page = Page(
        kind="404",
        title=context.view.t("not_found_title"),
        url=context.url(url),
        absolute_url=context.absolute(url),
        language=output.language,
        noindex=True,
    )
    return context.render("404.html", page)
