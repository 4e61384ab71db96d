"""A small world: the handler over real HTTP, an inbox beside it, a visitor who sends forms."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from forms.app import create_app, utc_now
from forms.catalogue import Catalogue
from forms.delivery.email import BACKOFF, doubled
from forms.delivery.engine import Backoff
from forms.mail.smtp import Permitted, WithdrawnError
from forms.operations.equip import Operations
from forms.settings.environment import Settings, read_environment
from forms.site.templates import Pages
from forms.web.constant_time import Pace
from forms.web.deadlines import DeadlineProtocol

from . import databases
from .declared import GUIDE, catalogue, pages

SECRET = "a-secret-for-the-tests-long-enough-to-be-taken"
SUPPRESSION = "another-secret-for-the-tests-as-long-as-that"


def environment(directory: Path, url: str, **more: str) -> dict[str, str]:
    """A whole environment, as production has it; site and handler are both at `url`."""
    return {
        "ATRAE_DATABASE_URL": f"sqlite:///{directory / 'forms.db'}",
        "ATRAE_SECRET_KEY": SECRET,
        "ATRAE_SUPPRESSION_KEY": SUPPRESSION,
        "ATRAE_SITE_URL": url,
        "ATRAE_PUBLIC_URL": url,
        "ATRAE_MAIL_FROM": "Ana of Example <ana@example.org>",
        "ATRAE_SMTP_URL": "smtp://127.0.0.1:1/",
        "ATRAE_HANDLER_DIR": str(directory / "handler"),
        **more,
    }


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Inbox:
    """A `Deliver` that keeps every mail, as `serve` does."""

    messages: list[EmailMessage] = field(default_factory=list)
    refuse: Callable[[EmailMessage, Permitted], str] | None = None
    """Takes the place of the inbox while it is set."""

    def __call__(self, message: EmailMessage, permitted: Permitted) -> str:
        if self.refuse is not None:
            return self.refuse(message, permitted)
        if not permitted():
            raise WithdrawnError
        self.messages.append(message)
        return "250 kept"

    def wait(self, number: int, seconds: float = 5.0) -> list[EmailMessage]:
        """The mails, as soon as there are `number` of them."""
        until(lambda: len(self.messages) >= number, f"{number} mails", seconds)
        return list(self.messages)


def until(holds: Callable[[], bool], what: str, seconds: float = 5.0) -> None:
    """Wait for something that happens by itself; fail where it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.005)


class PromptServer(uvicorn.Server):
    """A server that stops when it is told to: uvicorn sleeps for tenths of a second first."""

    def stop(self) -> None:
        """End `run`, from another thread."""
        self.should_exit = True
        with suppress(AttributeError, RuntimeError):  # it has not started, or has ended by itself
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(0.002)
        await self.lifespan.shutdown()


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[str]:
    """Serve `app` over real HTTP, in a thread; yields its address."""
    config = uvicorn.Config(
        app,
        port=port,
        access_log=False,
        server_header=False,
        log_config=None,
        lifespan="on",
        # As in production.
        proxy_headers=False,
        http=DeadlineProtocol,
        ws="none",
    )
    server = PromptServer(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the server", 10)
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        thread.join(15)
        assert not thread.is_alive()


@dataclass(kw_only=True)
class World:
    """A running handler, its inbox, and what is known of it."""

    client: httpx.Client
    inbox: Inbox
    settings: Settings
    directory: Path
    catalogue: Catalogue
    declare: Callable[[Catalogue], None]
    """Put another catalogue in the place of the running one."""
    app: Starlette

    @property
    def database(self) -> Path:
        return self.directory / "forms.db"

    def digest(self, purpose: str, language: str = "en") -> str:
        return self.catalogue.wording(purpose, language).digest

    def submit(
        self,
        email: str,
        form: str = "newsletter",
        purposes: tuple[str, ...] = ("newsletter",),
        *,
        language: str = "en",
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """What a browser sends when a visitor presses the button."""
        data = {
            "page": "/articles/one/",
            "language": language,
            "version": self.catalogue.forms[form].version,
            "website": "",
            "email": email,
            "purpose": [self.digest(each, language) for each in purposes],
            **fields,
        }
        return self.client.post(f"/f/{form}", data=data, headers=headers)

    def subscribe(self, email: str, **how: object) -> str:
        """Submit, and answer the link of the confirmation mail (path only)."""
        before = len(self.inbox.messages)
        assert self.submit(email, **how).status_code == 303  # type: ignore[arg-type]
        return link(self.inbox.wait(before + 1)[-1], "confirm")

    def confirmed(self, email: str, **how: object) -> EmailMessage:
        """The whole way; answers the receipt."""
        path = self.subscribe(email, **how)
        before = len(self.inbox.messages)
        assert self.client.post(path, data={"do": "confirm"}).status_code == 303
        return self.inbox.wait(before + 1)[-1]

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the database, beside the handler; each `?` is one of `values`."""
        for number in range(len(values)):
            query = query.replace("?", f":v{number}", 1)
        named = {f"v{number}": value for number, value in enumerate(values)}
        return databases.rows(self.settings.database_url.get_secret_value(), query, **named)

    def kinds(self, email: str) -> list[str]:
        """The kinds of the events of whoever has `email`, in order."""
        query = "select kind from ledger join contact on subject = id where key = ? order by seq"
        return [str(kind) for (kind,) in self.rows(query, email)]

    def settled(self) -> None:
        """Wait until what became of each mail is on record: that follows upon its arrival."""
        query = "select count(*) from outbox where state in ('waiting', 'claimed')"
        until(lambda: self.rows(query) == [(0,)], "the outbox")

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that the database holds."""
        return databases.dump(self.settings.database_url.get_secret_value())


@contextmanager
def world(
    directory: Path,
    *,
    inbox: Inbox | None = None,
    theme: Pages | None = None,
    pace: Pace | None = None,
    operations: Operations | None = None,
    declared: Catalogue | None = None,
    clock: Callable[[], datetime] = utc_now,
    **settings: str,
) -> Iterator[World]:
    """A handler over real HTTP with an inbox beside it."""
    port, kept = free_port(), inbox or Inbox()
    url = f"http://127.0.0.1:{port}"
    told = read_environment(environment(directory, url, **settings), directory)
    catalogues, shown = [declared or catalogue()], theme or pages()
    file = directory / "guide.pdf"
    file.write_bytes(GUIDE)
    if "ATRAE_DATABASE_URL" not in settings and not (directory / "forms.db").exists():
        databases.copy_empty_sqlite(directory / "forms.db")
    app = create_app(
        told,
        catalogue=lambda: catalogues[-1],
        pages=lambda: shown,
        files=lambda _resource: file,
        deliver=kept,
        clock=clock,
        backoff=QUICK,
        pace=pace,
        operations=operations,
    )
    # Without TLS, no certificates have to be loaded.
    with serving(app, port), httpx.Client(base_url=url, timeout=20, verify=False) as client:
        yield World(
            client=client,
            inbox=kept,
            settings=told,
            directory=directory,
            catalogue=catalogues[0],
            declare=catalogues.append,
            app=app,
        )


def quick() -> Backoff:
    """Patience for tests: the same shape, in milliseconds."""
    short = timedelta(milliseconds=20)
    return replace(
        BACKOFF,
        waits=doubled(short, short * 4, BACKOFF.attempts),
        rest=0,
        wake_delay=short,
        pause=short,
        longest_pause=short * 4,
    )


QUICK = quick()


def link(message: EmailMessage, action: str) -> str:
    """The path of the first link of `action` in a mail's text."""
    part = message.get_body(("plain",))
    assert part is not None
    found = re.search(rf"https?://\S+/{action}/\S+", part.get_content())
    assert found, f"no link to {action} in the mail"
    return urlsplit(found.group()).path


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """One part of a mail, decoded."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
