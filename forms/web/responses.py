"""Responses (pages, redirects and error pages) and the headers that all of them have."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..catalogue import Catalogue, State, Texts
from ..settings.environment import Settings
from ..store.database.engine import UNAVAILABLE
from .context import Context
from .request_body import RefusalError

log = logging.getLogger("atrae.forms")

SECRET = {"Referrer-Policy": "no-referrer"}
"""Header for pages whose address holds a token, so that no link passes it on."""


@dataclass(frozen=True, slots=True)
class Responder:
    """Makes pages and redirects in one language of the site."""

    context: Context
    catalogue: Catalogue
    language: str

    @classmethod
    def in_language(cls, context: Context, wanted: str, form_id: str = "") -> "Responder":
        """Use `wanted` if the site and the form's purposes have it, else the site's default."""
        catalogue = context.catalogue()
        purposes = catalogue.forms[form_id].purposes if form_id in catalogue.forms else ()
        is_available = (
            wanted in catalogue.languages
            and wanted in catalogue.privacy
            and all(wanted in catalogue.purposes[purpose].wording for purpose in purposes)
        )
        return cls(context, catalogue, wanted if is_available else catalogue.default_language)

    def page(
        self,
        template: str,
        *,
        title: str = "",
        status: int = 200,
        headers: Mapping[str, str] = SECRET,
        **values: object,
    ) -> Response:
        """Return a page of the theme. `title` is the key of its title: `{template}_title` if empty.

        Every template gets the site's title and address, the controller and the privacy notice.
        """
        renderer = self.context.renderer(self.catalogue)
        html = renderer.page(
            f"page/{template}.html",
            self.language,
            renderer.phrases(self.language)(title or f"{template}_title"),
            site=self.text(self.catalogue.title),
            site_url=self.context.settings.site_url,
            controller=self.catalogue.controller,
            privacy=self.context.links.target(self.text(self.catalogue.privacy)),
            **values,
        )
        return HTMLResponse(html, status_code=status, headers=dict(headers))

    def message(self, key: str, *, status: int) -> Response:
        """Return a page that explains a problem and what to do. `key` selects its texts."""
        return self.page("message", title=f"{key}_title", status=status, text=f"{key}_text")

    def see_state(self, state: State, own: Texts | None = None) -> Response:
        """Return a `303` to the theme's page of a state, or to the form's `own` page instead."""
        path = self.text(own or {}) or self.text(self.catalogue.states[state])
        return see_other(self.context.links.target(path))

    def text(self, texts: Texts) -> str:
        """Return the text in this language, else in the site's default, else an empty one."""
        return self.catalogue.text(texts, self.language)


def see_other(url: str) -> Response:
    """Return a `303`, so that reloading the next page doesn't send the form again."""
    return RedirectResponse(url, status_code=303)


def preferred_language(catalogue: Catalogue, accept_language: str) -> str:
    """Return the site's language that the browser prefers (RFC 9110, `Accept-Language`)."""
    preferences: list[tuple[float, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        preferences.append((-weight + position / 1000, tag.lower()))
    for _, tag in sorted(preferences):
        for language in catalogue.languages:
            if language.lower() in (tag, tag.partition("-")[0]):
                return language
    return catalogue.default_language


def security_headers(settings: Settings) -> dict[str, str]:
    """Return the headers of every response."""
    # `form-action` names both hosts, because it applies to redirects too.
    ours = " ".join(dict.fromkeys(("'self'", settings.site_origin, settings.public_origin)))
    policy = {
        "default-src": "'none'",
        "style-src": ours,
        "script-src": ours,
        "font-src": ours,
        "img-src": f"{ours} data:",
        "connect-src": ours,
        "manifest-src": ours,
        "form-action": ours,
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }


class Headers:
    """ASGI middleware that adds `defaults` to responses that don't set these headers themselves."""

    def __init__(self, app: ASGIApp, defaults: Mapping[str, str]) -> None:
        self.app = app
        self.defaults = defaults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and add the headers to the start of an HTTP response."""

        async def with_headers(part: Message) -> None:
            if part["type"] == "http.response.start":
                headers = MutableHeaders(scope=part)
                for name, value in self.defaults.items():
                    headers.setdefault(name, value)
            await send(part)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def exception_handlers(context: Context) -> Mapping[Any, Callable[..., Response]]:
    """Return Starlette's mapping of exceptions to functions that return a page."""
    return {
        HTTPException: partial(_refused, context),
        **dict.fromkeys(UNAVAILABLE, partial(_unavailable, context)),
        Exception: partial(_failed, context),
    }


def _refused(context: Context, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    key = "method" if error.status_code == 405 else "nothing"
    if isinstance(error, RefusalError):
        key = error.detail
    response = _error_page(context, request, key, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _unavailable(context: Context, request: Request, error: Exception) -> Response:
    # Without the traceback, because every request fails while the database is down.
    log.error("the database is unavailable: %s: %s", type(error).__name__, error)
    response = _error_page(context, request, "busy", 503)
    response.headers["Retry-After"] = "30"
    return response


def _failed(context: Context, request: Request, _error: Exception) -> Response:
    # Starlette sends this response outside of the middleware, which adds the headers elsewhere.
    response = _error_page(context, request, "failed", 500)
    for name, value in security_headers(context.settings).items():
        response.headers.setdefault(name, value)
    return response


def _error_page(context: Context, request: Request, key: str, status: int) -> Response:
    try:
        catalogue = context.catalogue()
        language = preferred_language(catalogue, request.headers.get("accept-language", ""))
        return Responder(context, catalogue, language).message(key, status=status)
    except Exception:
        # The same fault may also prevent the error page.
        log.exception("can't show the page %s", key)
        text = "Please try again in a minute.\nInténtalo de nuevo dentro de un minuto.\n"
        return PlainTextResponse(text, status_code=status)
