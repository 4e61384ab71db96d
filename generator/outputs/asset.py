"""Files that are published as they are: the theme's assets, static/, and those beside documents."""

from collections.abc import Iterator
from pathlib import Path

from ..model.diagnostic import Location
from ..model.document import Source
from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..render.page_context import PageContext


def plan(site: Site) -> Iterator[Output]:
    """The theme's below assets/, a digest in their names; the others at their URLs."""
    for published, source in site.assets.items():
        yield _output(f"assets/{published}", source)
    for url, source in site.files:
        yield _output(file_for(url), source)


def _output(path: str, source: Source) -> Output:
    at = Location(path=source.path)
    return Output(path=path, recipe="asset", origin=source.path, at=at, subject=source)


def render(output: Output, context: PageContext) -> Path:
    """The file itself."""
    source: Source = output.subject
    context.file(source.path)
    return source.file
