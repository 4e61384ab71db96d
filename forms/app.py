"""The composition root: builds the ASGI application from settings and declarations.

`create_app` takes callables, because production reads `handler/` and `atrae serve` passes what is
being edited.
"""

import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .catalogue import Catalogue, Resource
from .delivery.outbox import Backoff, Worker
from .links.links import Links
from .links.tokens import Tokens
from .mail.compose import Composer
from .mail.smtp import Deliver
from .operations.equip import Operations, equipped
from .operations.periodic import chores_of
from .permission.record import Limits
from .settings.environment import Settings, SettingsError, SuppressionKey
from .site.bundle import BundleError
from .site.reload import Current, Rendering
from .site.templates import Pages
from .store.database.engine import UNAVAILABLE, Database, open_engine
from .store.database.file_lock import LockedError, sole_writer
from .store.database.migrate import SchemaError
from .store.queues.ceiling import ceiling_of
from .store.queues.outbox import Queue
from .store.records.store import Store, WrongKeyError
from .web import guides, optin, preferences, subject_requests
from .web.constant_time import Beat, Bell
from .web.context import Service
from .web.guards import guarded, guards_of
from .web.request_body import RefusalError
from .web.responses import Headers, message, preferred, security_headers
from .web.screening import screen
from .web.screening.blocklist import Blocklist

log = logging.getLogger("atrae.forms")

START_ERRORS = (LockedError, SchemaError, WrongKeyError, BundleError, SettingsError)
"""What may keep a handler from starting; the message of each says what to do."""

PREFIXES = ("/f/", "/me/", "/fresh/", "/confirm/", "/unsubscribe/", "/resource/", "/more/")
PROBES = ("/healthz", "/readyz")
SORRY = "Please try again in a minute.\nInténtalo de nuevo dentro de un minuto.\n"


def owns(path: str) -> bool:
    """Whether the handler answers `path`, where it shares a port with the pages of the site."""
    return path.startswith(PREFIXES) or path in PROBES


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def open_store(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Store:
    """The store of these settings; nothing is asked of the database yet."""
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
    backoff: Backoff | None = None,
    beat: Beat | None = None,
    operations: Operations | None = None,
) -> Starlette:
    """The handler. `catalogue` and `pages` are asked on each request and answer the same object
    until something has changed; `files` says where a gated file lies.

    Its lifespan holds the lock of a SQLite database, brings the tables up to date and runs the
    outbox worker; it raises one of `START_ERRORS` where that cannot be.
    """
    store, tokens = open_store(settings, clock), Tokens(settings.keys)
    current, links = Current(catalogue, store, clock), Links(settings, tokens)
    renderer = Rendering(pages)
    worker = Worker(
        Queue(store, ceiling_of(settings, store)),
        Composer(settings, store, links, current, renderer, clock),
        deliver,
        clock=clock,
        backoff=backoff or Backoff(),
        chores=chores_of(settings, store, clock),
    )
    service = Service(
        settings=settings,
        store=store,
        tokens=tokens,
        links=links,
        catalogue=current,
        renderer=renderer,
        files=files,
        clock=clock,
        fresh=lambda: secrets.token_hex(16),
        limits=limits or Limits(),
        wake=worker.wake,
        blocklist=Blocklist(settings.defence),
        bell=Bell(beat or Beat()),
    )
    app = _application(service, partial(_lifespan, settings, store, worker))
    return equipped(app, store, operations, clock=clock)


def routes(service: Service) -> list[Route]:
    """Every address of the handler."""

    def route(path: str, endpoint: Callable[..., object], method: str) -> Route:
        guards = guards_of(path, method)
        return Route(path, guarded(service, guards, endpoint), methods=[method])

    return [
        route("/f/{form}", optin.subscribe, "POST"),
        route("/f/{form}/challenge", screen.challenge, "GET"),
        route("/confirm/{token}", optin.show_confirmation, "GET"),
        route("/confirm/{token}", optin.confirm, "POST"),
        route("/unsubscribe/{token}", optin.show_unsubscribe, "GET"),
        route("/unsubscribe/{token}", optin.unsubscribe, "POST"),
        route("/me/{token}", preferences.show, "GET"),
        route("/me/{token}", preferences.save, "POST"),
        route("/fresh/{token}", subject_requests.show, "GET"),
        route("/fresh/{token}", subject_requests.answer, "POST"),
        route("/resource/{token}/{name}", guides.download, "GET"),
        route("/resource/{token}/{name}", guides.send_again, "POST"),
        route("/more/{token}", guides.show_offers, "GET"),
        route("/more/{token}", guides.take_offer, "POST"),
        route("/healthz", optin.healthy, "GET"),
        route("/readyz", optin.ready, "GET"),
    ]


def _application(
    service: Service, lifespan: Callable[[], AbstractAsyncContextManager[None]]
) -> Starlette:
    return Starlette(
        routes=routes(service),
        middleware=[Middleware(Headers, security_headers(service.settings))],
        exception_handlers={
            RefusalError: partial(_refused, service),
            HTTPException: partial(_refused, service),
            **dict.fromkeys(UNAVAILABLE, partial(_unavailable, service)),
            Exception: partial(_failed, service),
        },
        lifespan=lambda _app: lifespan(),
    )


@asynccontextmanager
async def _lifespan(settings: Settings, store: Store, worker: Worker) -> AsyncIterator[None]:
    with sole_writer(settings.database_url.get_secret_value()):
        try:
            await run_in_threadpool(store.prepare)
            worker.start()
            try:
                yield
            finally:
                await run_in_threadpool(worker.stop)
        finally:
            store.database.close()


def _refused(service: Service, request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RefusalError | HTTPException)
    if isinstance(fault, RefusalError):
        status, key = fault.status, fault.key
    else:
        status, key = fault.status_code, "method" if fault.status_code == 405 else "nothing"
    response = _explained(service, request, key, status)
    response.headers.update(fault.headers or {})
    return response


def _unavailable(service: Service, request: Request, fault: Exception) -> Response:
    # Without its traceback: while a database is away, every request comes by here.
    log.error("the database cannot be used: %s: %s", type(fault).__name__, fault)
    response = _explained(service, request, "busy", 503)
    response.headers["Retry-After"] = "30"
    return response


def _failed(service: Service, request: Request, _fault: Exception) -> Response:
    # It is answered outside of the middleware, so it brings the headers itself.
    response = _explained(service, request, "failed", 500)
    for name, value in security_headers(service.settings).items():
        response.headers.setdefault(name, value)
    return response


def _explained(service: Service, request: Request, key: str, status: int) -> Response:
    try:
        catalogue = service.catalogue()
        language = preferred(catalogue, request.headers.get("accept-language", ""))
        return message(service.renderer(catalogue), language, key, status=status)
    except Exception:
        # The outer edge: what went wrong may be the very thing that would explain it.
        log.exception("the page %s cannot be shown", key)
        return PlainTextResponse(SORRY, status_code=status)
