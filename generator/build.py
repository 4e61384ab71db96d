"""The story: read -> assemble -> plan -> check -> render -> write."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import outputs as recipes
from .cache import read_all, salt_of
from .check import check
from .config import Config
from .errors import refuse_errors
from .model.diagnostic import Diagnostic, in_order
from .model.document import Source, SourceKind
from .model.output import Output, Tree, conflicts, unfit
from .model.permalink import url_for
from .model.site import Site, assemble, with_catalogue
from .read.catalogue import compile_catalogue
from .read.data import read_data
from .read.documents import read_document
from .read.forms import read_declarations
from .read.sources import find_sources
from .render.templates import Templates
from .render.theme import Theme, load_theme
from .render.view import Renderer
from .work import each
from .write.publish import Placed, is_ours, refuse_folders, staged

Progress = Callable[[int, int], None]
"""Told how many outputs of how many are rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything but the rendering: what will be published, and what was found wrong."""

    site: Site
    outputs: tuple[Output, ...]
    diagnostics: tuple[Diagnostic, ...]
    renderer: Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did."""

    outputs: tuple[Output, ...]
    changed: int
    hidden: Counter[str]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def pages(self) -> int:
        """The HTML files of the public tree that are not redirects."""
        return sum(
            output.path.endswith(".html") and output.tree is Tree.PUBLIC
            for output in self.outputs
            if output.recipe not in ("redirect", "asset")
        )


def build(config: Config, *, progress: Progress | None = None) -> Report:
    """Publish the site. Raises `errors.SiteError`; then the old one is still there, whole."""
    plan = prepare(config)
    refuse_errors(plan.diagnostics, strict=config.strict)
    changed = publish(config, plan, progress=progress)
    return Report(
        outputs=plan.outputs,
        changed=changed,
        hidden=Counter(hidden.reason for hidden in plan.site.hidden),
        diagnostics=plan.diagnostics,
    )


def prepare(config: Config) -> Plan:
    """Read, assemble, plan and check. Raises `errors.SiteError` where that cannot be done at all;
    what authors can mend is among the diagnostics."""
    theme = load_theme(config.theme, config.root)
    site, findings = read_site(config, theme)
    outputs = recipes.plan(site)
    published = frozenset(o.path for o in outputs if o.tree is Tree.PUBLIC)
    findings += (*unfit(outputs), *conflicts(outputs), *check(site, published))
    renderer = Renderer(site=site, theme=theme, templates=Templates(theme.templates, config.root))
    return Plan(site=site, outputs=outputs, diagnostics=in_order(findings), renderer=renderer)


def read_site(config: Config, theme: Theme) -> tuple[Site, tuple[Diagnostic, ...]]:
    """The site as it stands in its folder, with its forms."""
    sources = find_sources(config.root)
    settings, shortcodes = config.settings, theme.shortcodes
    documents, wrong = read_all(
        sources.documents,
        lambda source, raw: read_document(source, raw, settings, shortcodes),
        folder=config.cache / "cache",
        salt=salt_of(settings, sorted(shortcodes)),
        workers=config.workers,
    )
    data, wrong_data = read_data(sources.data)
    declared, wrong_forms = read_declarations(sources.forms, sources.purposes)
    site = assemble(
        documents,
        settings=config.settings,
        now=config.now,
        files=sources.files,
        assets={theme.asset_names[name]: source for name, source in theme.assets.items()},
        layouts=theme.layouts,
        handler_templates={name: _template(name, file) for name, file in theme.handler.items()},
        form_names=frozenset(source.name.rpartition(".")[0] for source in sources.forms),
        data=data,
        drafts=config.drafts,
        future=config.future,
    )
    compiled, wrong_catalogue = compile_catalogue(declared, sources.gated, site)
    if compiled:
        site = with_catalogue(site, compiled.catalogue, compiled.gated)
    return site, (*wrong, *wrong_data, *wrong_forms, *wrong_catalogue)


def _template(name: str, file: Path) -> Source:
    return Source(path=f"handler/{name}", kind=SourceKind.STATIC, file=file)


def publish(config: Config, plan: Plan, *, progress: Progress | None = None) -> int:
    """Render every output and write both trees; how many files changed."""
    refuse_folders(config.root, config.public, config.handler)
    with ExitStack() as stack:
        trees = {
            tree: stack.enter_context(
                staged(
                    folder,
                    cache=config.cache,
                    force=config.force,
                    sealed=_sealed if tree is Tree.HANDLER else None,
                )
            )
            for tree, folder in _folders(config, plan)
        }

        def work(part: Sequence[Output]) -> list[tuple[Tree, Placed]]:
            return [(o.tree, trees[o.tree].put(o.path, render(plan, o))) for o in part]

        done = 0
        for placed in each(work, plan.outputs, workers=config.workers):
            for tree, one in placed:
                trees[tree].account([one])
            done += len(placed)
            if progress:
                progress(done, len(plan.outputs))
    return sum(stage.changed for stage in trees.values())


def _sealed(path: str) -> bool:
    """Gated files bear their digest in their path, and may be too large to read at each start."""
    return not path.startswith("gated/")


def render(plan: Plan, output: Output) -> bytes | Path:
    """The content of one output."""
    settings = plan.site.settings
    language = output.language or settings.default_language.code
    if output.tree is Tree.HANDLER:
        view = plan.renderer.view(language, elsewhere=bool(settings.forms_url))
    else:
        view = plan.renderer.view(language, url_for(output.path))
    return recipes.render(output, view)


def _folders(config: Config, plan: Plan) -> Iterator[tuple[Tree, Path]]:
    """The folders to write. The handler's comes last and is exchanged first, so that it never
    knows less than the pages do."""
    yield Tree.PUBLIC, config.public
    if plan.site.catalogue or is_ours(config.handler, config.cache):
        yield Tree.HANDLER, config.handler
