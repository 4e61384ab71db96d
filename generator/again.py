"""`atrae build`: it does nothing, or a few texts, or the whole site, whatever there is to do.

What it does not need it does not load: with the Markdown parser, the templates and the forms come
seconds' worth of modules to a build that takes a tenth of one.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .model.diagnostic import Diagnostic, Location, Severity
from .model.wordings import LOCK
from .unchanged import Since, look, remember, since, stamps, with_own
from .work import available, uncollected

if TYPE_CHECKING:
    from .publish import Progress, Report


KEPT = ("answers", "documents", "plan", "trace")
"""What this build leaves in `.atrae/cache` for the next one."""


class Options(NamedTuple):
    """What is asked for beside the site itself; None: as the site says."""

    source: Path
    output: Path | None = None
    handler: Path | None = None
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


def summary_of(report: "Report") -> Summary:
    """Of a build that was just made."""
    return Summary(
        pages=report.pages,
        files=len(report.outputs),
        hidden=dict(report.hidden),
        public=str(report.config.public),
        findings=[
            (d.code, d.message, str(d.severity), at.path, at.line, at.column, d.hint)
            for d in report.diagnostics
            for at in (d.at or Location(path=""),)
        ],
    )


def diagnostic(
    code: str, message: str, severity: str, path: str, line: int, column: int, hint: str
) -> Diagnostic:
    """The diagnostic that a `Finding` was made of."""
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


def build(options: Options, *, now: datetime, progress: "Progress | None" = None) -> Done:
    """Bring both trees to what the site says now. Raises `errors.SiteError`."""
    cache = options.source / ".atrae" / "cache"
    key = repr((options, options.source.absolute(), Path.cwd()))
    seen = look(options.source)
    before = None
    # A moment without a zone is one in the site's, which is not known yet.
    if not options.force and now.tzinfo:
        before = since(cache, options.source, seen, key=key, now=now.timestamp())
    if before and not before.edited:
        return Done(Summary(*before.report), 0, {})
    with uncollected():
        built = _texts(before, cache, now, progress) if before else None
        whole = built is None
        if built is None:
            built = _site(options, now, progress)
            if built.locked:
                seen = with_own(seen, options.source, LOCK)
    summary = summary_of(built)
    remember(
        cache,
        key=key,
        seen=seen,
        written=_written(cache, built, None if whole else before),
        valid=built.valid if whole or not before else before.valid,
        report=tuple(summary),
    )
    return Done(summary, built.changed, built.rendered, built.locked)


def _texts(
    before: Since, cache: Path, now: datetime, progress: "Progress | None"
) -> "Report | None":
    """The build after an edit of texts; None where it is not enough."""
    from .edit import rebuild

    findings = [diagnostic(*finding) for finding in Summary(*before.report).findings]
    return rebuild(cache, before.edited, findings, now=now, progress=progress)


def _site(options: Options, now: datetime, progress: "Progress | None") -> "Report":
    """The build of everything."""
    from .build import build as build_site
    from .config import load_config

    config = load_config(
        options.source,
        now=now,
        public=options.output,
        handler=options.handler,
        base_url=options.base_url,
        drafts=options.drafts,
        future=options.future,
        strict=options.strict,
        force=options.force,
        workers=available(),
    )
    return build_site(config, progress=progress)


def _written(cache: Path, built: "Report", before: Since | None) -> list[tuple[str, int, int]]:
    """The files that stand as this build left them. What is kept for the next one counts too: it
    belongs to these."""
    own = [str(cache / name) for name in KEPT]
    if before is None:
        return stamps([*built.files, *own])
    again = {f"{built.config.public}/{path}" for path in built.rendered} | set(own)
    return [file for file in before.written if file[0] not in again] + stamps(again)
