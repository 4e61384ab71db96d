"""Equip the handler with what serves the owner's other programs: webhooks and metrics."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from ..delivery.engine import Backoff, Worker
from ..delivery.webhooks import BACKOFF, Endpoint, WebhookSender, read_endpoints
from ..settings.environment import MAKE_A_KEY, SHORTEST_KEY, SettingsError
from ..store.queues.webhooks import ClaimedWebhook
from ..store.records.store import Store

STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Webhooks and metrics that the owner wants; by default none."""

    endpoints: tuple[Endpoint, ...] = ()
    backoff: Backoff = BACKOFF
    """Of the webhooks."""
    metrics: bool = False
    metrics_token: str = field(default="", repr=False)


def read_operations(environ: Mapping[str, str]) -> Operations:
    """Read the settings of webhooks and metrics. Raises `SettingsError` with every fault."""
    faults: list[str] = []
    endpoints: tuple[Endpoint, ...] = ()
    try:
        endpoints = read_endpoints(environ)
    except SettingsError as fault:
        faults += fault.faults
    token = environ.get("ATRAE_METRICS_TOKEN", "").strip()
    if token and (len(token) < SHORTEST_KEY or not token.isascii() or not token.isprintable()):
        faults.append(
            f"ATRAE_METRICS_TOKEN has fewer than {SHORTEST_KEY} characters, or odd ones; "
            f"{MAKE_A_KEY}"
        )
    if faults:
        raise SettingsError(tuple(faults))
    return Operations(endpoints=endpoints, metrics=True, metrics_token=token)


def with_operations(
    app: Starlette, store: Store, operations: Operations | None, *, clock: Callable[[], datetime]
) -> Starlette:
    """Return `app` with a worker for its webhooks, and with metrics if they are wanted."""
    if operations is None:
        return app
    store.hooks = tuple(endpoint.hook for endpoint in operations.endpoints)
    if operations.endpoints:
        sender = WebhookSender(store.database, operations.endpoints, clock=clock)
        _run_beside(app, Worker(sender, clock=clock, backoff=operations.backoff))
    if operations.metrics:
        from .metrics import Metrics, MetricsMiddleware

        app.add_middleware(MetricsMiddleware, Metrics(store, clock, token=operations.metrics_token))
    return app


def _run_beside(app: Starlette, worker: Worker[ClaimedWebhook]) -> None:
    """Run the worker while the application runs, inside its lifespan."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with inner(served) as state:
            worker.start()
            try:
                yield state
            finally:
                await run_in_threadpool(worker.stop, STOP_SECONDS)

    app.router.lifespan_context = lifespan
