"""Commands that run the handler, and check what it needs."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from .shared import fail


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, help="The port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve forms and links, and send email.

    Put a web server with TLS in front of it. Only one server can use a SQLite database: a second
    one refuses to start. A new build of the site is picked up without a restart.

    \b
    Example:
      ATRAE_SITE_URL=https://example.org/ ATRAE_PUBLIC_URL=https://forms.example.org … \\
        atrae forms serve --port 8001
    """
    from ..server import run

    run(os.environ, Path.cwd(), host=host, port=port)


@click.command()
def worker() -> None:
    """Send email and webhooks and run the daily tasks, without serving forms.

    Use it with PostgreSQL, where several workers can run beside several servers. With SQLite,
    `serve` does everything, and only one process can run.

    \b
    Example:
      ATRAE_DATABASE_URL=postgresql://… ATRAE_SMTP_URL=smtps://… atrae forms worker
    """
    from ..server import work

    work(os.environ, Path.cwd())


@click.command()
@click.option("--dkim-selector", default="", help="The selector that your mail server signs with.")
@click.option("--offline", is_flag=True, help="Skip the checks that need the network.")
def doctor(dkim_selector: str, offline: bool) -> None:
    """Check settings, keys, database, mail server, DNS, public address and disk.

    Each line is ok, a warning or an error, and tells how to fix it. Exits with 1 if there is an
    error. Nothing is changed and no email is sent.

    \b
    Examples:
      atrae forms doctor --dkim-selector mail
      atrae forms doctor --offline
    """
    from ..declared.findings import Level
    from ..operations.doctor import examine
    from ..operations.sender_dns import look_up_texts
    from ..settings.keys import suppression_key

    directory, failed = Path.cwd(), False
    for line in examine(
        os.environ,
        directory,
        key=suppression_key(os.environ, directory),
        now=datetime.now(UTC),
        texts=look_up_texts,
        selector=dkim_selector,
        online=not offline,
    ):
        click.echo(str(line))
        failed = failed or line.level is Level.ERROR
    if failed:
        fail("doctor found errors")
