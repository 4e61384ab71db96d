"""The plan of a whole site: read, assemble, plan and check."""

from msgspec.structs import replace

from .. import outputs as recipes
from ..check import check
from ..config.config import Config
from ..incremental.documents import DocumentCache
from ..incremental.last_plan import OutputIndex
from ..incremental.snapshot import fingerprint
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Source, SourceKind
from ..model.extensions import Extensions
from ..model.site import Site, assemble
from ..read.data import read_data
from ..read.declarations.compile import compile_catalogue
from ..read.declarations.forms import read_declarations
from ..read.declarations.wordings import find_lock
from ..read.documents import read_document, settings_for_reading
from ..read.html.elements import read_markup
from ..read.sources import find_sources, unread_front_matter
from ..render.page_context import PageContext
from ..render.theme import Theme, load_theme
from .plan import BUILT_IN, Plan, markup_of, renderer_of


def plan_site(config: Config, extensions: Extensions[PageContext] = BUILT_IN) -> Plan:
    """Read, assemble, plan and check the site. What authors can fix is among the diagnostics.

    The caller holds the lock of the cache, see `incremental.store.exclusive`. Raises
    `errors.SiteError` if a plan can't be made at all.
    """
    theme = load_theme(config.theme, config.root, extensions.shortcodes)
    depends_on = settings_for_reading(config.settings), sorted(theme.shortcodes)
    documents = DocumentCache(config.cache / "cache", fingerprint=fingerprint(*depends_on))
    site, diagnostics = read_site(config, theme, documents)
    outputs = recipes.plan(site, extensions.recipes)
    diagnostics += check(site, outputs, extensions.checks)
    return Plan(
        config=config,
        theme=theme,
        site=site,
        # Where an author can fix an output is in the diagnostics, and not needed any more.
        outputs=OutputIndex.of(output._replace(at=None) for output in outputs),
        diagnostics=in_order(diagnostics),
        renderer=renderer_of(config, theme, site, extensions),
        documents=documents,
        extensions=extensions,
    )


def read_site(
    config: Config, theme: Theme, documents: DocumentCache
) -> tuple[Site, tuple[Diagnostic, ...]]:
    """Read the site with its forms, and return it with the diagnostics of its files."""
    sources = find_sources(config.root)
    settings, shortcodes = config.settings, theme.shortcodes
    parsed, diagnostics = documents.read_all(
        sources.documents,
        lambda source, raw, known: read_document(source, raw, settings, shortcodes, known),
        workers=config.workers,
    )
    documents.save()
    data, data_diagnostics = read_data(sources.data)
    declared, form_diagnostics = read_declarations(sources.forms, sources.purposes)
    site = assemble(
        parsed,
        settings=settings,
        now=config.now,
        files=sources.files,
        drafts=config.drafts,
        future=config.future,
    )
    site = replace(
        site,
        assets={theme.asset_names[name]: source for name, source in theme.assets.items()},
        layouts=theme.layouts,
        handler_templates={
            name: Source(path=f"handler/{name}", kind=SourceKind.STATIC, location=str(file))
            for name, file in theme.handler.items()
        },
        form_names=frozenset(source.name.rpartition(".")[0] for source in sources.forms),
        data=data,
        markup=(
            *markup_of(theme, config.root),
            *read_markup({}, (*theme.assets.values(), *sources.files)),
        ),
    )
    lock, lock_diagnostics = find_lock(config.root)
    site, catalogue_diagnostics = compile_catalogue(declared, sources.gated, site, lock)
    diagnostics += (
        *unread_front_matter(sources.files),
        *data_diagnostics,
        *form_diagnostics,
        *lock_diagnostics,
    )
    return site, (*diagnostics, *catalogue_diagnostics)
