"""Parts that commands share: errors, confirmation, progress, arguments, the open store."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ..declared.address import Address, parse_address
from ..errors import NotPossibleError, SettingsError
from ..settings.environment import mailbox, read_database
from ..settings.variables import Variable, reading

if TYPE_CHECKING:
    from ..store.records.store import Store

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


@contextmanager
def open_for_writing() -> Iterator["Store"]:
    """Open the store; a handler may be running on it. Raises one of `app.START_ERRORS`."""
    from ..settings.keys import suppression_key
    from ..store.database.engine import Database, open_engine
    from ..store.database.migrate import check_schema
    from ..store.database.read_only import check_exists
    from ..store.records.store import Store

    url, key = database_url(), suppression_key(os.environ, Path.cwd())
    if key is None:
        raise NotPossibleError(
            "ATRAE_SUPPRESSION_KEY is missing. Set the key that the handler runs with: without it, "
            "suppressed addresses can't be recognized."
        )
    check_exists(url)
    with reading(os.environ) as environment:
        senders = environment.read("ATRAE_MAIL_FROM", Variable(mailbox))
    domain = senders[0].domain if senders else "localhost"
    store = Store(Database(open_engine(url)), key=key, mail_domain=domain)
    try:
        with store.database.reading() as connection:
            # A command must not migrate the database of a running handler.
            check_schema(connection)
        store.prepare()
        yield store
    finally:
        store.database.close()
