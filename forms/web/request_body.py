"""The gate: what is refused before anybody reads it. Size, time, kind, origin, number of fields."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import anyio
from starlette.requests import ClientDisconnect, Request

LARGEST_HEAD = 32 * 1024
"""Octets in all headers: room for the cookies of a whole site, of which we read none."""
LARGEST_BODY = 16 * 1024
MOST_FIELDS = 64
MOST_CHOICES = 256
"""Fields of a form that a link of a mail leads to: the choices, with all their topics."""
BODY_SECONDS = 10.0
URLENCODED = "application/x-www-form-urlencoded"
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""The name and the value that RFC 8058 has mail programs send."""
BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})', re.IGNORECASE)
NAMED_ONE_CLICK = re.compile(
    rb'(?:^|\r\n)content-disposition:[^\r\n]{0,200};[ \t]*name="?List-Unsubscribe"?', re.IGNORECASE
)


class RefusalError(Exception):
    """The request goes no further: `status`, and the key of the page that says why."""

    def __init__(self, status: int, key: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {key}")
        self.status = status
        self.key = key
        self.headers = dict(headers or {})


def check_head(request: Request) -> None:
    """Refuse headers that are too large in all. Raises `RefusalError`."""
    if sum(len(name) + len(value) for name, value in request.headers.raw) > LARGEST_HEAD:
        raise RefusalError(431, "large")


async def read_body(request: Request) -> bytes:
    """At most 16 KiB, within ten seconds. Raises `RefusalError`. It may be asked for again."""
    if isinstance(kept := getattr(request.state, "body", None), bytes):
        return kept
    declared = request.headers.get("content-length", "0")
    # The length first: a number of thousands of digits is not worth being read.
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
    request.state.body = bytes(body)
    return bytes(body)


def form_of(request: Request) -> dict[str, list[str]]:
    """The form that came with a request, as the gate has read and passed it."""
    form: dict[str, list[str]] = request.state.form
    return form


def read_form(content_type: str, body: bytes, *, most: int = MOST_FIELDS) -> dict[str, list[str]]:
    """The fields of an urlencoded body, at most `most`: name -> values, in order. Raises
    `RefusalError`."""
    if kind_of(content_type) != URLENCODED:
        raise RefusalError(415, "type")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=most,
        )
    except ValueError:
        # Bad UTF-8 is one, too many fields is the other.
        raise RefusalError(400, "broken") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def check_origin(
    headers: Mapping[str, str], allowed: frozenset[str], *, has_token: bool = False
) -> None:
    """Refuse what another site's page sent. No header at all is no browser, and allowed.

    A browser sends `Origin: null` from a page whose referrer policy hides it, ours with tokens
    among them; whoever holds a token needs no other proof.
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


def is_one_click(content_type: str, body: bytes) -> bool:
    """Whether a mail program sends RFC 8058's one click, in either of the encodings it may use."""
    if kind_of(content_type) == URLENCODED:
        return read_form(content_type, body, most=MOST_CHOICES).get(ONE_CLICK[0]) == [ONE_CLICK[1]]
    if kind_of(content_type) != "multipart/form-data":
        return False
    found = BOUNDARY.search(content_type)
    if found is None:
        return False
    # Not `email.parser`: what is nested a thousand deep is not worth the time that it takes.
    parts = (part.partition(b"\r\n\r\n") for part in body.split(b"--" + found[1].encode("latin-1")))
    return any(
        NAMED_ONE_CLICK.search(head) is not None and content.strip() == ONE_CLICK[1].encode()
        for head, _, content in parts
    )


def kind_of(content_type: str) -> str:
    """The media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()
