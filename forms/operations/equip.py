"""Equip the handler with what serves the owner's other programs: webhooks and metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from starlette.applications import Starlette

from ..delivery.engine import Backoff, Worker
from ..delivery.webhooks import BACKOFF, Endpoint, WebhookSender, read_endpoints
from ..settings.environment import MAKE_A_KEY, SHORTEST_KEY
from ..settings.variables import Variable, Variables, reading
from ..store.queues.webhooks import ClaimedWebhook, WebhookQueue
from ..store.records.store import Store


def _read_token(text: str) -> str:
    if len(text) < SHORTEST_KEY or not text.isascii() or not text.isprintable():
        raise ValueError(f"it has fewer than {SHORTEST_KEY} characters, or odd ones; {MAKE_A_KEY}")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Webhooks and metrics that the owner wants; by default none."""

    endpoints: tuple[Endpoint, ...] = ()
    backoff: Backoff = BACKOFF
    """Of the webhooks."""
    metrics: bool = False
    metrics_token: Annotated[str, Variable(_read_token)] = field(default="", repr=False)


def read_operations(variables: Variables) -> Operations:
    """Read the settings of webhooks and metrics. Raises `SettingsError` with every fault."""
    with reading(variables) as environment:
        fields = environment.read_fields(Operations)
        return Operations(endpoints=read_endpoints(environment), metrics=True, **fields)


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
