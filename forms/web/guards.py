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
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..links.tokens import LINKS, AnyLink, ExpiredError, Link, TokenError, UnsubscribeLink
from ..settings.networks import Network, Rate, network_of, visitor
from . import request_body
from .context import Context
from .request_body import RefusalError

log = logging.getLogger("atrae.forms.gate")

Endpoint = Callable[..., Any]


LINK_RATE = Rate(burst=240, per_minute=120)
"""Limit for one link. A PDF reader requests a file in dozens of parts."""
LOOK_RATE = Rate(burst=120, per_minute=120)
"""Limit for pages without a token, from one network."""
GUESSES = Rate(burst=30, per_minute=30)
"""Limit for links that aren't ours, from one network."""
ONCE_AN_HOUR = Rate(burst=1, per_minute=1 / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteGuards:
    """The checks of one route."""

    link: type[Link] | None
    """Kind of link whose token is in the path."""
    form: bool

    @property
    def one_click(self) -> bool:
        """Whether it accepts RFC 8058's one click, which any program may send from anywhere."""
        return self.form and self.link is UnsubscribeLink


def guards_of(path: str, method: str) -> RouteGuards:
    """Return the checks of a route. They follow from its path and method, so none is missing."""
    link = LINKS[path.split("/")[1]] if "{token}" in path else None
    return RouteGuards(link=link, form=method == "POST")


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
    if guards.link is not None and _is_ours(context, request, guards.link):
        # A digest, because memory must not hold links that work.
        digest = sha256(request.path_params["token"].encode()).digest()[:16]
        _count(context, ("link", digest), LINK_RATE)
        return
    network = _client_network(context, request)
    if network is None:
        return
    if guards.link is not None:
        _count(context, ("link", network), GUESSES, nearby=network.is_private)
    elif not guards.form:
        _count(context, ("look", network), LOOK_RATE, nearby=network.is_private)
    elif most := context.settings.defence.submissions_per_minute:
        rate = Rate(burst=most, per_minute=most)
        _count(context, ("form", network), rate, nearby=network.is_private)


def read_link(
    context: Context, request: Request, link: type[AnyLink], *, expired: str = "expired"
) -> AnyLink:
    """Return the claims of the link that was followed.

    Raises:
        RefusalError: The link isn't ours (404), or is too old: 410, with the texts `expired`.
    """
    claims, is_expired = read_link_of_any_age(context, request, link)
    if is_expired:
        raise RefusalError(410, expired)
    return claims


def read_link_of_any_age(
    context: Context, request: Request, link: type[AnyLink]
) -> tuple[AnyLink, bool]:
    """Return the claims of the link that was followed, and whether it is too old.

    Raises:
        RefusalError: The link isn't ours (404).
    """
    token, is_expired = request.path_params["token"], False
    try:
        claims: Link = context.links.tokens.read(link, token, now=context.clock())
    except ExpiredError as error:
        claims, is_expired = error.link, True
    except TokenError:
        raise RefusalError(404, "token") from None
    assert isinstance(claims, link)
    return claims, is_expired


def _is_ours(context: Context, request: Request, link: type[Link]) -> bool:
    try:
        read_link_of_any_age(context, request, link)
    except RefusalError:
        return False
    return True


def _client_network(context: Context, request: Request) -> Network | None:
    if request.client is None:
        return None
    host, defence = request.client.host, context.settings.defence
    proxies, header = defence.trusted_proxies, defence.forwarded_header
    address = visitor(host, request.headers.raw, proxies, header)
    # A peer on this machine is an undeclared proxy or the owner: counting it would count all
    # visitors as one.
    return None if address is None or address.is_loopback else network_of(address)


async def _read_form(context: Context, guards: RouteGuards, request: Request) -> None:
    headers, has_token = request.headers, guards.link is not None
    content_type = headers.get("content-type", "")
    origins = frozenset({context.settings.site_origin, context.settings.public_origin})
    if not guards.one_click:
        request_body.check_origin(headers, origins, has_token=has_token)
    most = request_body.MOST_CHOICES if has_token else request_body.MOST_FIELDS
    request.state.form = {}
    try:
        body = await request_body.read_body(request)
        request.state.form = request_body.read_form(content_type, body, most=most)
    except RefusalError:
        # The token alone asks for it: whoever wants to leave does, whatever the program sent.
        if not (guards.one_click and _is_ours(context, request, UnsubscribeLink)):
            raise


def _count(context: Context, key: object, rate: Rate, *, nearby: bool = False) -> None:
    wait = context.buckets.take(key, rate)
    if not wait:
        return
    if nearby and not context.buckets.take("hint", ONCE_AN_HOUR):
        log.warning(
            "too many requests from a private network. If it is a proxy, add it to "
            "ATRAE_TRUSTED_PROXIES: until then all visitors are counted as one"
        )
    raise RefusalError(429, "often", headers={"Retry-After": str(math.ceil(wait))})
