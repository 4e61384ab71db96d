"""A plan: every output is known before one is rendered."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import outputs as recipes
from .cache import Cache, salt_of
from .config import Config
from .model.diagnostic import Diagnostic
from .model.output import Output, Tree
from .model.permalink import url_for
from .model.site import Site
from .render.answers import Edit
from .render.blocks import Blocks
from .render.templates import Templates
from .render.theme import Theme
from .render.view import Renderer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything but the rendering: what will be published, and what was found wrong."""

    site: Site
    outputs: tuple[Output, ...]
    diagnostics: tuple[Diagnostic, ...]
    renderer: Renderer
    cache: Cache
    """Where its documents were read from."""
    edit: Edit | None = None
    """What alone is new since the last build; None where that is not known."""


def renderer_of(config: Config, theme: Theme, site: Site) -> Renderer:
    """What every view of the site shares."""
    cache = config.cache / "cache"

    @lru_cache(maxsize=1)
    def blocks() -> Blocks:
        # When the first block is met: every file of the program is asked what made the others.
        return Blocks(cache / "blocks", salt=salt_of())

    return Renderer(
        site=site,
        theme=theme,
        templates=Templates(theme.templates, config.root, compiled=cache / "templates"),
        coloured=lambda text, language: blocks().highlight(text, language),
    )


def render(plan: Plan, output: Output) -> bytes | Path:
    """The content of one output."""
    return recipes.render(output, view_for(plan, output))


def view_for(plan: Plan, output: Output) -> View:
    """The view that an output is rendered from."""
    settings = plan.site.settings
    language = output.language or settings.default_language.code
    if output.tree is Tree.HANDLER:
        return plan.renderer.view(language, elsewhere=bool(settings.forms_url))
    return plan.renderer.view(language, url_for(output.path))
