"""`atrae build`: it does nothing, or a few texts, the theme or the whole site, whatever is to do.

What it does not need it does not load: with the Markdown parser, the templates and the forms come
seconds' worth of modules to a build that takes a tenth of one.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .incremental.changes import (
    THEMES,
    Since,
    Written,
    remember,
    since,
    with_own,
    wrote,
    wrote_again,
)
from .incremental.snapshot import Seen, look
from .parallel import available, uncollected

if TYPE_CHECKING:
    from datetime import datetime

    from .model.diagnostic import Diagnostic
    from .publish import Progress, Report


KEPT = ("answers", "documents", "plan", "trace")
"""What this build leaves in `.atrae/cache` for the next one."""


class Options(NamedTuple):
    """What is asked for beside the site itself; None: as the site says."""

    source: str
    output: str | None = None
    handler: str | None = None
    base_url: str | None = None
    drafts: bool = False
    future: bool = False
    strict: bool = False
    force: bool = False


Finding = tuple[str, str, str, str, int, int, str]
"""Code, message, severity, path, line, column and hint of a diagnostic."""


class Summary(NamedTuple):
    """What is said at the end of a build, as plain values: it may have to be said again."""

    pages: int
    files: int
    hidden: dict[str, int]
    public: str
    findings: list[Finding]


def summary_of(report: "Report", before: Summary | None = None) -> Summary:
    """Of a build that was just made; after one of a part there are as many files as `before`."""
    counts = before or Summary(
        pages=report.pages,
        files=len(report.outputs),
        hidden=dict(report.hidden),
        public=str(report.config.public),
        findings=[],
    )
    return counts._replace(findings=[plain(found) for found in report.diagnostics])


def plain(found: "Diagnostic") -> Finding:
    """A diagnostic as plain values."""
    at = found.at
    path, line, column = (at.path, at.line, at.column) if at else ("", 0, 0)
    return found.code, found.message, str(found.severity), path, line, column, found.hint


def diagnostic(
    code: str, message: str, severity: str, path: str, line: int, column: int, hint: str
) -> "Diagnostic":
    """What `plain` made a `Finding` of."""
    from .model.diagnostic import Diagnostic, Location, Severity

    at = Location(path=path, line=line, column=column) if path else None
    return Diagnostic(code=code, message=message, severity=Severity(severity), at=at, hint=hint)


class Done(NamedTuple):
    """What a build did."""

    summary: Summary
    changed: int
    """So many files are not as they were."""
    rendered: Mapping[str, str]
    """Path of each page that was rendered -> why."""
    locked: bool = False
    """Whether wordings were kept that nobody had published before."""


def build(options: Options, *, now: "datetime", progress: "Progress | None" = None) -> Done:
    """Bring both trees to what the site says now. Raises `errors.SiteError`."""
    root = os.path.abspath(options.source)  # noqa: PTH100  (pathlib is not loaded yet)
    cache = f"{root}/.atrae/cache"
    key = repr((tuple(options), root, os.getcwd()))  # noqa: PTH109
    before = None
    # A moment without a zone is one in the site's, which is not known yet.
    if not options.force and now.tzinfo:
        before = since(cache, root, key=key, now=now.timestamp())
    if before and not before.edited:
        if before.surer:
            _, _, written, valid, report, _ = before
            remember(cache, key=key, seen=before.seen, written=written, valid=valid, report=report)
        return Done(Summary(*before.report), 0, {})
    seen = before.seen if before else look(root)
    with uncollected():
        built = _part(before, cache, now, progress) if before else None
        if built is None:
            before, built = None, _site(options, now, progress)
            if built.locked:
                seen = _with_lock(seen, root)
    summary = summary_of(built, Summary(*before.report) if before else None)
    remember(
        cache,
        key=key,
        seen=seen,
        written=_written(cache, built, before),
        valid=before.valid if before else built.valid,
        report=tuple(summary),
    )
    return Done(summary, built.changed, built.rendered, built.locked)


def _part(
    before: Since, cache: str, now: "datetime", progress: "Progress | None"
) -> "Report | None":
    """The build after an edit of texts, or of the theme; None where it is not enough."""
    from pathlib import Path

    folder = Path(cache)
    findings = [diagnostic(*finding) for finding in Summary(*before.report).findings]
    if _is_of_theme(before):
        from .plan.after_theme import restyle

        return restyle(folder, findings, now=now, progress=progress)
    from .plan.after_texts import rebuild

    return rebuild(folder, before.edited, findings, now=now, progress=progress)


def _is_of_theme(before: Since) -> bool:
    return all(path.startswith(THEMES) for path in before.edited)


def _site(options: Options, now: "datetime", progress: "Progress | None") -> "Report":
    """The build of everything."""
    from pathlib import Path

    from .build import build as build_site
    from .config.config import load_config

    config = load_config(
        Path(options.source),
        now=now,
        public=Path(options.output) if options.output else None,
        handler=Path(options.handler) if options.handler else None,
        base_url=options.base_url,
        drafts=options.drafts,
        future=options.future,
        strict=options.strict,
        force=options.force,
        workers=available(),
    )
    return build_site(config, progress=progress)


def _with_lock(seen: Seen, root: str) -> Seen:
    from .model.wordings import LOCK

    return with_own(seen, root, LOCK)


def _written(cache: str, built: "Report", before: Since | None) -> Written:
    """The files that stand as this build left them. What is kept for the next one counts too: it
    belongs to these."""
    kept = [f"{cache}/{name}" for name in KEPT]
    own = [path for path in kept if os.path.exists(path)]  # noqa: PTH110
    if before is None or _is_of_theme(before):
        return wrote([*built.files, *own])
    again = [f"{built.config.public}/{path}" for path in built.rendered]
    return wrote_again(before.written, [*again, *own])
