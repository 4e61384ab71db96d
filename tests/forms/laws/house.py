"""The handler without a network: its application, its outbox worker, and a clock that we turn.

What is asked goes through every guard and route, as from outside; what is mailed is composed as in
production. Only the sockets are left out, so that a hundred thousand steps take minutes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from forms.app import Beat, Permitted, WithdrawnError, create_app, read_environment
from forms.compose import Composer
from forms.outbox import Backoff, Worker
from forms.service import Service
from forms.store.queue import Queue
from forms.store.store import Store

from ..declared import NOW, catalogue, pages
from ..world import environment

URL = "http://127.0.0.1"
BACKOFF = replace(Backoff(), first=timedelta(seconds=30))
CATALOGUE, PAGES = catalogue(), pages()
AT_ONCE = Beat(first=0.0, step=0.0001)


class CrashError(BaseException):
    """What nothing catches: the process ends in the middle of a mail."""


@dataclass(kw_only=True)
class House:
    """A handler in this process."""

    app: Starlette
    portal: BlockingPortal
    store: Store
    now: datetime = NOW
    deliver: Callable[[EmailMessage, Permitted], str] | None = None
    worker: Worker = field(init=False)

    def send(self, method: str, path: str, form: Mapping[str, object] | None = None) -> int:
        """One request; the status of its answer."""
        return self.portal.call(self._ask, method, path, form)

    def send_at_once(self, number: int, path: str, form: Mapping[str, object]) -> list[int]:
        """The same form as often, all under way together."""
        calls = [self.portal.start_task_soon(self._ask, "POST", path, form) for _ in range(number)]
        return [call.result() for call in calls]

    def subscribe_form(
        self, email: str, purposes: Sequence[str], form: str, *, trapped: bool
    ) -> dict[str, object]:
        """What a browser sends."""
        return {
            "page": "/articles/one/",
            "language": "en",
            "version": CATALOGUE.forms[form].version,
            "website": "x" if trapped else "",
            "email": email,
            "purpose": [CATALOGUE.wording(each, "en").digest for each in purposes],
        }

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with self.store.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def hand_over(self, message: EmailMessage, permitted: Permitted) -> str:
        """What the worker calls: whatever the test has put there."""
        if self.deliver is not None:
            return self.deliver(message, permitted)
        if not permitted():
            raise WithdrawnError
        return "250 ok"

    async def _ask(self, method: str, path: str, form: Mapping[str, object] | None) -> int:
        body = urlencode(form or {}, doseq=True).encode()
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        status: list[int] = []

        async def receive() -> dict[str, object]:
            return parts.pop() if parts else {"type": "http.disconnect"}

        async def send(part: Mapping[str, Any]) -> None:
            if part["type"] == "http.response.start":
                status.append(part["status"])

        headers = [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        await self.app(scope, receive, send)  # type: ignore[arg-type]
        return status[0]


@contextmanager
def house(url: str, directory: Path) -> Iterator[House]:
    """Open a handler on the database at `url`."""
    told = environment(directory, URL, ATRAE_DATABASE_URL=url, ATRAE_CONFIRMATIONS_PER_HOUR="0")
    settings = read_environment(told, directory)
    made: House
    app = create_app(
        settings,
        catalogue=lambda: CATALOGUE,
        pages=lambda: PAGES,
        files=lambda _resource: None,
        deliver=lambda _message, _permitted: "never asked: the worker of the test delivers",
        clock=lambda: made.now,
        beat=AT_ONCE,
    )
    service = service_of(app)
    store = service.store
    store.prepare()
    store.load(CATALOGUE, now=NOW)
    try:
        with start_blocking_portal() as portal:
            made = House(app=app, portal=portal, store=store)
            compose = Composer(
                settings,
                store,
                service.links,
                service.catalogue,
                service.renderer,
                service.clock,
            )
            made.worker = Worker(
                Queue(store),
                compose,
                made.hand_over,
                clock=service.clock,
                backoff=BACKOFF,
                chance=lambda: 0.5,
            )
            yield made
    finally:
        store.database.close()


def service_of(app: Starlette) -> Service:
    """What the handlers of `app` work with: it is the first argument of what its routes lead to."""
    (service,) = {
        part
        for route in app.routes
        if isinstance(route, Route) and isinstance(route.endpoint, partial)
        for part in route.endpoint.args
        if isinstance(part, Service)
    }
    return service
