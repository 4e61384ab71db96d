"""Copied files: the theme's assets, `static/`, and files beside documents."""

from collections.abc import Iterator
from pathlib import Path

from ..model.diagnostic import Location
from ..model.document import Source
from ..model.output import Output
from ..model.permalink import file_for
from ..model.site import Site
from ..render.page_context import PageContext


def plan(site: Site) -> Iterator[Output]:
    """Yield the theme's files below `assets/`, with a digest in their names, and the others."""
    for published, source in site.assets.items():
        yield _output(f"assets/{published}", source)
    for url, source in site.files:
        yield _output(file_for(url), source)


def _output(path: str, source: Source) -> Output:
    at = Location(path=source.path)
    return Output(path=path, recipe="asset", origin=source.path, at=at, subject=source)


def render(output: Output, context: PageContext) -> Path:
    """Return the file to copy."""
    source: Source = output.subject
    context.file(source.path)
    return source.file
