"""The story of a build: what changed, the plan, what is stale, both trees, what to remember.

Most builds need little of the program. Modules that take long to load, such as the Markdown
parser, the templates and the forms, are imported where a build needs them.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .incremental.changes import (
    Anything,
    Changes,
    LastBuild,
    TextsChanged,
    Unchanged,
    Written,
    detect,
    save,
    with_own_file,
)
from .incremental.snapshot import SETTINGS, take
from .incremental.store import exclusive, pack, unpack
from .parallel import processors, without_gc

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from .config.config import Config
    from .incremental.last_plan import LastPlan
    from .incremental.staleness import Staleness
    from .model.diagnostic import Diagnostic
    from .plan.plan import Plan
    from .publish import Progress

CACHE = ".atrae/cache"
STORED = ("documents", "plan", "trace")
"""Files of the cache that belong to what a build remembers."""


class Options(NamedTuple):
    """Options of a build. Without a value, the site's settings decide."""

    source: str
    output: str | None = None
    handler: str | None = None
    base_url: str | None = None
    drafts: bool = False
    future: bool = False
    strict: bool = False
    force: bool = False


class BuildResult(NamedTuple):
    """Result of a build, for the report."""

    pages: int
    files: int
    hidden: Mapping[str, int]
    """Reason, such as `draft` -> number of documents that are hidden for it."""
    public: str
    diagnostics: "tuple[Diagnostic, ...]" = ()
    changed: int = 0
    """Files that were written, replaced or removed."""
    rendered: Mapping[str, str] = {}
    """Path of each page that was rendered -> why."""
    has_new_wordings: bool = False
    """Wordings were published for the first time, and added to the lock file."""


def build(options: Options, *, now: "datetime", progress: "Progress | None" = None) -> BuildResult:
    """Bring both trees up to date. Raises `errors.SiteError`, and then leaves the old ones."""
    root = os.path.abspath(options.source)  # noqa: PTH100  (pathlib is not loaded yet)
    cache, key = f"{root}/{CACHE}", repr((tuple(options), root, os.getcwd()))  # noqa: PTH109
    if not os.path.exists(f"{root}/{SETTINGS}"):  # noqa: PTH110
        _load_config(options, now)  # raises an error, before a cache is created
    with exclusive(cache):
        # A moment without a zone is in the site's, which isn't known yet.
        is_comparable = now.tzinfo is not None and not options.force
        changes = (
            detect(cache, root, key=key, now=now.timestamp())
            if is_comparable
            else Anything(take(root))
        )
        if isinstance(changes, Unchanged):
            return _unchanged(cache, changes)
        with without_gc():
            plan, staleness = _part(cache, changes, now) or _whole(_load_config(options, now))
            base = None if plan.edit is None or isinstance(changes, Anything) else changes.last
            result = _publish(plan, staleness, base, progress)
        _remember(cache, key, changes, base, plan, result)
        return result


def plan_since(
    folder: "Path",
    documents: "Path",
    changes: Changes,
    *,
    now: "datetime",
    adapt: "Callable[[LastPlan], LastPlan | None]" = lambda last: last,
) -> "Plan | None":
    """Return the plan that is stored in `folder`, after changes; None if that's not enough.

    `documents` is the folder of the cache that has its documents. `adapt` may change the stored
    plan, or refuse it, before anything else is done with it.
    """
    if isinstance(changes, Anything):
        return None
    from .incremental import last_plan
    from .incremental.documents import DocumentCache
    from .plan.after import plan_after
    from .plan.plan import resume

    cache = DocumentCache(documents)
    stored = last_plan.load(folder, cache)
    last = adapt(stored) if stored else None
    if last is None:
        return None
    return plan_after(changes, resume(last, cache, unpack(changes.last.diagnostics), now))


def _unchanged(cache: str, changes: Unchanged) -> BuildResult:
    """Return the result of the last build, whose files are all as it left them."""
    last = changes.last
    if changes.is_refined:
        save(cache, last._replace(snapshot=changes.snapshot))
    return BuildResult(*last.counts)._replace(diagnostics=unpack(last.diagnostics))


def _part(cache: str, changes: Changes, now: "datetime") -> "tuple[Plan, Staleness] | None":
    """Plan only what changed; None if that's not enough."""
    from pathlib import Path

    folder = Path(cache)
    plan = plan_since(folder, folder, changes, now=now)
    if plan is None:
        return None
    from .errors import refuse_errors
    from .incremental.staleness import Staleness

    refuse_errors(plan.diagnostics, strict=plan.config.strict)
    staleness = Staleness(plan.config, plan.renderer, plan.outputs, plan.edit)
    is_enough = staleness.is_known and not staleness.concerns(plan.handler)
    return (plan, staleness) if is_enough else None


def _whole(config: "Config") -> "tuple[Plan, Staleness]":
    """Plan the whole site."""
    from .errors import refuse_errors
    from .incremental.staleness import Staleness
    from .plan.full import plan_site

    plan = plan_site(config)
    refuse_errors(plan.diagnostics, strict=config.strict)
    return plan, Staleness(config, plan.renderer, plan.outputs)


def _load_config(options: Options, now: "datetime") -> "Config":
    from pathlib import Path

    from .config.config import load_config

    return load_config(
        Path(options.source),
        now=now,
        public=Path(options.output) if options.output else None,
        handler=Path(options.handler) if options.handler else None,
        base_url=options.base_url,
        drafts=options.drafts,
        future=options.future,
        strict=options.strict,
        force=options.force,
        workers=processors(),
    )


def _publish(
    plan: "Plan", staleness: "Staleness", base: LastBuild | None, progress: "Progress | None"
) -> BuildResult:
    """Render what is stale, write both trees, and store what the next build starts from.

    `base` is the last build if the plan was made from its plan.
    """
    from msgspec.structs import replace

    from .incremental import last_plan
    from .incremental.answer_digests import TextEdit
    from .publish import publish

    changed = publish(plan, staleness, progress=progress)
    plan.documents.save()
    staleness.save()
    if not isinstance(plan.edit, TextEdit):
        stored = replace(plan.with_anchored(), handler=frozenset(staleness.handler))
        last_plan.save(plan.config.cache / "cache", stored, plan.documents)
    counts = base.counts if base else _counts(plan)
    return BuildResult(*counts)._replace(
        diagnostics=plan.diagnostics,
        changed=changed,
        rendered=staleness.reasons,
        has_new_wordings=plan.edit is None and _lock_wordings(plan),
    )


def _counts(plan: "Plan") -> tuple[int, int, dict[str, int], str]:
    """Return pages, files, hidden documents by reason, and the public folder."""
    from .model.output import Tree

    pages = sum(
        output.path.endswith(".html") and output.tree is Tree.PUBLIC
        for output in plan.outputs
        if output.recipe not in ("redirect", "asset")
    )
    hidden = Counter(hidden.reason for hidden in plan.site.hidden)
    return pages, sum(1 for _ in plan.outputs), dict(hidden), str(plan.config.public)


def _lock_wordings(plan: "Plan") -> bool:
    """Add published wordings to the lock file, and tell whether there were new ones."""
    from .model.wordings import published
    from .write.wordings import keep_wordings

    catalogue, config = plan.site.catalogue, plan.config
    # Subscribers don't see a preview's forms.
    if catalogue is None or config.drafts or config.future:
        return False
    return keep_wordings(config.root, published(catalogue.purposes))


def _remember(
    cache: str,
    key: str,
    changes: Changes,
    base: LastBuild | None,
    plan: "Plan",
    result: BuildResult,
) -> None:
    """Store the files and diagnostics of the build for the next one."""
    from .publish import published_files, shown_within

    root, snapshot = cache.removesuffix(f"/{CACHE}"), changes.snapshot
    if result.has_new_wordings:
        from .model.wordings import LOCK

        snapshot = with_own_file(snapshot, root, LOCK)
    stored = [path for name in STORED if os.path.exists(path := f"{cache}/{name}")]  # noqa: PTH110
    if base and isinstance(changes, TextsChanged):
        pages = (f"{plan.config.public}/{path}" for path in result.rendered)
        written = base.written.rewritten([*pages, *stored])
    else:
        written = Written.of([*published_files(plan), *stored])
    valid = base.valid if base else shown_within(plan.site)
    diagnostics = pack(plan.diagnostics)
    save(cache, LastBuild(key, snapshot, written, valid, tuple(result[:4]), diagnostics))
