"""What the owner's other programs have to do with the handler: webhooks and metrics."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from ..delivery.webhooks import Courier, Endpoint, read_endpoints
from ..settings.environment import MAKE_A_KEY, SHORTEST_KEY, SettingsError
from ..store.queues.webhooks import HookQueue
from ..store.records.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Without anything: nobody is told, and nothing is counted."""

    endpoints: tuple[Endpoint, ...] = ()
    metrics: bool = False
    metrics_token: str = field(default="", repr=False)


def read_operations(environ: Mapping[str, str]) -> Operations:
    """As the environment says. Raises `SettingsError` with every fault."""
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


def equipped(
    app: Starlette, store: Store, operations: Operations | None, *, clock: Callable[[], datetime]
) -> Starlette:
    """The application with a courier for its webhooks, and counted where that is wanted."""
    if operations is None:
        return app
    store.hooks = tuple(endpoint.hook for endpoint in operations.endpoints)
    if operations.endpoints:
        courier = Courier(HookQueue(store.database), operations.endpoints, clock=clock)
        _beside(app, courier)
    if operations.metrics:
        from .metrics import Measured, Metrics

        app.add_middleware(Measured, Metrics(store, clock, token=operations.metrics_token))
    return app


def _beside(app: Starlette, courier: Courier) -> None:
    """Let the courier work while the application does, inside of its lifespan."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with inner(served) as state:
            courier.start()
            try:
                yield state
            finally:
                await run_in_threadpool(courier.stop)

    app.router.lifespan_context = lifespan
