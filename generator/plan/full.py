"""Config -> plan: read, assemble, plan and check."""

from pathlib import Path

from .. import outputs as recipes
from ..check import check
from ..config.config import Config
from ..incremental.documents import Cache, salt_of
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Source, SourceKind
from ..model.extensions import Extensions
from ..model.site import Site, assemble, with_catalogue
from ..read.data import read_data
from ..read.declarations.compile import compile_catalogue
from ..read.declarations.forms import read_declarations
from ..read.declarations.wordings import find_lock
from ..read.documents import read_document, settings_for_reading
from ..read.html.elements import read_markup
from ..read.sources import find_sources
from ..render.page_context import PageContext
from ..render.theme import Theme, load_theme
from .plan import BUILT_IN, Plan, markup_of, renderer_of


def prepare(config: Config, extensions: Extensions[PageContext] = BUILT_IN) -> Plan:
    """Read, assemble, plan and check. Raises `errors.SiteError` where that cannot be done at all;
    what authors can mend is among the diagnostics."""
    theme = load_theme(config.theme, config.root, extensions.shortcodes)
    cache = _cache(config, theme)
    site, findings = read_site(config, theme, cache)
    outputs = recipes.plan(site, extensions.recipes)
    findings += check(site, outputs, extensions.checks)
    renderer = renderer_of(config, theme, site, extensions)
    return Plan(
        site=site,
        # Whose place an author would mend is in the findings, and of no use any more.
        outputs=tuple(output._replace(at=None) for output in outputs),
        diagnostics=in_order(findings),
        renderer=renderer,
        cache=cache,
        extensions=extensions,
    )


def _cache(config: Config, theme: Theme) -> Cache:
    depends_on = settings_for_reading(config.settings), sorted(theme.shortcodes)
    return Cache(config.cache / "cache", salt=salt_of(*depends_on))


def read_site(config: Config, theme: Theme, cache: Cache) -> tuple[Site, tuple[Diagnostic, ...]]:
    """The site as it stands in its folder, with its forms."""
    sources = find_sources(config.root)
    settings, shortcodes = config.settings, theme.shortcodes
    documents, wrong = cache.read_all(
        sources.documents,
        lambda source, raw, known: read_document(source, raw, settings, shortcodes, known),
        workers=config.workers,
    )
    cache.save()
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
        markup=(
            *markup_of(theme, config.root),
            *read_markup({}, (*theme.assets.values(), *sources.files)),
        ),
        drafts=config.drafts,
        future=config.future,
    )
    lock, wrong_lock = find_lock(config.root)
    compiled, wrong_catalogue = compile_catalogue(declared, sources.gated, site, lock)
    if compiled:
        site = with_catalogue(site, compiled.catalogue, compiled.gated)
    return site, (*wrong, *wrong_data, *wrong_forms, *wrong_lock, *wrong_catalogue)


def _template(name: str, file: Path) -> Source:
    return Source(path=f"handler/{name}", kind=SourceKind.STATIC, where=str(file))
