"""What the commands say: findings, summaries, progress."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

from .again import Done, diagnostic

if TYPE_CHECKING:
    from .model.diagnostic import Diagnostic
    from .publish import Progress

FEW = 64
"""So many outputs are rendered before a bar could be seen."""

# Most builds have little to say: what it takes to say more is loaded where there is more.


@contextmanager
def reported(*, as_json: bool = False) -> Iterator[None]:
    """Turn what went wrong into messages and exit code 1."""
    try:
        yield
    except Exception as wrong:
        from .errors import SiteError

        if not isinstance(wrong, SiteError):
            raise
        _fail(wrong.diagnostics, as_json=as_json)


def _fail(diagnostics: "Iterable[Diagnostic]", *, as_json: bool) -> NoReturn:
    import click

    from .model.diagnostic import Severity

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


def say_diagnostics(diagnostics: "Iterable[Diagnostic]") -> None:
    """One line each, with place and way out."""
    import click

    from .model.diagnostic import Severity

    for found in diagnostics:
        place = f"{found.at}: " if found.at else ""
        hint = f"  → {found.hint}" if found.hint else ""
        colour = "red" if found.severity is Severity.ERROR else "yellow"
        severity = click.style(str(found.severity), fg=colour, bold=True)
        code = click.style(f" [{found.code}]", dim=True)
        click.echo(f"{place}{severity}: {found.message}{hint}{code}", err=True)


def say_json(diagnostics: "Iterable[Diagnostic]") -> None:
    """A list of findings; `at` holds path, line and column, or is null."""
    import json
    from dataclasses import asdict

    import click

    click.echo(json.dumps([asdict(found) for found in diagnostics], indent=1, ensure_ascii=False))


def say_report(done: Done, began: float, *, quiet: bool) -> None:
    """What was found and built, what was hidden, and how long it took since `began`."""
    summary = done.summary
    findings = [diagnostic(*finding) for finding in summary.findings]
    if findings:
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
    print(f"{said}\n→ {summary.public}")  # noqa: T201
    if done.locked:
        from .model.wordings import LOCK

        print(f"New wordings are in {LOCK}: commit it with them.")  # noqa: T201


def counted(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@contextmanager
def progress_bar(*, shown: bool) -> "Iterator[Progress | None]":
    """A bar for a build that takes longer than a moment, where a terminal looks on."""
    with ExitStack() as ended:
        yield _progress(ended) if shown else None


def _progress(ended: ExitStack) -> "Progress":
    """Begins a bar with the first of many outputs."""
    updates: list[Progress] = []

    def update(done: int, total: int) -> None:
        if not updates and total > FEW:
            updates.append(_bar(ended))
        for each in updates:
            each(done, total)

    return update


def _bar(ended: ExitStack) -> "Progress":
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = ended.enter_context(Bar(console=Console(stderr=True), transient=True))
    task = bar.add_task("Rendering", total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
