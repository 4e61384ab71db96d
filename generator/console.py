"""What the commands say: findings, summaries, progress."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, NoReturn

import click

from .again import Done, diagnostic
from .errors import SiteError
from .model.diagnostic import Diagnostic, Severity
from .model.wordings import LOCK

if TYPE_CHECKING:
    from .publish import Progress


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


def say_report(done: Done, began: float, *, quiet: bool) -> None:
    """What was found and built, what was hidden, and how long it took since `began`."""
    summary = done.summary
    findings = [diagnostic(*finding) for finding in summary.findings]
    say_diagnostics(findings)
    if quiet:
        return
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(summary.hidden.items()))
    parts = [
        counted(summary.pages, "page"),
        f"{summary.files:,} files, {done.changed:,} of them changed",
        f"{sum(summary.hidden.values())} hidden ({reasons})" if reasons else "",
        counted(len(findings), "warning") if findings else "",
        f"{time.perf_counter() - began:.2f} s",
    ]
    said = " · ".join(part for part in parts if part)
    click.echo(f"{said}\n→ {summary.public}")
    if done.locked:
        click.echo(f"New wordings are in {LOCK}: commit it with them.")


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
