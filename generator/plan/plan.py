"""A plan: every output is known before one is rendered."""

from functools import lru_cache
from pathlib import Path

from .. import outputs as recipes
from ..check import CHECKS
from ..config.config import Config
from ..incremental.answer_digests import Edit
from ..incremental.code_blocks import Blocks
from ..incremental.documents import Cache, salt_of
from ..model.diagnostic import Diagnostic
from ..model.document import Source, SourceKind
from ..model.elements import Markup
from ..model.extensions import Extensions
from ..model.output import Output, Tree
from ..model.permalink import url_for
from ..model.site import Site
from ..model.value import value
from ..read.html.elements import read_markup
from ..render.page_context import PageContext, Renderer
from ..render.templates import Templates, shown
from ..render.theme import Theme

BUILT_IN: Extensions[PageContext] = Extensions(
    recipes=recipes.RECIPES, checks=CHECKS, shortcodes={}, filters={}
)
"""What every site is built with."""


@value
class Plan:
    """Everything but the rendering: what will be published, and what was found wrong."""

    site: Site
    outputs: tuple[Output, ...]
    diagnostics: tuple[Diagnostic, ...]
    renderer: Renderer
    cache: Cache
    """Where its documents were read from."""
    extensions: Extensions[PageContext] = BUILT_IN
    edit: Edit | None = None
    """What alone is new since the last build; None where that is not known."""


def markup_of(theme: Theme, root: Path) -> tuple[Markup, ...]:
    """What the theme's templates, and those that the site at `root` puts over them, hold of HTML;
    each by the name that its author knows it by."""
    templates = {
        name: Source(path=shown(file, root), kind=SourceKind.STATIC, where=str(file))
        for name, file in theme.templates.items()
    }
    return read_markup(templates, ())


def renderer_of(
    config: Config, theme: Theme, site: Site, extensions: Extensions[PageContext] = BUILT_IN
) -> Renderer:
    """Return what the contexts of all outputs share."""
    cache = config.cache / "cache"

    @lru_cache(maxsize=1)
    def blocks() -> Blocks:
        # When the first block is met: every file of the program is asked what made the others.
        return Blocks(cache / "blocks", salt=salt_of())

    return Renderer(
        site=site,
        theme=theme,
        templates=Templates(
            theme.templates,
            config.root,
            compiled=cache / "templates",
            filters=extensions.filters,
        ),
        coloured=lambda text, language: blocks().highlight(text, language),
    )


def render(plan: Plan, output: Output) -> bytes | Path:
    """The content of one output."""
    return recipes.render(output, context_of(plan, output), plan.extensions.recipes)


def context_of(plan: Plan, output: Output) -> PageContext:
    """Return the context that an output is rendered from."""
    settings = plan.site.settings
    language = output.language or settings.default_language.code
    if output.tree is Tree.HANDLER:
        return plan.renderer.context(language, elsewhere=bool(settings.forms_url))
    return plan.renderer.context(language, url_for(output.path))
