"""The story: read -> assemble -> plan -> check -> render -> write."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
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
from .read.documents import read_document, read_from
from .read.forms import read_declarations
from .read.sources import find_sources
from .render.templates import Templates
from .render.theme import Theme, load_theme
from .render.view import Renderer, View
from .tracing import Asked, Tracing
from .work import each
from .write.publish import is_ours, refuse_folders, staged

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

    site: Site
    outputs: tuple[Output, ...]
    rendered: Mapping[str, str]
    """Path of each page that was rendered -> why."""
    changed: int
    hidden: Counter[str]
    diagnostics: tuple[Diagnostic, ...]

    def files(self, config: Config) -> Iterator[str]:
        """Every file that stands now where the build put it."""
        folders = {Tree.PUBLIC: config.public, Tree.HANDLER: config.handler}
        return (f"{folders[output.tree]}/{output.path}" for output in self.outputs)

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
    tracing = Tracing(config, plan.renderer, plan.outputs)
    changed = publish(config, plan, tracing, progress=progress)
    tracing.save()
    return Report(
        site=plan.site,
        outputs=plan.outputs,
        rendered=tracing.reasons,
        changed=changed,
        hidden=Counter(hidden.reason for hidden in plan.site.hidden),
        diagnostics=plan.diagnostics,
    )


def valid(site: Site) -> tuple[float, float]:
    """From when until when the same documents are shown, in seconds since 1970."""
    every = (*site.by_source.values(), *(hidden.document for hidden in site.hidden))
    moments = [moment for d in every for moment in (d.date, d.expires) if moment]
    new_year = site.now.replace(
        year=min(site.now.year + 1, 9999), month=1, day=1, hour=0, minute=0, second=0
    )
    later = [moment.timestamp() for moment in moments if moment > site.now]
    return site.now.timestamp(), min([*later, new_year.timestamp()])


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
        salt=salt_of(read_from(settings), sorted(shortcodes)),
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


def publish(
    config: Config, plan: Plan, tracing: Tracing, *, progress: Progress | None = None
) -> int:
    """Render what is stale and write both trees; how many files changed."""
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
        stale = [o for o in plan.outputs if o.tree is Tree.HANDLER or o.path in tracing.reasons]
        trees[Tree.PUBLIC].keep(tracing.kept)

        def work(part: Sequence[Output]) -> list[tuple[bytes | Path, Asked]]:
            return [_rendered(plan, output) for output in part]

        # The workers render and one process writes: two that make files in one file system at the
        # same time wait for each other longer than they work.
        contents = chain.from_iterable(each(work, stale, workers=config.workers))
        for number, (output, (content, asked)) in enumerate(zip(stale, contents, strict=True)):
            trees[output.tree].put(output.path, content)
            if output.tree is Tree.PUBLIC:
                tracing.asked[output.path] = asked
            if progress:
                progress(number + 1, len(stale))
    return sum(stage.changed for stage in trees.values())


def _rendered(plan: Plan, output: Output) -> tuple[bytes | Path, Asked]:
    view = view_for(plan, output)
    return recipes.render(output, view), tuple(view.asked)


def _sealed(path: str) -> bool:
    """Gated files bear their digest in their path, and may be too large to read at each start."""
    return not path.startswith("gated/")


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


def _folders(config: Config, plan: Plan) -> Iterator[tuple[Tree, Path]]:
    """The folders to write. The handler's comes last and is exchanged first, so that it never
    knows less than the pages do."""
    yield Tree.PUBLIC, config.public
    if plan.site.catalogue or is_ours(config.handler, config.cache):
        yield Tree.HANDLER, config.handler
