"""What every command shares: faults become messages and exit codes; what destroys asks first."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from ..errors import NotPossibleError
from ..settings.environment import SettingsError

if TYPE_CHECKING:
    from ..declared.address import Address
    from ..declared.canonical import Json

P = ParamSpec("P")

yes_option = click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
"""Of a command that destroys: it takes `yes: bool` and calls `ask_first`."""

dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what can be expected to go wrong into a message and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from ..app import START_ERRORS
        from ..store.database.engine import UNAVAILABLE

        try:
            command(*args, **kwargs)
        except SettingsError as fault:
            fail(*fault.faults, code=2)
        except NotPossibleError as fault:
            fail(*fault.faults)
        except START_ERRORS as fault:
            fail(str(fault))
        except UNAVAILABLE as fault:
            fail(f"the database cannot be used: {fault}")
        except OSError as fault:
            fail(f"{fault.filename or 'the system'}: {fault.strerror or fault}")

    return run


def fail(*lines: str, code: int = 1) -> None:
    """Say what is wrong on standard error, and leave."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(code)


def ask_first(question: str, *, yes: bool) -> None:
    """Ask before something is destroyed. Where nobody can answer, only `--yes` will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotPossibleError(f"{question} Nobody is here to answer: add --yes.")
    click.confirm(question, abort=True)


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar for long work, on standard error, and only where somebody looks at it."""
    watched = sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not watched) as bar:
        yield bar.update


def database_url() -> str:
    """Where the records are, as the environment or a site's folder says."""
    from ..settings.environment import read_database

    return read_database(os.environ, Path.cwd())


def address_of(email: str) -> "Address":
    """The address in the argument EMAIL. Raises `click.BadParameter`."""
    from ..declared.address import parse_address

    try:
        return parse_address(email)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="EMAIL") from fault


def show_json(value: "Json") -> None:
    """Print a value for people and programs alike."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
