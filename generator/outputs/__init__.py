"""Kinds of output. Each file here is one, with two functions:

plan(site)            names every output of the kind, before one is rendered
render(output, context)  its bytes, or the file that is published as it is
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from ..model.output import Output
from ..model.site import Site
from ..render.page_context import PageContext
from . import asset, feed, forms, listing, not_found, page, redirect, sitemap, term


class Recipe(Protocol):
    """A kind of output: a module, or anything with these two functions."""

    def plan(self, site: Site) -> Iterable[Output]:
        """Every output of the kind."""

    def render(self, output: Output, context: PageContext) -> bytes | Path:
        """The content of one of them."""


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "page": page,
        "listing": listing,
        "term": term,
        "feed": feed,
        "sitemap": sitemap,
        "redirect": redirect,
        "missing": not_found,
        "asset": asset,
        "forms": forms,
    }
)
"""Recipe, as `Output.recipe` names it -> module."""


def plan(site: Site, recipes: Mapping[str, Recipe] = RECIPES) -> tuple[Output, ...]:
    """Every output of the site, in the order of the recipes."""
    return tuple(output for recipe in recipes.values() for output in recipe.plan(site))


def render(
    output: Output, context: PageContext, recipes: Mapping[str, Recipe] = RECIPES
) -> bytes | Path:
    """The content of one output. Raises `errors.SiteError`."""
    return recipes[output.recipe].render(output, context)
