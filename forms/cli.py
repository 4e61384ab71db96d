"""The commands `atrae forms …`: options -> one call -> report -> exit code. No logic.

Exit codes: 0 fine, 1 failed, 2 wrong usage or settings.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import ParamSpec

import click

from .settings import SettingsError

SHOWN = 20
P = ParamSpec("P")

ENVIRONMENT = """\b
Settings come from the environment:
  ATRAE_SITE_URL         where the site is, like https://example.org/
  ATRAE_PUBLIC_URL       where people reach this handler, like https://forms.example.org
  ATRAE_HANDLER_DIR      the tree handler/ that `atrae build` wrote (default: handler)
  ATRAE_DATABASE_URL     sqlite:////var/lib/atrae/forms.db or postgresql://… (default: forms.db)
  ATRAE_SECRET_KEY       signs the links in mails; several, separated by spaces: the first signs
  ATRAE_SUPPRESSION_KEY  remembers who must not be written to; never change it
  ATRAE_SMTP_URL         smtp://user:password@mail.example.org:587 or smtps://…
  ATRAE_MAIL_FROM        "Ana of Example <ana@example.org>"; a no-reply address is refused
  ATRAE_REPLY_TO         where answers go (default: ATRAE_MAIL_FROM)
\b
A key is made with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'
"""


@click.group("forms", epilog=ENVIRONMENT)
def forms() -> None:
    """The form handler: records opt-ins, sends confirmations, and proves who asked for what.

    In a site's folder, `verify` and `export` find the database of `atrae serve` by themselves.
    """


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what can be expected to go wrong into a message and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from .app import START_ERRORS, UNAVAILABLE

        try:
            command(*args, **kwargs)
        except SettingsError as fault:
            for line in fault.faults:
                click.echo(line, err=True)
            sys.exit(2)
        except START_ERRORS as fault:
            click.echo(str(fault), err=True)
            sys.exit(1)
        except (*UNAVAILABLE, OSError) as fault:
            click.echo(f"the database cannot be used: {fault}", err=True)
            sys.exit(1)

    return run


@forms.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, help="The port to listen on.")
@explained
def serve(host: str, port: int) -> None:
    """Answer forms and links, and send the mails that are owed.

    Put a web server with TLS in front of it. One server at a time uses a SQLite database; a second
    one refuses to start. A new build of the site is taken up without a restart.

    \b
    Example:
      ATRAE_SITE_URL=https://example.org/ ATRAE_PUBLIC_URL=https://forms.example.org … \\
        atrae forms serve --port 8001
    """
    from .serving import run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    run(os.environ, Path.cwd(), host=host, port=port)


@forms.command()
@explained
def migrate() -> None:
    """Bring the database to the tables of this version; `serve` does it by itself.

    Everything happens in one transaction: it is done whole, or nothing has changed.
    """
    from .serving import migrate_database
    from .settings import read_database

    before, after = migrate_database(read_database(os.environ, Path.cwd()))
    click.echo(f"the database was at {before or 'nothing'} and is at {after}")


@forms.command()
@explained
def verify() -> None:
    """Recompute the ledger: chains, details, wordings, and the event that asked for each mail.

    Prints what is off with its place, the first thing first, and exits with 1; prints what was
    vouched for when all of it holds.
    """
    from .settings import read_database
    from .store.records import open_records
    from .store.verify import count, verify as findings

    with open_records(read_database(os.environ, Path.cwd())) as connection:
        found = [str(finding) for finding in islice(findings(connection), SHOWN)]
        rows = count(connection)
    for line in found:
        click.echo(line, err=True)
    if found:
        sys.exit(1)
    said = ", ".join(f"{number} {name}" for name, number in rows.items())
    click.echo(f"everything holds: {said}")


@forms.command()
@click.argument("email")
@explained
def export(email: str) -> None:
    """Print all that is on record of EMAIL, as JSON: what was asked, when, and in which words.

    \b
    Example:
      atrae forms export ana@example.org > ana.json
    """
    from .address import parse_address
    from .serving import suppression_key
    from .settings import read_database
    from .store.export import export as exported
    from .store.records import open_records

    try:
        address = parse_address(email)
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="EMAIL") from fault
    with open_records(read_database(os.environ, Path.cwd())) as connection:
        record = exported(connection, address, suppression_key(os.environ, Path.cwd()))
    if record is None:
        click.echo("nobody of that address is on record", err=True)
        sys.exit(1)
    click.echo(json.dumps(record, indent=2, ensure_ascii=False))
