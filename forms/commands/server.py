"""Commands that run the handler."""

import os
from pathlib import Path

import click


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
    from ..settings.logging import configure

    configure(os.environ)
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
    from ..settings.logging import configure

    configure(os.environ)
    work(os.environ, Path.cwd())


COMMANDS = (serve, worker)
