"""Parts that all commands share: error messages, confirmation, progress, and arguments."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from ..declared.address import Address, parse_address
from ..errors import NotPossibleError, SettingsError
from ..settings.environment import read_database

yes_option = click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
"""Option of commands that destroy something. They pass `yes: bool` to `ask_first`."""

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would happen, without changing anything."
)


class ReportingGroup(click.Group):
    """Group of commands that reports expected errors by a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was chosen."""
        try:
            return super().invoke(ctx)
        except SettingsError as fault:
            fail(*fault.faults, code=2)
        except NotPossibleError as fault:
            fail(*fault.faults)
        except OSError as fault:
            fail(f"{fault.filename or 'the system'}: {fault.strerror or fault}")
        except Exception as fault:
            # Imported here, because `--help` needs neither the handler nor the database.
            from ..app import START_ERRORS
            from ..store.database.engine import UNAVAILABLE

            if isinstance(fault, START_ERRORS):
                fail(str(fault))
            if isinstance(fault, UNAVAILABLE):
                fail(f"the database is not available: {fault}")
            raise


def fail(*lines: str, code: int = 1) -> NoReturn:
    """Print what is wrong on standard error, and exit."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(code)


def ask_first(question: str, *, yes: bool) -> None:
    """Ask before something is destroyed. Without a terminal, require `--yes`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotPossibleError(f"{question} There is no terminal to ask: add --yes.")
    click.confirm(question, abort=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar if standard error is a terminal; yields its `step(done, total)`."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=hidden) as bar:

        def step(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield step


def database_url() -> str:
    """Return the database's URL from the environment, or that of a site's folder."""
    return read_database(os.environ, Path.cwd())


def address_of(email: str) -> Address:
    """Parse the argument EMAIL. Raises `click.BadParameter`."""
    try:
        return parse_address(email)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="EMAIL") from fault
