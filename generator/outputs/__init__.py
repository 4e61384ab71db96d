"""The kinds of output: each module is a recipe.

plan(site)               yields every output of the kind, before any is rendered
render(output, context)  returns an output's content, or the file to copy
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ..model.extensions import Recipe
from ..model.output import Output
from ..model.site import Site
from ..render.page_context import PageContext
from . import asset, feed, forms, listing, not_found, page, redirect, sitemap, term

Recipes = Mapping[str, Recipe[PageContext]]

RECIPES: Recipes = MappingProxyType(
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
"""The built-in recipes, by the name in `Output.recipe`."""


def plan(site: Site, recipes: Recipes) -> tuple[Output, ...]:
    """Return every output of the site, in the order of the recipes."""
    return tuple(output for recipe in recipes.values() for output in recipe.plan(site))


def render(output: Output, context: PageContext, recipes: Recipes) -> bytes | Path:
    """Return an output's content, or the file to copy.

    Raises:
        SiteError: A template is wrong, or asks for something that isn't there.
    """
    return recipes[output.recipe].render(output, context)
