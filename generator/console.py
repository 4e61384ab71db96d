"""What the commands say: findings, summaries, progress."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from .errors import SiteError
from .model.diagnostic import Diagnostic, Location, Severity

if TYPE_CHECKING:
    from .build import Progress, Report
    from .config import Config


@contextmanager
def reported(*, as_json: bool = False) -> Iterator[None]:
    """Turn what went wrong into messages and exit code 1."""
    try:
        yield
    except SiteError as wrong:
        _fail(wrong.diagnostics, as_json=as_json)


def _fail(diagnostics: Iterable[Diagnostic], *, as_json: bool) -> NoReturn:
    found = tuple(diagnostics)
    if as_json:
        say_json(found)
    else:
        say_diagnostics(found)
        if len(found) > 1:
            errors = sum(finding.severity is Severity.ERROR for finding in found)
            warnings = counted(len(found) - errors, "warning")
            click.secho(f"{counted(errors, 'error')}, {warnings}.", err=True, bold=True)
    sys.exit(1)


def say_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """One line each, with place and way out."""
    for found in diagnostics:
        place = f"{found.at}: " if found.at else ""
        hint = f"  → {found.hint}" if found.hint else ""
        colour = "red" if found.severity is Severity.ERROR else "yellow"
        severity = click.style(str(found.severity), fg=colour, bold=True)
        code = click.style(f" [{found.code}]", dim=True)
        click.echo(f"{place}{severity}: {found.message}{hint}{code}", err=True)


def say_json(diagnostics: Iterable[Diagnostic]) -> None:
    """A list of findings; `at` holds path, line and column, or is null."""
    click.echo(json.dumps([asdict(found) for found in diagnostics], indent=1, ensure_ascii=False))


class Summary(NamedTuple):
    """What is said at the end of a build, as plain values: it may have to be said again."""

    pages: int
    files: int
    hidden: dict[str, int]
    public: str
    findings: list[tuple[str, str, str, str, int, int, str]]
    """Code, message, severity, path, line, column and hint of each."""


def summary_of(report: "Report", config: "Config") -> Summary:
    """Of a build that was just made."""
    return Summary(
        pages=report.pages,
        files=len(report.outputs),
        hidden=dict(report.hidden),
        public=str(config.public),
        findings=[
            (d.code, d.message, str(d.severity), at.path, at.line, at.column, d.hint)
            for d in report.diagnostics
            for at in (d.at or Location(path=""),)
        ],
    )


def say_report(summary: Summary, began: float, *, quiet: bool, changed: int) -> None:
    """What was found and built, what was hidden, and how long it took since `began`."""
    findings = [
        Diagnostic(
            code=code,
            message=message,
            severity=Severity(severity),
            at=Location(path=path, line=line, column=column) if path else None,
            hint=hint,
        )
        for code, message, severity, path, line, column, hint in summary.findings
    ]
    say_diagnostics(findings)
    if quiet:
        return
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(summary.hidden.items()))
    parts = [
        counted(summary.pages, "page"),
        f"{summary.files:,} files, {changed:,} of them changed",
        f"{sum(summary.hidden.values())} hidden ({reasons})" if reasons else "",
        counted(len(findings), "warning") if findings else "",
        f"{time.perf_counter() - began:.2f} s",
    ]
    said = " · ".join(part for part in parts if part)
    click.echo(f"{said}\n→ {summary.public}")


def counted(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@contextmanager
def progress_bar(*, shown: bool) -> "Iterator[Progress | None]":
    """A bar for a build that takes longer than a moment, where a terminal looks on."""
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Rendering", total=None)
        update: Callable[[int, int], None] = lambda done, total: bar.update(  # noqa: E731
            task, completed=done, total=total
        )
        yield update
