"""The one place where the guards are put together: every route of the handler goes through here.

The order is what each costs. Who knocks too often goes first, before a byte of a body is read;
then whose page sent it; then size, time and kind; then the number of fields.

What is counted with whom: a form with the network that it comes from. A request with a link of a
mail is counted with that link when its signature is ours, and with the network when it is not.
So whoever guesses is slowed down, and nobody is kept from leaving by what others do at the same
provider: the one clicks (RFC 8058) of a large mail service all come from a few networks.

Too much is answered `429` and a page that says when to come back. It is asked before anybody looks
at the form, so it tells nothing of an address. The usual `303` without its effect would tell
nothing either, but it would be untrue: somebody who shares an office with a robot would wait for a
mail that nobody owes them.
"""

import inspect
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..links.tokens import Action, ExpiredError, TokenError
from ..settings.networks import IP, Rate, network_of, visitor
from . import request_body
from .context import Service
from .request_body import ONE_CLICK, RefusalError

log = logging.getLogger("atrae.forms.gate")

OFTEN = "often"
Endpoint = Callable[..., Any]


class Charge(StrEnum):
    """What a request is counted as."""

    FORM = "form"
    LINK = "link"
    LOOK = "look"


RATES = {
    Charge.FORM: Rate(burst=30, per_minute=30),
    # A reader of PDF asks for a file in dozens of parts.
    Charge.LINK: Rate(burst=240, per_minute=120),
    Charge.LOOK: Rate(burst=120, per_minute=120),
}
GUESSES = Rate(burst=30, per_minute=30)
"""Links that are not ours, from one network."""
HINT = "hint"
ONCE_AN_HOUR = Rate(burst=1, per_minute=1 / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What stands before one route."""

    charge: Charge
    action: Action | None
    """Whose tokens stand in its path."""
    form: bool
    has_token: bool
    one_click: bool
    """RFC 8058: a mail program sends this from anywhere. Exempt from the Origin check alone."""


def guards_of(path: str, method: str) -> Guards:
    """The guards of a route, from its path and method alone: none can be forgotten."""
    first, form, has_token = path.split("/")[1], method == "POST", "{token}" in path
    action = Action(first) if has_token and first in set(Action) else None
    charge = Charge.LINK if has_token else Charge.FORM if form else Charge.LOOK
    return Guards(
        charge=charge,
        action=action,
        form=form,
        has_token=has_token,
        one_click=form and first == Action.UNSUBSCRIBE,
    )


def guarded(service: Service, guards: Guards, endpoint: Endpoint) -> Callable[..., Any]:
    """`endpoint(service, request)` behind its guards, as a route takes it."""
    return partial(enter, service, guards, endpoint)


async def enter(service: Service, guards: Guards, endpoint: Endpoint, request: Request) -> Response:
    """Pass every guard, then the endpoint, in a thread where it may block.

    A form is there as `guard.form_of(request)`. Raises `RefusalError` where a guard refuses.
    """
    request_body.check_head(request)
    charge(service, guards, request)
    if guards.form:
        await _take_form(service, guards, request)
    if inspect.iscoroutinefunction(endpoint):
        answer = await endpoint(service, request)
    else:
        answer = await run_in_threadpool(endpoint, service, request)
    assert isinstance(answer, Response)
    return answer


def charge(service: Service, guards: Guards, request: Request) -> None:
    """Count the request with whom it belongs to. Raises `RefusalError` 429 when it is too much."""
    token = request.path_params.get("token", "")
    if guards.has_token and _is_ours(service, guards.action, token):
        # Its digest: what is kept of a link must not be the link.
        kept = sha256(token.encode()).digest()[:16]
        _take(service, (Charge.LINK, kept), RATES[Charge.LINK])
        return
    knocker = knocker_of(service, request)
    if knocker is None:
        return
    rate = GUESSES if guards.has_token else _rate(service, guards.charge)
    if rate is not None:
        _take(service, (guards.charge, network_of(knocker)), rate, nearby=knocker.is_private)


def knocker_of(service: Service, request: Request) -> IP | None:
    """The visitor's address; `None` where it cannot be known.

    A peer on this very machine that is not declared a proxy is one all the same, or it is the
    owner: counting it would make all visitors one.
    """
    if request.client is None:
        return None
    defence = service.settings.defence
    found = visitor(
        request.client.host,
        request.headers.raw,
        defence.trusted_proxies,
        defence.forwarded_header,
    )
    return None if found is None or found.is_loopback else found


async def _take_form(service: Service, guards: Guards, request: Request) -> None:
    content_type = request.headers.get("content-type", "")
    if not guards.one_click:
        request_body.check_origin(request.headers, service.origins, has_token=guards.has_token)
    body = await request_body.read_body(request)
    if guards.one_click:
        if request_body.is_one_click(content_type, body):
            request.state.form = {ONE_CLICK[0]: [ONE_CLICK[1]]}
            return
        request_body.check_origin(request.headers, service.origins, has_token=True)
    most = request_body.MOST_CHOICES if guards.has_token else request_body.MOST_FIELDS
    request.state.form = request_body.read_form(content_type, body, most=most)


def _take(service: Service, key: object, rate: Rate, *, nearby: bool = False) -> None:
    wait = service.buckets.take(key, rate)
    if not wait:
        return
    if nearby and not service.buckets.take(HINT, ONCE_AN_HOUR):
        log.warning(
            "a network of this house knocks too often: is it a proxy? Then declare it in "
            "ATRAE_TRUSTED_PROXIES, or all visitors are counted as one"
        )
    raise RefusalError(429, OFTEN, headers={"Retry-After": str(math.ceil(wait))})


def _rate(service: Service, charge: Charge) -> Rate | None:
    if charge is not Charge.FORM:
        return RATES[charge]
    most = service.settings.defence.submissions_per_minute
    return Rate(burst=most, per_minute=most) if most else None


def _is_ours(service: Service, action: Action | None, token: str) -> bool:
    if action is None:
        return False
    try:
        service.tokens.read(action, token, now=service.clock())
    except ExpiredError:
        return True
    except TokenError:
        return False
    return True
