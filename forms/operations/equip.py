"""Equip the handler with what serves the owner's other programs: webhooks and metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette

from ..delivery.engine import Backoff, Worker
from ..delivery.webhooks import BACKOFF, Endpoint, WebhookSender, read_endpoints
from ..settings.environment import MAKE_A_KEY, SHORTEST_KEY, SettingsError
from ..store.queues.webhooks import ClaimedWebhook, WebhookQueue
from ..store.records.store import Store


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


def webhook_workers(
    operations: Operations, store: Store, clock: Callable[[], datetime]
) -> tuple[Worker[ClaimedWebhook], ...]:
    """Let the store queue webhooks, and return a worker for them if there are endpoints."""
    store.hooks = tuple(endpoint.hook for endpoint in operations.endpoints)
    if not operations.endpoints:
        return ()
    queue = WebhookQueue(store.database, [endpoint.id for endpoint in operations.endpoints])
    sender = WebhookSender(operations.endpoints, clock)
    return (Worker(queue, sender, clock=clock, backoff=operations.backoff),)


def add_metrics(
    app: Starlette, operations: Operations, store: Store, clock: Callable[[], datetime]
) -> None:
    """Count requests, and answer `/metrics`, if that is wanted."""
    if operations.metrics:
        from .metrics import Metrics, MetricsMiddleware

        app.add_middleware(MetricsMiddleware, Metrics(store, clock, token=operations.metrics_token))
