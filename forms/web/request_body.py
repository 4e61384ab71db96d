"""Checks of a request's size, time, content type, origin and number of fields."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LARGEST_HEAD = 32 * 1024
"""Bytes of all headers: room for the cookies of a whole site, although we read none."""
LARGEST_BODY = 16 * 1024
MOST_FIELDS = 64
MOST_CHOICES = 256
"""Fields of a form behind a link from an email: a person's choices with all topics."""
BODY_SECONDS = 10.0
URLENCODED = "application/x-www-form-urlencoded"


class RefusalError(HTTPException):
    """A refused request. `detail` is the key of the page that explains it."""


def check_head(request: Request) -> None:
    """Check the size of all headers.

    Raises:
        RefusalError: They are too large.
    """
    if sum(len(name) + len(value) for name, value in request.headers.raw) > LARGEST_HEAD:
        raise RefusalError(431, "large")


async def read_body(request: Request) -> bytes:
    """Return the body: at most 16 KiB, within ten seconds.

    Raises:
        RefusalError: It is too large, too slow or incomplete.
    """
    declared = request.headers.get("content-length", "0")
    # Check the number of digits first: Python is slow to read thousands of them.
    if not declared.isdecimal() or len(declared) > 10 or int(declared) > LARGEST_BODY:
        raise RefusalError(413, "large")
    body = bytearray()
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise RefusalError(413, "large")
    except TimeoutError:
        raise RefusalError(408, "slow") from None
    except ClientDisconnect:
        raise RefusalError(400, "broken") from None
    return bytes(body)


def form_of(request: Request) -> dict[str, list[str]]:
    """Return the request's form, which `guards` has read and checked."""
    form: dict[str, list[str]] = request.state.form
    return form


def read_form(content_type: str, body: bytes, *, most: int = MOST_FIELDS) -> dict[str, list[str]]:
    """Return the fields of a URL-encoded body, at most `most`, as name -> values in order.

    Raises:
        RefusalError: The body has another type, too many fields, or isn't UTF-8.
    """
    if kind_of(content_type) != URLENCODED:
        raise RefusalError(415, "type")
    try:
        return parse_qs(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=most
        )
    except ValueError:
        # Invalid UTF-8 or too many fields.
        raise RefusalError(400, "broken") from None


def check_origin(
    headers: Mapping[str, str], allowed: frozenset[str], *, has_token: bool = False
) -> None:
    """Check that no other site's page sent the request. Requests without these headers pass.

    Browsers send `Origin: null` from pages whose referrer policy hides it, such as ours with
    tokens. A valid token is proof enough.

    Raises:
        RefusalError: Another site's page sent it (403).
    """
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    if site == "same-origin" or origin in allowed:
        return
    if origin == "null":
        if has_token or site == "same-site":
            return
    elif not origin and site in ("", "none", "same-site"):
        return
    raise RefusalError(403, "origin")


def kind_of(content_type: str) -> str:
    """Return the media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()
