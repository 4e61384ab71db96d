"""Routes of `atrae serve`: the site's pages, live reload, and the inbox."""

import mimetypes
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ..errors import SiteError
from ..model.diagnostic import Diagnostic, Severity
from ..render.templates import Templates
from .hosts import is_loopback
from .inbox import Inbox
from .live import Live, Moved

TEMPLATES = Path(__file__).parent / "templates"
RELOAD = '<script src="/_atrae/reload.js" data-version="{version}"></script>'
HEARTBEAT = 15.0
"""Seconds between two messages to a browser that waits for a new version."""

_NO_STORE = {"Cache-Control": "no-store"}
_SANDBOX = {
    **_NO_STORE,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
}


class Pages:
    """Respond with the current state of the site."""

    def __init__(self, live: Live, inbox: Inbox, root: Path) -> None:
        self._live, self._inbox, self._root = live, inbox, root
        files = {file.name: file for file in TEMPLATES.iterdir()}
        self._templates = Templates(files, TEMPLATES)

    def app(self) -> Starlette:
        """Return the app. The site's own paths come after the routes of `serve`."""
        return Starlette(
            routes=[
                Route("/_atrae/versions", self.versions),
                Route("/_atrae/{name}", self.static),
                Route("/_inbox/", self.inbox),
                Route("/_inbox/{name}", self.email),
                Route("/_inbox/{name}/html", self.email_html),
                Route("/{path:path}", self.page),
            ]
        )

    async def page(self, request: Request) -> Response:
        """Respond with a page of the site, or with its errors."""
        return await run_in_threadpool(self._page, request.url.path)

    def _page(self, path: str) -> Response:
        version = self._live.state.version
        try:
            answer = self._live.answer(path)
        except SiteError as error:
            return self._error_page(error.diagnostics, version)
        if isinstance(answer, Moved):
            return RedirectResponse(answer.url, headers=_NO_STORE)
        media_type = mimetypes.guess_type(answer.path)[0] or "application/octet-stream"
        if isinstance(answer.content, Path):
            return FileResponse(answer.content, media_type=media_type, headers=_NO_STORE)
        content = answer.content
        if media_type == "text/html":
            content = _with_reload(content, version)
        return Response(content, answer.status, headers=_NO_STORE, media_type=media_type)

    def _error_page(self, diagnostics: tuple[Diagnostic, ...], version: str) -> Response:
        errors = [each for each in diagnostics if each.severity is Severity.ERROR]
        excerpts = [excerpt(self._root, error) for error in errors]
        page = self._render("error.html", errors=errors, excerpts=excerpts)
        return _html(_with_reload(page, version), HTTPStatus.INTERNAL_SERVER_ERROR)

    async def versions(self, _request: Request) -> Response:
        """Stream the version of the site as server-sent events, now and after each change."""

        async def events() -> AsyncIterator[str]:
            version = self._live.state.version
            while not self._live.ended:
                yield f"data: {version}\n\n"
                version = await run_in_threadpool(self._live.wait, version, HEARTBEAT)

        return StreamingResponse(events(), media_type="text/event-stream", headers=_NO_STORE)

    async def static(self, request: Request) -> Response:
        """Respond with a script or style sheet of `serve` itself."""
        name = request.path_params["name"]
        if name not in ("reload.js", "serve.css"):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(TEMPLATES / name, headers=_NO_STORE)

    async def inbox(self, request: Request) -> Response:
        """Respond with the list of emails."""
        require_loopback(request)
        return _html(self._render("inbox.html", emails=self._inbox.emails()))

    async def email(self, request: Request) -> Response:
        """Respond with one email."""
        require_loopback(request)
        email = self._inbox.email(request.path_params["name"])
        if email is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _html(self._render("email.html", email=email))

    async def email_html(self, request: Request) -> Response:
        """Respond with an email's HTML part, for a sandboxed frame without scripts."""
        require_loopback(request)
        email = self._inbox.email(request.path_params["name"])
        if email is None or not email.html:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        # In a frame, links must open in the whole window.
        html = email.html.replace("<head>", '<head><base target="_top">', 1)
        return Response(html, media_type="text/html", headers=_SANDBOX)

    def _render(self, name: str, **values: Any) -> bytes:
        return self._templates.render(name, values).encode()


def require_loopback(request: Request) -> None:
    """Raise a 404 unless the request comes from this machine.

    The Host header must name the loopback interface too.
    """
    peer = request.client.host if request.client else ""
    local = peer == "::1" or peer.startswith("127.")
    if not local or not is_loopback(request.headers.get("host", "")):
        raise HTTPException(HTTPStatus.NOT_FOUND)


def excerpt(root: Path, diagnostic: Diagnostic) -> list[tuple[int, str, bool]]:
    """Return the lines around a diagnostic: number, text, and whether it's the line itself.

    Empty if the diagnostic has no line or the file doesn't exist.
    """
    if diagnostic.at is None or not diagnostic.at.line:
        return []
    file = root / diagnostic.at.path
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    line = diagnostic.at.line
    numbers = range(max(1, line - 2), min(len(lines), line + 2) + 1)
    return [(number, lines[number - 1], number == line) for number in numbers]


def _with_reload(page: bytes, version: str) -> bytes:
    script = RELOAD.format(version=version).encode()
    before, end, after = page.rpartition(b"</body>")
    return before + script + end + after if end else page + script


def _html(content: bytes, status: int = HTTPStatus.OK) -> Response:
    return Response(content, status, media_type="text/html", headers=_NO_STORE)
