"""The parts of a build that can be extended: outputs, checks, shortcodes and template filters."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from .diagnostic import Diagnostic
from .document import Document
from .output import Output
from .site import Site

Context = TypeVar("Context")
_Context = TypeVar("_Context", contravariant=True)

SiteCheck = Callable[[Site], Iterable[Diagnostic]]
DocumentCheck = Callable[[Document, Site], Iterable[Diagnostic]]
OutputsCheck = Callable[[Iterable[Output], Site], Iterable[Diagnostic]]


class Recipe(Protocol[_Context]):
    """A kind of output: a module, or an object, with these two functions."""

    def plan(self, site: Site) -> Iterable[Output]:
        """Yield every output of the kind, before any is rendered."""

    def render(self, output: Output, context: _Context) -> bytes | Path:
        """Return an output's content, or the file to copy."""


class Checks(Struct, frozen=True, kw_only=True):
    """Functions that yield what is wrong with a site's content.

    The first two kinds may read `site.published`, the path of every public output.
    """

    of_site: tuple[SiteCheck, ...] = ()
    of_document: tuple[DocumentCheck, ...] = ()
    """After an edit of texts only these run, on the edited documents."""
    of_outputs: tuple[OutputsCheck, ...] = ()


class Extensions(Struct, Generic[Context], frozen=True, kw_only=True):
    """Everything a plan is made with; recipes get a `Context`, `page_context.PageContext`."""

    recipes: Mapping[str, Recipe[Context]]
    """Name, as in `Output.recipe`, -> recipe."""
    checks: Checks
    shortcodes: Mapping[str, Path]
    """Name -> template. A theme's shortcode of that name takes its place."""
    filters: Mapping[str, Callable[..., Any]]
    """Name -> template filter."""
