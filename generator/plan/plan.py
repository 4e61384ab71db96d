"""A plan: the site, its outputs and its diagnostics."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from msgspec.structs import asdict, replace

from .. import outputs as recipes
from ..check import CHECKS
from ..check.links import sources_with_linked_anchors
from ..config.config import Config
from ..incremental.answer_digests import Edit
from ..incremental.code_blocks import CodeBlocks
from ..incremental.documents import DocumentCache
from ..incremental.last_plan import LastPlan
from ..incremental.snapshot import fingerprint
from ..model.diagnostic import Diagnostic
from ..model.document import Source, SourceKind
from ..model.elements import Page
from ..model.extensions import Extensions
from ..model.output import Output, Tree
from ..model.permalink import url_for
from ..model.site import Site
from ..read.html.elements import read_markup
from ..render.page_context import PageContext, Renderer
from ..render.templates import Templates, shown
from ..render.theme import Theme

BUILT_IN: Extensions[PageContext] = Extensions(
    recipes=recipes.RECIPES, checks=CHECKS, shortcodes={}, filters={}
)
"""The recipes, checks, shortcodes and filters of every site."""


class Plan(LastPlan, frozen=True, kw_only=True):
    """Everything that a build knows before it renders."""

    diagnostics: tuple[Diagnostic, ...]
    renderer: Renderer
    documents: DocumentCache
    """The cache that its documents were read from."""
    extensions: Extensions[PageContext] = BUILT_IN
    edit: Edit | None = None
    """The only difference from the last build; None if that isn't known."""

    def with_anchored(self) -> "Plan":
        """Return the plan with `anchored`, which takes a look at every link."""
        if self.anchored is not None:
            return self
        site = self.site
        return replace(self, anchored=sources_with_linked_anchors(site.by_source.values(), site))


def resume(
    last: LastPlan, documents: DocumentCache, diagnostics: tuple[Diagnostic, ...], now: datetime
) -> Plan:
    """Return a stored plan as a plan for another moment that shows the same documents."""
    config, site = replace(last.config, now=now), replace(last.site, now=now)
    return Plan(
        **asdict(replace(last, config=config, site=site)),
        diagnostics=diagnostics,
        renderer=renderer_of(config, last.theme, site),
        documents=documents,
    )


def markup_of(theme: Theme, root: Path) -> tuple[Page, ...]:
    """Return the HTML of the theme's templates and of those that the site at `root` has instead.

    Each has the name by which its author knows it.
    """
    templates = {
        name: Source(path=shown(file, root), kind=SourceKind.STATIC, location=str(file))
        for name, file in theme.templates.items()
    }
    return read_markup(templates, ())


def renderer_of(
    config: Config, theme: Theme, site: Site, extensions: Extensions[PageContext] = BUILT_IN
) -> Renderer:
    """Return what the contexts of all outputs share."""
    cache = config.cache / "cache"

    @lru_cache(maxsize=1)
    def blocks() -> CodeBlocks:
        # When the first block is met, because the fingerprint looks at every file of the program.
        return CodeBlocks(cache / "blocks", fingerprint=fingerprint())

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
    """Return the content of one output."""
    return recipes.render(output, context_of(plan, output), plan.extensions.recipes)


def context_of(plan: Plan, output: Output) -> PageContext:
    """Return the context that an output is rendered from."""
    settings = plan.site.settings
    language = output.language or settings.default_language.code
    if output.tree is Tree.HANDLER:
        return plan.renderer.context(language, elsewhere=bool(settings.forms_url))
    return plan.renderer.context(language, url_for(output.path))
