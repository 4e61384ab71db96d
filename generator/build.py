"""The story: read -> assemble -> plan -> check -> render -> write."""

from .check.links import sources_with_linked_anchors
from .config.config import Config
from .errors import refuse_errors
from .incremental.last_plan import Kept, Planned, keep as save_kept
from .incremental.staleness import Tracing
from .model.wordings import published
from .plan.full import prepare
from .plan.plan import Plan
from .publish import Progress, Report, publish, report
from .write.wordings import keep_wordings


def build(config: Config, *, progress: Progress | None = None) -> Report:
    """Publish the site. Raises `errors.SiteError`; then the old one is still there, whole."""
    plan = prepare(config)
    refuse_errors(plan.diagnostics, strict=config.strict)
    tracing = Tracing(config, plan.renderer, plan.outputs)
    changed = publish(config, plan, tracing, progress=progress)
    tracing.save()
    keep(config, plan, tracing)
    return report(config, plan, tracing, changed, locked=_lock(config, plan))


def _lock(config: Config, plan: Plan) -> bool:
    """Keep the wordings that were published; whether there were new ones."""
    # A preview is not seen by those whom its forms ask.
    if plan.site.catalogue is None or config.drafts or config.future:
        return False
    return keep_wordings(config.root, published(plan.site.catalogue.purposes))


def keep(config: Config, plan: Plan, tracing: Tracing) -> None:
    """Let the next build begin where this one ended, if all that is new then is a text."""
    kept = Kept(
        config=config,
        theme=plan.renderer.theme,
        site=plan.site,
        outputs=Planned.of(plan.outputs),
        handler=frozenset(tracing.handler),
        anchored=sources_with_linked_anchors(plan.site.by_source.values(), plan.site),
    )
    save_kept(config.cache / "cache", kept)
