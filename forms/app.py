"""The composition root: builds the ASGI application from settings and declarations.

`create_app` takes callables, because production reads `handler/` and `atrae serve` passes what is
being edited.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from .catalogue import Catalogue, Resource
from .delivery import email
from .delivery.email import EmailSender
from .delivery.engine import Backoff, Worker
from .errors import SettingsError
from .links.links import Links
from .links.tokens import Tokens
from .mail.compose import Composer
from .mail.smtp import Deliver
from .operations.equip import Operations, add_metrics, webhook_workers
from .operations.periodic import periodic_tasks
from .permission.record import Limits
from .settings.environment import Settings, SuppressionKey
from .site.bundle import BundleError
from .site.reload import CurrentCatalogue, current_renderer
from .site.templates import Pages
from .store.database.engine import Database, open_engine
from .store.database.file_lock import LockedError, sole_writer
from .store.database.migrate import SchemaError
from .store.queues.ceiling import ceiling_of
from .store.queues.outbox import Outbox
from .store.records.store import Store, WrongKeyError
from .web.constant_time import Pace, Pacer
from .web.context import Context
from .web.responses import Headers, exception_handlers, security_headers
from .web.routes import routes
from .web.screening.blocklist import Blocklist

START_ERRORS = (LockedError, SchemaError, WrongKeyError, BundleError, SettingsError)
"""Errors that keep the handler from starting. Each message tells how to fix it."""


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def open_store(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Store:
    """Return the store for these settings. It doesn't connect yet."""
    return Store(
        Database(open_engine(settings.database_url.get_secret_value())),
        key=SuppressionKey(settings.suppression_key.get_secret_value().encode()),
        mail_domain=settings.mail_domain,
        clock=clock,
    )


def create_app(
    settings: Settings,
    *,
    catalogue: Callable[[], Catalogue],
    pages: Callable[[], Pages],
    files: Callable[[Resource], Path | None],
    deliver: Deliver,
    clock: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    backoff: Backoff = email.BACKOFF,
    pace: Pace | None = None,
    operations: Operations | None = None,
) -> Starlette:
    """Return the handler as an ASGI application.

    `catalogue` and `pages` are called on each request and return the same object until something
    changes. `files` returns the path of a gated file.

    Its lifespan holds the lock of a SQLite database, migrates the tables and runs the outbox
    worker. It raises one of `START_ERRORS` if it can't.
    """
    store, links = open_store(settings, clock), Links(settings, Tokens(settings.keys))
    current, renderer = CurrentCatalogue(catalogue, store, clock), current_renderer(pages)
    outbox = Outbox(store, ceiling_of(settings, store))
    composer = Composer(settings, store, links, current, renderer, clock)
    sender = EmailSender(outbox, composer, deliver)
    tasks = periodic_tasks(settings, store, clock)
    worker = Worker(outbox, sender, clock=clock, backoff=backoff, tasks=tasks)
    context = Context(
        settings=settings,
        store=store,
        links=links,
        catalogue=current,
        renderer=renderer,
        files=files,
        clock=clock,
        limits=limits or Limits(),
        wake=worker.wake,
        blocklist=Blocklist(settings.defence),
        pacer=Pacer(pace or Pace()),
    )
    operations = operations or Operations()
    workers: tuple[Worker[Any], ...] = (worker, *webhook_workers(operations, store, clock))
    app = Starlette(
        routes=routes(context),
        middleware=[Middleware(Headers, security_headers(settings))],
        exception_handlers=exception_handlers(context),
        lifespan=lambda _app: _lifespan(settings, store, workers),
    )
    # It would redirect to the host that the request names, before any check.
    app.router.redirect_slashes = False
    add_metrics(app, operations, store, clock)
    return app


@asynccontextmanager
async def _lifespan(
    settings: Settings, store: Store, workers: Sequence[Worker[Any]]
) -> AsyncIterator[None]:
    with sole_writer(settings.database_url.get_secret_value()), closing(store.database):
        await run_in_threadpool(store.prepare)
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            await asyncio.gather(*(run_in_threadpool(worker.stop) for worker in workers))
