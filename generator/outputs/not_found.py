"""404.html, in each language: what a static host shows for a page that is not there."""

from collections.abc import Iterator

from ..model.output import Output
from ..model.site import Site
from ..render.values import Page
from ..render.view import View


def plan(site: Site) -> Iterator[Output]:
    """`404.html` at the root, and in each language's folder."""
    for language in site.languages():
        yield Output(
            path=f"{language.prefix}/404.html".lstrip("/"),
            recipe="missing",
            origin="the page for what is missing",
            language=language.code,
        )


def render(output: Output, view: View) -> bytes:
    """Not for search engines."""
    url = f"/{output.path}"
    page = Page(
        kind="404",
        title=view.t("not_found_title"),
        url=view.url(url),
        absolute_url=view.absolute(url),
        language=output.language,
        noindex=True,
    )
    return view.render("404.html", page)
