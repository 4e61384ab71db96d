"""The handler that is measured: `python -m tests.benchmarks.forms.handler DIRECTORY URL PORT HOW`.

It is the one of production over real HTTP, but for its mails, which are thrown away.
"""

import sys
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import uvicorn
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from forms.app import create_app
from forms.mail.smtp import Permitted
from forms.server import ready_to_serve
from forms.settings.environment import read_environment
from forms.store.database.engine import Database
from forms.web.deadlines import DeadlineProtocol

from ...forms.declared import catalogue, pages
from ...forms.world import environment


class How(StrEnum):
    """In which way the handler commits."""

    DURABLE = "durable"
    LAX = "lax"
    """Without waiting for the disk: what cannot be beaten."""
    SINGLE = "single"
    """Each opt-in in a commit of its own."""


def thrown_away(_message: EmailMessage, permitted: Permitted) -> str:
    """A mail server that is always quick."""
    return "250 kept" if permitted() else "cancelled"


def lax(connection: DBAPIConnection, *_rest: object) -> None:
    """Said at each checkout, after all that the handler says of its connections itself."""
    connection.execute("PRAGMA synchronous=OFF")


def main(directory: Path, database: str, port: int, how: How) -> None:
    """Serve until a signal comes."""
    if how is How.LAX and database.startswith("sqlite"):
        event.listen(Pool, "checkout", lax)
    if how is How.SINGLE:
        defaults = Database.__init__.__kwdefaults__
        assert defaults is not None
        assert "most" in defaults
        defaults["most"] = 1
    more = {"ATRAE_DATABASE_URL": database, "ATRAE_CONFIRMATIONS_PER_HOUR": "0"}
    told = environment(directory, f"http://127.0.0.1:{port}", **more)
    declared, theme = catalogue(), pages()
    app = create_app(
        read_environment(told, directory),
        catalogue=lambda: declared,
        pages=lambda: theme,
        files=lambda _resource: None,
        deliver=thrown_away,
    )
    ready_to_serve()
    uvicorn.run(
        app,
        port=port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=DeadlineProtocol,
        ws="none",
        log_config=None,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), How(sys.argv[4]))
