"""Run the handler in production, with settings from the environment and files of `handler/`."""

import asyncio
import gc
import signal
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from starlette.applications import Starlette

from .app import create_app, open_store
from .mail.smtp import Deliver, smtp_delivery
from .operations.equip import read_operations
from .settings.environment import Settings, read_environment
from .settings.logging import configure
from .settings.variables import reading
from .site.bundle import Bundles
from .store.database.engine import Database, open_engine
from .store.database.file_lock import sole_writer
from .store.database.migrate import migrate
from .web.deadlines import DeadlineProtocol
from .web.request_body import LARGEST_HEAD


def run(environ: Mapping[str, str], directory: Path, *, host: str, port: int) -> None:
    """Serve until a signal arrives. Raises one of `app.START_ERRORS` if it can't start."""
    import uvicorn

    app = _application(environ, directory)
    ready_to_serve()
    uvicorn.run(
        app,
        host=host,
        port=port,
        # An access log would keep the tokens in paths.
        access_log=False,
        server_header=False,
        # `settings.networks` reads the headers of proxies, and only of declared ones.
        proxy_headers=False,
        http=DeadlineProtocol,
        ws="none",
        h11_max_incomplete_event_size=LARGEST_HEAD,
        limit_concurrency=1000,
        timeout_graceful_shutdown=10,
        log_config=None,
    )


def ready_to_serve() -> None:
    """Tune the interpreter for short response times, once everything is loaded."""
    # Threads share one interpreter: responses should not wait long for emails to be composed.
    sys.setswitchinterval(0.001)
    # Scanning the loaded modules for garbage again and again would delay responses.
    gc.collect()
    gc.freeze()


def work(environ: Mapping[str, str], directory: Path) -> None:
    """Deliver emails and webhooks, without serving requests, until a signal arrives.

    Several workers may share PostgreSQL; a SQLite file allows one. Raises the errors of `run`.
    """
    app = _application(environ, directory)

    async def until_a_signal() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        async with app.router.lifespan_context(app):
            await stopped.wait()

    asyncio.run(until_a_signal())


def _application(environ: Mapping[str, str], directory: Path) -> Starlette:
    with reading(environ) as environment:
        configure(environment)
        settings = read_environment(environment, directory)
        operations = read_operations(environment)
    bundles = Bundles(settings.handler_dir)
    bundles.current()
    # Fail here, with one line, rather than in a server that has half started.
    store = open_store(settings)
    with sole_writer(settings.database_url.get_secret_value()), closing(store.database):
        store.prepare()
    return create_app(
        settings,
        catalogue=lambda: bundles.current().catalogue,
        pages=lambda: bundles.current().pages,
        files=bundles.file,
        deliver=_delivery(settings),
        operations=operations,
    )


def _delivery(settings: Settings) -> Deliver:
    deliver = smtp_delivery(settings.smtp_url.get_secret_value())
    if not settings.defence.check_mx:
        return deliver
    from .mail.mx import DomainCheck, with_domain_check

    return with_domain_check(deliver, DomainCheck(settings.mail_domain))


def migrate_database(url: str) -> tuple[str, str]:
    """Migrate the database to this version, and return the versions before and after."""
    with sole_writer(url), closing(Database(open_engine(url))) as database:
        return migrate(database.engine)
