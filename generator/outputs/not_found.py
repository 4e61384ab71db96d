"""`404.html` in each language, which a static host shows for missing pages."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.site import Site
from ..render.page_context import PageContext
from ..render.values import Page


def plan(site: Site) -> Iterator[Output]:
    """Yield `404.html` in each language's folder."""
    for language in site.languages():
        yield Output(
            path=f"{language.prefix}/404.html".lstrip("/"),
            recipe="missing",
            origin="the page for missing pages",
            language=language.code,
        )


def render(output: Output, context: PageContext) -> bytes:
    """Render the page; search engines don't index it."""
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
