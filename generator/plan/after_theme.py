"""A build after a change of the theme alone: pages look another way, and say what they said.

The plan is the last build's: nothing is read, put together or planned again, and only what was
found wrong in templates is asked anew. Whatever it is not sure of it leaves to a whole build.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ..check import consent
from ..errors import refuse_errors
from ..incremental.documents import Cache
from ..incremental.last_plan import keep, kept
from ..incremental.staleness import Tracing
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Document
from ..model.site import Site
from ..publish import Progress, Report, publish, report
from ..render.theme import Theme, load_theme
from .plan import Plan, markup_of, renderer_of


def restyle(
    folder: Path,
    findings: Iterable[Diagnostic],
    *,
    now: datetime,
    progress: Progress | None = None,
) -> Report | None:
    """Publish the site as `build` would, where files of the theme may have changed since the last
    build, and nothing else has; `findings` are those of then, and `folder` has what it kept.

    None, and nothing is done, where that is not enough to know. Raises `errors.SiteError`.
    """
    cache = Cache(folder)
    before = kept(folder, cache.documents)
    if before is None:
        return None
    config = replace(before.config, now=now)
    theme = load_theme(config.theme, config.root)
    site = _with_templates(replace(before.site, now=now), theme, config.root)
    if not _plans_alike(before.theme, theme) or not _judges_alike(before.site, site):
        return None
    plan = Plan(
        site=site,
        outputs=tuple(before.outputs),
        diagnostics=in_order(_judged_again(findings, site)),
        renderer=renderer_of(config, theme, site),
        cache=cache,
    )
    refuse_errors(plan.diagnostics, strict=config.strict)
    tracing = Tracing(config, plan.renderer, plan.outputs, restyled=True)
    if not tracing.known:
        return None
    if tracing.reasons:
        _open(site.by_source.values())
    changed = publish(config, plan, tracing, progress=progress)
    tracing.save()
    keep(folder, replace(before, theme=theme, site=site, handler=frozenset(tracing.handler)))
    return report(config, plan, tracing, changed)


def _open(documents: Iterable[Document]) -> None:
    """Open them all, so that workers share them: for its lists each would open nearly all again."""
    for document in documents:
        document.source  # noqa: B018


def _plans_alike(before: Theme, now: Theme) -> bool:
    """Whether a site has the same outputs: shortcodes and layouts are templates by name."""
    return (before.templates, before.asset_names) == (now.templates, now.asset_names)


def _judges_alike(before: Site, now: Site) -> bool:
    """Whether documents are judged in the same way."""
    return consent.theme_premises(before) == consent.theme_premises(now)


def _with_templates(site: Site, theme: Theme, root: Path) -> Site:
    """The site with what the theme's templates hold now."""
    templates = markup_of(theme, root)
    again = {file.path for file in templates}
    others = (file for file in site.markup if file.path not in again)
    return replace(site, markup=(*templates, *others))


def _judged_again(findings: Iterable[Diagnostic], site: Site) -> list[Diagnostic]:
    """These, and instead of what was found in templates and files what is found there now."""
    judged = {file.path for file in site.markup}
    others = [found for found in findings if found.at is None or found.at.path not in judged]
    return [*others, *consent.check(site)]
