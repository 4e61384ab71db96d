"""Webhooks as a use of the delivery engine: post events to the owner's other programs.

Requests follow Standard Webhooks 1.0.0: `webhook-id` is the same in every attempt, so a receiver
can recognise repetitions; the signature covers id, time and body.
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from ..declared.canonical import digest_of
from ..permission.ledger import Kind
from ..settings.abuse import read_switch
from ..settings.environment import LOOPBACK
from ..settings.urls import split_url
from ..settings.variables import Variable, Variables, reading
from ..store.queues.lease import Result
from ..store.queues.webhooks import ClaimedWebhook
from ..store.records.writing import Hook, QueueState
from .engine import Backoff, Delayed

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret."""
MAKE_A_SECRET = (
    "make one with: python3 -c 'import base64, secrets; "
    'print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())\''
)
ALL_KINDS = frozenset(kind for kind in Kind if kind.startswith("permission."))
USUAL_KINDS = frozenset(
    {Kind.CONFIRMED, Kind.IMPORTED, Kind.CHANGED, Kind.PAUSED, Kind.WITHDRAWN, Kind.DECLINED}
    | {Kind.COMPLAINED, Kind.BOUNCED, Kind.ERASED}
)
SUFFIXES = ("", *(f"_{number}" for number in range(2, 10)))
SECONDS = 15.0
"""For each step of a request, as the standard advises: up to half a minute in all."""
READ_AT_MOST = 4096
BACKOFF = Backoff(
    waits=tuple(
        timedelta(seconds=seconds)
        for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    ),
    spread=0.25,
    lease=timedelta(minutes=2),
    pause=timedelta(seconds=10),
    rest=0.0,
    idle=timedelta(seconds=10),
)
"""Tries for about three days, as the standard advises."""


def _read_url(url: str) -> str:
    parts = split_url(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("it must be an https:// URL, except on localhost")
    if parts.username or parts.fragment:
        raise ValueError("it must have no user and no fragment")
    return url


def _read_kind(name: str) -> Kind:
    if name not in ALL_KINDS:
        raise ValueError(f"unknown event {name!r}")
    return Kind(name)


def read_secret(text: str) -> bytes:
    """Return the bytes of `whsec_…`. Raises a `ValueError` that does not repeat it."""
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.startswith(PREFIX) or not SHORTEST <= len(secret) <= LONGEST:
        raise ValueError(f"it must be {PREFIX} and {SHORTEST} to {LONGEST} bytes in base64")
    return secret


SECRET = Variable(read_secret, MAKE_A_SECRET, words=tuple, name="SECRET")
KNOWN = f"known are: {', '.join(sorted(ALL_KINDS))}"
EVENTS = Variable(_read_kind, KNOWN, optional=True, words=frozenset, name="EVENTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that events are posted to. Printing it shows neither secret nor address."""

    url: Annotated[str, Variable(_read_url)]
    secrets: Annotated[tuple[bytes, ...], SECRET]
    """All of them sign, so that a receiver can replace one."""
    kinds: Annotated[frozenset[Kind], EVENTS] = USUAL_KINDS
    address: Annotated[bool, Variable(read_switch)] = False
    """Whether requests contain the email address, or only the contact's id."""

    @property
    def id(self) -> str:
        """Name in the database, which does not reveal the URL."""
        return digest_of(self.url)[:16]

    @property
    def hook(self) -> Hook:
        """Which events the store must queue for it."""
        return Hook(endpoint=self.id, kinds=self.kinds)

    def __repr__(self) -> str:
        return f"<Endpoint {self.id}>"


def read_endpoints(variables: Variables) -> tuple[Endpoint, ...]:
    """Read ATRAE_WEBHOOK_URL, _SECRET, _EVENTS and _ADDRESS; `_2` to `_9` after the name add more.

    Raises `SettingsError` with every fault.
    """
    with reading(variables) as environment:
        return tuple(
            Endpoint(**{"url": ""} | environment.read_fields(Endpoint, "ATRAE_WEBHOOK_", suffix))
            for suffix in SUFFIXES
            if environment.variables.get(f"ATRAE_WEBHOOK_URL{suffix}", "").strip()
        )


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return a signature of the standard: `v1,` and the base64 of an HMAC-SHA256."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()


def body_of(claim: ClaimedWebhook, *, address: bool) -> bytes:
    """Return the JSON of an event: ids, and the address if the endpoint wants it."""
    event = claim.event
    data = {"event": event.seq, "digest": event.digest, "contact": event.subject}
    names = ("purpose", "wording", "language", "form", "page", "campaign", "method")
    data |= {name: getattr(event, name) for name in names}
    if address and claim.address:
        data["address"] = claim.address
    payload = {"type": str(event.kind), "timestamp": event.at, "data": data}
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(
    endpoint: Endpoint, claim: ClaimedWebhook, body: bytes, *, now: datetime
) -> dict[str, str]:
    """Return the headers of the standard; the id is the same in every attempt."""
    message_id = f"msg_{digest_of([endpoint.id, claim.event.digest])[:32]}"
    timestamp = int(now.timestamp())
    signatures = [sign(secret, message_id, timestamp, body) for secret in endpoint.secrets]
    return {
        "content-type": "application/json",
        "user-agent": "atrae",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    seconds: float = SECONDS,
) -> int:
    """Send a request without following redirects, and return the status.

    Raises `OSError`, `HTTPException`, or `ValueError` for a host that is no name.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=seconds)) as connection:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        response.read(READ_AT_MOST)
        return response.status


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts events to the endpoints that they are owed to."""

    endpoints: Sequence[Endpoint]
    clock: Callable[[], datetime]
    seconds: float = SECONDS

    def __call__(self, claim: ClaimedWebhook) -> Result | Delayed:
        """Post one event. The reply is a status, or the name of an error."""
        endpoint = next(e for e in self.endpoints if e.id == claim.endpoint)
        body = body_of(claim, address=endpoint.address)
        headers = headers_of(endpoint, claim, body, now=self.clock())
        try:
            status = request("POST", endpoint.url, headers, body, seconds=self.seconds)
        except (OSError, ValueError, http.client.HTTPException) as fault:
            return Delayed(type(fault).__name__)
        if 200 <= status < 300:
            return Result(QueueState.DONE, str(status))
        # With 410 the receiver asks not to be called again, and the standard says to heed it.
        return Result(QueueState.FAILED, str(status)) if status == 410 else Delayed(str(status))
