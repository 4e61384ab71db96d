"""The checks that every request passes before its route.

The cheapest check comes first: the rate limit, before any byte of the body is read; then the
origin; then size, time and content type; then the number of fields.

The rate limit counts a form for the client's network. It counts a link from an email for that link
if its signature is ours, else for the network. So guessing is slow, and nobody's unsubscription is
blocked by others at the same provider: the one-click requests (RFC 8058) of a large email service
all come from a few networks.

Above the limit the response is a `429` with a page that tells when to try again. The check comes
before the form is read, so it reveals nothing about an address. The usual `303` without an effect
would mislead people who share a network with a bot: they would wait for an email that never comes.
"""

import inspect
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..links.tokens import LINKS, AnyLink, ExpiredError, Link, TokenError, UnsubscribeLink
from ..settings.networks import Network, Rate, network_of, visitor
from . import request_body
from .context import Context
from .request_body import ONE_CLICK, RefusalError

log = logging.getLogger("atrae.forms.gate")

Endpoint = Callable[..., Any]


class Charge(StrEnum):
    """The rate limit that counts a request."""

    FORM = "form"
    LINK = "link"
    LOOK = "look"


RATES = {
    Charge.FORM: Rate(burst=30, per_minute=30),
    # A PDF reader requests a file in dozens of parts.
    Charge.LINK: Rate(burst=240, per_minute=120),
    Charge.LOOK: Rate(burst=120, per_minute=120),
}
GUESSES = Rate(burst=30, per_minute=30)
"""Limit for links that aren't ours, from one network."""
HINT = "hint"
ONCE_AN_HOUR = Rate(burst=1, per_minute=1 / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteGuards:
    """The checks of one route."""

    charge: Charge
    link: type[Link] | None
    """Kind of link whose token is in the path."""
    form: bool
    has_token: bool
    one_click: bool
    """It accepts RFC 8058's one click, which is exempt from the check of the origin only."""


def guards_of(path: str, method: str) -> RouteGuards:
    """Return the checks of a route. They follow from its path and method, so none is missing."""
    first, form, has_token = path.split("/")[1], method == "POST", "{token}" in path
    charge = Charge.LINK if has_token else Charge.FORM if form else Charge.LOOK
    return RouteGuards(
        charge=charge,
        link=LINKS.get(first) if has_token else None,
        form=form,
        has_token=has_token,
        one_click=form and first == UnsubscribeLink.action,
    )


async def guarded_call(
    context: Context, guards: RouteGuards, endpoint: Endpoint, request: Request
) -> Response:
    """Run every check and then the endpoint, in a thread if it may block.

    The endpoint gets the form from `request_body.form_of(request)`.

    Raises:
        RefusalError: A check failed.
    """
    request_body.check_head(request)
    charge(context, guards, request)
    if guards.form:
        await _read_form(context, guards, request)
    if inspect.iscoroutinefunction(endpoint):
        response = await endpoint(context, request)
    else:
        response = await run_in_threadpool(endpoint, context, request)
    assert isinstance(response, Response)
    return response


def charge(context: Context, guards: RouteGuards, request: Request) -> None:
    """Count the request for its link or network.

    Raises:
        RefusalError: There were too many (429).
    """
    token = request.path_params.get("token", "")
    if guards.has_token and _is_ours(context, guards.link, token):
        # A digest, because memory must not hold links that work.
        digest = sha256(token.encode()).digest()[:16]
        _count(context, (Charge.LINK, digest), RATES[Charge.LINK])
        return
    network = client_network(context, request)
    if network is None:
        return
    rate = GUESSES if guards.has_token else _rate(context, guards.charge)
    if rate is not None:
        _count(context, (guards.charge, network), rate, nearby=network.is_private)


def client_network(context: Context, request: Request) -> Network | None:
    """Return the visitor's network; `None` if it is unknown.

    A peer on this machine is an undeclared proxy or the owner: counting it would count all visitors
    as one.
    """
    if request.client is None:
        return None
    defence = context.settings.defence
    address = visitor(
        request.client.host,
        request.headers.raw,
        defence.trusted_proxies,
        defence.forwarded_header,
    )
    return None if address is None or address.is_loopback else network_of(address)


def read_link(
    context: Context, request: Request, link: type[AnyLink], *, expired: str = "expired"
) -> AnyLink:
    """Return the claims of the link that was followed.

    Raises:
        RefusalError: The link isn't ours (404), or is too old: 410, with the texts `expired`.
    """
    try:
        return context.tokens.read(link, request.path_params["token"], now=context.clock())
    except ExpiredError:
        raise RefusalError(410, expired) from None
    except TokenError:
        raise RefusalError(404, "token") from None


async def _read_form(context: Context, guards: RouteGuards, request: Request) -> None:
    content_type = request.headers.get("content-type", "")
    if not guards.one_click:
        request_body.check_origin(request.headers, context.origins, has_token=guards.has_token)
    body = await request_body.read_body(request)
    if guards.one_click:
        if request_body.is_one_click(content_type, body):
            request.state.form = {ONE_CLICK[0]: [ONE_CLICK[1]]}
            return
        request_body.check_origin(request.headers, context.origins, has_token=True)
    most = request_body.MOST_CHOICES if guards.has_token else request_body.MOST_FIELDS
    request.state.form = request_body.read_form(content_type, body, most=most)


def _count(context: Context, key: object, rate: Rate, *, nearby: bool = False) -> None:
    wait = context.buckets.take(key, rate)
    if not wait:
        return
    if nearby and not context.buckets.take(HINT, ONCE_AN_HOUR):
        log.warning(
            "too many requests from a private network. If it is a proxy, add it to "
            "ATRAE_TRUSTED_PROXIES: until then all visitors are counted as one"
        )
    raise RefusalError(429, "often", headers={"Retry-After": str(math.ceil(wait))})


def _rate(context: Context, charge: Charge) -> Rate | None:
    if charge is not Charge.FORM:
        return RATES[charge]
    most = context.settings.defence.submissions_per_minute
    return Rate(burst=most, per_minute=most) if most else None


def _is_ours(context: Context, link: type[Link] | None, token: str) -> bool:
    if link is None:
        return False
    try:
        context.tokens.read(link, token, now=context.clock())
    except ExpiredError:
        return True
    except TokenError:
        return False
    return True
