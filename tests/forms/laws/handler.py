"""The handler without a network: its application, its outbox worker, and a clock that we turn.

What is asked goes through every guard and route, as from outside; what is mailed is composed as in
production. Only the sockets are left out, so that a hundred thousand steps take minutes.
"""

import json
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import psycopg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import PoolProxiedConnection
from starlette.applications import Starlette
from starlette.routing import Route

from forms.app import create_app
from forms.declared.canonical import Json, canonical_json
from forms.delivery.email import BACKOFF, EmailSender
from forms.delivery.engine import Worker
from forms.mail.compose import Composer
from forms.mail.smtp import Permitted, WithdrawnError
from forms.settings.environment import read_environment
from forms.store.queues.ceiling import Ceiling
from forms.store.queues.outbox import ClaimedEmail, Outbox
from forms.store.records.store import Store
from forms.web.constant_time import Pace
from forms.web.context import Context
from forms.web.screening.proof_of_work import PREFIX, derive_key

from ..declared import NOW, catalogue, pages
from ..world import environment
from .emptied import emptied

URL = "http://127.0.0.1"
CATALOGUE, PAGES = catalogue(), pages()
WORKING = CATALOGUE.model_copy(update={"solver": "/solver.js"})
"""The same site, when it asks for a proof of work."""
CHEAP = patch("forms.web.screening.proof_of_work.COST", 1)
"""The same sum, solved in a millisecond instead of half a second."""
AT_ONCE = Pace(first=0.0, step=0.0001)


class CrashError(BaseException):
    """What nothing catches: the process ends in the middle of a mail."""


@dataclass(kw_only=True)
class House:
    """A handler in this process."""

    app: Starlette
    portal: BlockingPortal
    service: Context
    compose: Composer
    asking: PoolProxiedConnection
    now: datetime = NOW
    works: bool = False
    """Whether the forms ask for a proof of work."""
    deliver: Callable[[EmailMessage, Permitted], str] | None = None
    worker: Worker[ClaimedEmail] = field(init=False)

    @property
    def store(self) -> Store:
        return self.service.store

    def begin(self, *, ceiling: int = 0, works: bool = False) -> None:
        """As on the first day, with `ceiling` confirmations an hour (0: as many as are asked for):
        nothing is on record, and what is random comes in the same order as always."""
        self.now, self.works, self.deliver = NOW, works, None
        chance = random.Random(7)
        self.store.new_id = lambda: f"{chance.getrandbits(128):032x}"
        emptied(self.store.database.engine)
        self.open(ceiling=ceiling)

    def open(self, *, ceiling: int = 0) -> None:
        """Whatever is on record already."""
        self.store.add_catalogue(CATALOGUE, now=NOW)
        outbox = Outbox(self.store, Ceiling(self.store, most=ceiling))
        self.worker = Worker(
            outbox,
            EmailSender(outbox, self.compose, self.hand_over),
            clock=self.service.clock,
            backoff=BACKOFF,
            chance=lambda: 0.5,
        )

    def send(self, method: str, path: str, form: Mapping[str, object] | None = None) -> int:
        """One request; the status of its answer."""
        return self.portal.call(self._ask, method, path, form)[0]

    def asked_again(self, path: str, form: Mapping[str, object]) -> str:
        """The same, where the form comes back: where it is to be sent after a few seconds."""
        status, page = self.portal.call(self._ask, "POST", path, form)
        found = re.search(r'action="[^"]*(\?shown=[^"]+)"', page)
        assert status == 422
        assert found is not None
        return f"{path}{found[1]}"

    def send_at_once(self, number: int, path: str, form: Mapping[str, object]) -> list[int]:
        """The same form as often, all under way together."""
        calls = [self.portal.start_task_soon(self._ask, "POST", path, form) for _ in range(number)]
        return [call.result()[0] for call in calls]

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

    def solved(self, form: str) -> str:
        """The solution of a new challenge for `form`, as a browser sends it."""
        status, told = self.portal.call(self._ask, "GET", f"/f/{form}/challenge", None)
        assert status == 200
        made = json.loads(told)
        keys = ((each, derive_key(made["parameters"], each).hex()) for each in count())
        counter, key = next((n, key) for n, key in keys if key.startswith(PREFIX))
        solution: dict[str, Json] = {"counter": counter, "derivedKey": key}
        return b64encode(canonical_json({"challenge": made, "solution": solution})).decode()

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the database, on a connection of our own; parameters are spelled `:name`."""
        if self.store.database.engine.dialect.name == "postgresql":
            query = re.sub(r":(\w+)", r"%(\1)s", query)
        try:
            return self._rows(query, values)
        except psycopg.OperationalError:
            # The server was away in the meantime.
            self.asking.invalidate()
            self.asking = asking_at_once(self.store)
            return self._rows(query, values)

    def _rows(self, query: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        cursor = self.asking.cursor()
        # Without values, `%` is no placeholder.
        cursor.execute(query, values) if values else cursor.execute(query)
        found = [tuple(row) for row in cursor.fetchall()]
        cursor.close()
        return found

    def hand_over(self, message: EmailMessage, permitted: Permitted) -> str:
        """What the worker calls: whatever the test has put there."""
        if self.deliver is not None:
            return self.deliver(message, permitted)
        if not permitted():
            raise WithdrawnError
        return "250 ok"

    async def _ask(
        self, method: str, path: str, form: Mapping[str, object] | None
    ) -> tuple[int, str]:
        path, _, query = path.partition("?")
        body = urlencode(form or {}, doseq=True).encode()
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        status: list[int] = []
        page: list[bytes] = []

        async def receive() -> dict[str, object]:
            return parts.pop() if parts else {"type": "http.disconnect"}

        async def send(part: Mapping[str, Any]) -> None:
            if part["type"] == "http.response.start":
                status.append(part["status"])
            page.append(part.get("body", b""))

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
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        await self.app(scope, receive, send)
        return status[0], b"".join(page).decode()


@contextmanager
def house(url: str, directory: Path) -> Iterator[House]:
    """Open a handler on the database at `url`."""
    told = environment(directory, URL, ATRAE_DATABASE_URL=url, ATRAE_CONFIRMATIONS_PER_HOUR="0")
    settings = read_environment(told, directory)
    made: House
    app = create_app(
        settings,
        catalogue=lambda: WORKING if made.works else CATALOGUE,
        pages=lambda: PAGES,
        files=lambda _resource: None,
        deliver=lambda _message, _permitted: "never asked: the worker of the test delivers",
        clock=lambda: made.now,
        pace=AT_ONCE,
    )
    service = service_of(app)
    # How often one may knock in a real minute is tested elsewhere; here every knock is a minute
    # after the last, or what a history may do would depend on the one before it.
    service.buckets.clock = partial(next, count(step=60.0))
    store = service.store
    compose = Composer(
        settings, store, service.links, service.catalogue, service.renderer, service.clock
    )
    try:
        with CHEAP, start_blocking_portal() as portal:
            asking = asking_at_once(store)
            made = House(app=app, portal=portal, service=service, compose=compose, asking=asking)
            store.prepare()
            made.open()
            yield made
            made.asking.close()
    finally:
        store.database.close()


def asking_at_once(store: Store) -> PoolProxiedConnection:
    """A connection on which every question sees what is committed by then."""
    connection = store.database.engine.raw_connection()
    driver = connection.driver_connection
    # On SQLite that is so already.
    if isinstance(driver, psycopg.Connection):
        driver.autocommit = True
    return connection


def service_of(app: Starlette) -> Context:
    """What the handlers of `app` work with: it is the first argument of what its routes lead to."""
    (service,) = {
        part
        for route in app.routes
        if isinstance(route, Route) and isinstance(route.endpoint, partial)
        for part in route.endpoint.args
        if isinstance(part, Context)
    }
    return service
