"""Metrics for Prometheus at `GET /metrics`: numbers only, nothing personal.

If `ATRAE_METRICS_TOKEN` is set, it is required as a bearer token. Otherwise only this machine gets
an answer: from a loopback address, for a loopback host, and not through a proxy.
"""

import hmac
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings.environment import LOOPBACK
from ..settings.networks import read_address
from ..store.database.engine import UNAVAILABLE
from ..store.records.store import Store
from ..store.upkeep.counts import count_work

PATH = "/metrics"
ROUTES = frozenset({"f", "confirm", "unsubscribe", "me", "fresh", "resource", "healthz", "readyz"})
"""First parts of the paths; the rest may be a token."""
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics(Collector):
    """Metrics of this process and of the database."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, token: str) -> None:
        self.store = store
        self.clock = clock
        self.token = token
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "atrae_requests", "Responses.", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "atrae_request_seconds",
            "From the first byte of a request to the last of its response.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the counts of the database, or that it is away; called for each response."""
        up = GaugeMetricFamily("atrae_database_up", "1 if the database is available.")
        try:
            with self.store.database.reading() as connection:
                counts = count_work(connection, now=self.clock())
        except UNAVAILABLE:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        for name, title, by_state in (
            ("atrae_outbox_mails", "Emails that wait or have failed.", counts.mails),
            ("atrae_webhooks", "Webhooks that wait or have failed.", counts.webhooks),
        ):
            family = GaugeMetricFamily(name, title, labels=["state"])
            for state, number in sorted(by_state.items()):
                family.add_metric([state], number)
            yield family
        yield GaugeMetricFamily(
            "atrae_outbox_overdue_seconds", "How long the first email is overdue.", counts.overdue
        )
        yield CounterMetricFamily("atrae_events", "Events in the ledger.", counts.events)

    def may_see(self, scope: Scope) -> bool:
        """Return whether the client may read the metrics; compares the token in constant time."""
        headers = Headers(scope=scope)
        if self.token:
            credentials = headers.get("authorization", "")
            return hmac.compare_digest(credentials.encode(), f"Bearer {self.token}".encode())
        proxied = any(
            name.startswith(("x-forwarded", "forwarded", "x-real-ip")) for name in headers
        )
        peer = read_address((scope.get("client") or ("",))[0])
        host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
        return not proxied and bool(peer and peer.is_loopback) and host in LOOPBACK

    async def respond(self, scope: Scope) -> Response:
        """Return the metrics, or 404 to clients that may not read them."""
        if scope["method"] not in ("GET", "HEAD") or not self.may_see(scope):
            return PlainTextResponse("Not Found\n", status_code=404)
        page = await run_in_threadpool(generate_latest, self.registry)
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        first = scope["path"].split("/")[1]
        route = f"/{first}" if first in ROUTES else "other"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)


class MetricsMiddleware:
    """ASGI middleware that counts requests and answers `/metrics`."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or count one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] == PATH:
            response = await self.metrics.respond(scope)
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Content-Type-Options"] = "nosniff"
            await response(scope, receive, send)
            return
        started, statuses = time.perf_counter(), list[int]()

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            status = statuses[0] if statuses else 499
            self.metrics.count(scope, status, time.perf_counter() - started)
