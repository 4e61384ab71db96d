"""Running the handler."""

import os
from pathlib import Path

import click

from .errors import explained


@click.command()
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
    from ..server import run
    from ..settings.logging import configure

    configure(os.environ)
    run(os.environ, Path.cwd(), host=host, port=port)


@click.command()
@explained
def worker() -> None:
    """Send the mails and webhooks that are owed, and do the daily chores, without answering forms.

    For PostgreSQL, where several may work beside several `serve`; each takes another mail. With
    SQLite, `serve` does it all, and only one of them can run.

    \b
    Example:
      ATRAE_DATABASE_URL=postgresql://… ATRAE_SMTP_URL=smtps://… atrae forms worker
    """
    from ..server import work
    from ..settings.logging import configure

    configure(os.environ)
    work(os.environ, Path.cwd())


COMMANDS = (serve, worker)
