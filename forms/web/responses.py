"""Answers: a page, a message page, a redirect; and the headers that every one of them has."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..catalogue import Catalogue, Form
from ..settings.environment import Settings
from ..site.templates import Renderer

SECRET = {"Referrer-Policy": "no-referrer"}
"""For pages whose address holds a token: it must not travel on."""


def page(
    renderer: Renderer,
    template: str,
    language: str,
    title: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response:
    """A page of the theme; `title` is the key of its title."""
    words = renderer.phrases(language)(title)
    html = renderer.page(template, language, words, **context)
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


def message(renderer: Renderer, language: str, key: str, *, status: int) -> Response:
    """A page that says what is the matter and how to go on; `key` chooses its texts."""
    return page(
        renderer,
        "page/message.html",
        language,
        f"{key}_title",
        status=status,
        headers=SECRET,
        text=f"{key}_text",
    )


def see_other(url: str) -> Response:
    """`303`: the browser shows the next page with a GET, and a reload sends nothing again."""
    return RedirectResponse(url, status_code=303)


def spoken(catalogue: Catalogue, wanted: str, form: Form | None = None) -> str:
    """`wanted`, if the site and all that `form` asks speak it; else the site's own language."""
    if wanted not in catalogue.languages:
        return catalogue.default_language
    asked = [catalogue.purposes[each] for each in form.purposes] if form else []
    speaks = wanted in catalogue.privacy and all(wanted in each.wording for each in asked)
    return wanted if speaks else catalogue.default_language


def preferred(catalogue: Catalogue, accept_language: str) -> str:
    """The language of the site that a browser likes best (RFC 9110, `Accept-Language`)."""
    wishes: list[tuple[float, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        wishes.append((-weight + position / 1000, tag.lower()))
    for _, tag in sorted(wishes):
        for language in catalogue.languages:
            if language.lower() in (tag, tag.partition("-")[0]):
                return language
    return catalogue.default_language


def security_headers(settings: Settings) -> dict[str, str]:
    """What every answer has. `form-action` names both hosts: it applies to redirects too."""
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
    """ASGI middleware: adds `defaults` to each answer that has not its own."""

    def __init__(self, app: ASGIApp, defaults: Mapping[str, str]) -> None:
        self.app = app
        self.defaults = defaults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on everything; touch only the start of an HTTP answer."""

        async def with_headers(part: Message) -> None:
            if part["type"] == "http.response.start":
                headers = MutableHeaders(scope=part)
                for name, value in self.defaults.items():
                    headers.setdefault(name, value)
            await send(part)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
