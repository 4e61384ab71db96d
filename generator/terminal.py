"""Output of the commands: diagnostics, the summary of a build, progress."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

from .build import BuildResult, Options, build

if TYPE_CHECKING:
    from datetime import datetime

    from .model.diagnostic import Diagnostic
    from .publish import Progress

FEW = 64
"""Outputs that are rendered before a progress bar could be seen."""

# Most builds print little: what it takes to print more is imported where there is more.


def build_and_report(
    options: Options, *, now: "datetime", began: float, quiet: bool, explain: bool = False
) -> None:
    """Build a site and print its diagnostics and a summary, in seconds since `began`.

    Exits with 1 if it can't be built.
    """
    with reported(), progress_bar(shown=not quiet and sys.stderr.isatty()) as progress:
        result = build(options, now=now, progress=progress)
    if explain:
        for path, reason in result.rendered.items():
            print(f"{path}: {reason}")  # noqa: T201
    print_result(result, began, quiet=quiet)


@contextmanager
def reported(*, as_json: bool = False) -> Iterator[None]:
    """Print a `SiteError`, and exit with 1."""
    try:
        yield
    except Exception as error:
        from .errors import SiteError

        if not isinstance(error, SiteError):
            raise
        _fail(error.diagnostics, as_json=as_json)


def _fail(diagnostics: "tuple[Diagnostic, ...]", *, as_json: bool) -> NoReturn:
    import click

    from .model.diagnostic import Severity

    if as_json:
        print_json(diagnostics)
    else:
        print_diagnostics(diagnostics)
        if len(diagnostics) > 1:
            errors = sum(each.severity is Severity.ERROR for each in diagnostics)
            warnings = counted(len(diagnostics) - errors, "warning")
            click.secho(f"{counted(errors, 'error')}, {warnings}.", err=True, bold=True)
    sys.exit(1)


def print_diagnostics(diagnostics: "Iterable[Diagnostic]") -> None:
    """Print a line for each diagnostic, with its location and hint."""
    import click

    from .model.diagnostic import Severity

    for diagnostic in diagnostics:
        place = f"{diagnostic.at}: " if diagnostic.at else ""
        hint = f"  → {diagnostic.hint}" if diagnostic.hint else ""
        colour = "red" if diagnostic.severity is Severity.ERROR else "yellow"
        severity = click.style(str(diagnostic.severity), fg=colour, bold=True)
        code = click.style(f" [{diagnostic.code}]", dim=True)
        click.echo(f"{place}{severity}: {diagnostic.message}{hint}{code}", err=True)


def print_json(diagnostics: "Iterable[Diagnostic]") -> None:
    """Print a JSON list; `at` is null, or has path, line and column."""
    import json

    import click
    from msgspec.structs import asdict

    values = [
        asdict(diagnostic) | {"at": asdict(diagnostic.at) if diagnostic.at else None}
        for diagnostic in diagnostics
    ]
    click.echo(json.dumps(values, indent=1, ensure_ascii=False))


def print_result(result: BuildResult, began: float, *, quiet: bool) -> None:
    """Print the diagnostics and the summary of a build that began at `began`."""
    if result.diagnostics:
        print_diagnostics(result.diagnostics)
    if quiet:
        return
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(result.hidden.items()))
    parts = [
        counted(result.pages, "page"),
        f"{result.files:,} files, {result.changed:,} of them changed",
        f"{sum(result.hidden.values())} hidden ({reasons})" if reasons else "",
        counted(len(result.diagnostics), "warning") if result.diagnostics else "",
        f"{time.perf_counter() - began:.2f} s",
    ]
    summary = " · ".join(part for part in parts if part)
    print(f"{summary}\n→ {result.public}")  # noqa: T201
    if result.has_new_wordings:
        from .model.wordings import LOCK

        print(f"{LOCK} has new wordings: commit it.")  # noqa: T201


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 page`, `2 pages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@contextmanager
def progress_bar(*, shown: bool) -> "Iterator[Progress | None]":
    """Show a progress bar for a build that takes longer than a moment."""
    with ExitStack() as stack:
        yield _progress(stack) if shown else None


def _progress(stack: ExitStack) -> "Progress":
    """Return a function that starts a bar with the first of many outputs."""
    bars: list[Progress] = []

    def update(done: int, total: int) -> None:
        if not bars and total > FEW:
            bars.append(_bar(stack))
        for bar in bars:
            bar(done, total)

    return update


def _bar(stack: ExitStack) -> "Progress":
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = stack.enter_context(Bar(console=Console(stderr=True), transient=True))
    task = bar.add_task("Rendering", total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
