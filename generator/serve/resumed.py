"""Begins where the last `serve` ended, or the last build: of a site that stands as it stood then,
but for a few texts, nothing is planned again."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..again import Summary, diagnostic, plain
from ..check.links import sources_with_linked_anchors
from ..config.config import CACHE, Config, at_address
from ..incremental.changes import FILE, Since, remember, since, wrote
from ..incremental.documents import Cache
from ..incremental.last_plan import (
    FILE as PLAN,
    Kept,
    Planned,
    keep as save_kept,
    kept as load_kept,
)
from ..incremental.snapshot import Seen
from ..model.diagnostic import Severity
from ..plan.after_texts import FEW, replan
from ..plan.plan import Plan, renderer_of
from ..publish import shown_within

_KEY = "serve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A plan as `prepare` would make it, and the sources of documents into whose middle another
    one leads."""

    plan: Plan
    anchored: frozenset[str]


def resumed(root: Path, *, now: datetime, address: str, forms_url: str) -> Resumed | None:
    """The site at `root` as served from `address`, drafts and future documents too.

    None where what is kept is not enough to know.
    """
    cache, key = root / CACHE / "cache", f"{_KEY} {forms_url}"
    # A moment without a zone is one in the site's, which is not known yet.
    for folder in _newest(cache) if now.tzinfo else ():
        own = folder != cache
        before = since(str(folder), str(root), key=key if own else None, now=now.timestamp())
        if before is None or len(before.edited) > FEW:
            continue
        documents = Cache(cache)
        kept = load_kept(folder, documents.documents)
        if kept and (own or _served_alike(kept, root)):
            config = at_address(replace(kept.config, now=now), address, forms_url)
            return _edited(kept, config, documents, before, own=own)
    return None


def keep(root: Path, seen: Seen, config: Config, plan: Plan) -> frozenset[str]:
    """Let the next one begin here; `seen` is what stood there before the plan was made. Returns
    the sources of documents into whose middle another one leads."""
    site, cache = plan.site, root / CACHE / "cache"
    folder = cache / _KEY
    anchored = sources_with_linked_anchors(site.by_source.values(), site)
    kept = Kept(
        config=config,
        theme=plan.renderer.theme,
        site=site,
        outputs=Planned.of(plan.outputs),
        handler=frozenset(),
        anchored=anchored,
    )
    folder.mkdir(parents=True, exist_ok=True)
    save_kept(folder, kept)
    remember(
        str(folder),
        key=f"{_KEY} {config.settings.forms_url}",
        seen=seen,
        # The plan names documents as they were read then.
        written=wrote([str(folder / PLAN), str(cache / "documents")]),
        valid=shown_within(site),
        report=[plain(found) for found in plan.diagnostics],
    )
    return anchored


def _newest(cache: Path) -> list[Path]:
    """The folders that something is kept in, first the one of last time."""
    there = [folder for folder in (cache, cache / _KEY) if (folder / FILE).is_file()]
    return sorted(there, key=lambda folder: (folder / FILE).stat().st_mtime_ns, reverse=True)


def _served_alike(kept: Kept, root: Path) -> bool:
    """Whether a build's plan is that of a server: nothing is hidden from it, and what was found
    wrong does not depend on the address."""
    config, site = kept.config, kept.site
    settings = config.settings
    elsewhere = bool(settings.forms_url) or settings.base_path != "/"
    return config.root.absolute() == root and not site.hidden and not (elsewhere and site.catalogue)


def _edited(
    kept: Kept, config: Config, documents: Cache, before: Since, *, own: bool
) -> Resumed | None:
    """What is kept, with the texts in it that were edited since."""
    site = replace(kept.site, settings=config.settings, now=config.now)
    findings = before.report if own else Summary(*before.report).findings
    plan: Plan | None = Plan(
        site=site,
        outputs=tuple(kept.outputs),
        diagnostics=tuple(diagnostic(*found) for found in findings),
        renderer=renderer_of(config, kept.theme, site),
        cache=documents,
    )
    if plan and before.edited:
        plan = replan(
            plan,
            before.edited,
            root=config.root,
            anchored=kept.anchored,
            published=kept.outputs,
        )
    if plan is None or any(found.severity is Severity.ERROR for found in plan.diagnostics):
        return None
    return Resumed(plan=replace(plan, edit=None), anchored=kept.anchored)
