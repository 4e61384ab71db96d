"""The routes of `serve` that the published site does not have, and its pages."""

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
from .inbox import Inbox
from .live import Live, Moved

TEMPLATES = Path(__file__).parent / "templates"
RELOAD = '<script src="/_atrae/reload.js" data-version="{version}"></script>'
HEARTBEAT = 15.0
"""Seconds after which a waiting browser is told that we are still there."""

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_FRESH = {"Cache-Control": "no-store"}
_SANDBOX = {
    **_FRESH,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
}


class Pages:
    """Answers from the present state of the site."""

    def __init__(self, live: Live, inbox: Inbox, root: Path) -> None:
        self._live, self._inbox, self._root = live, inbox, root
        files = {file.name: file for file in TEMPLATES.iterdir()}
        self._templates = Templates(files, TEMPLATES)

    def app(self) -> Starlette:
        """The routes, the site's own last."""
        return Starlette(
            routes=[
                Route("/_atrae/versions", self.versions),
                Route("/_atrae/{name}", self.static),
                Route("/_inbox/", self.inbox),
                Route("/_inbox/{name}", self.mail),
                Route("/_inbox/{name}/html", self.mail_html),
                Route("/{path:path}", self.page),
            ]
        )

    async def page(self, request: Request) -> Response:
        """A page of the site, or what is wrong with it."""
        return await run_in_threadpool(self._page, request.url.path)

    def _page(self, path: str) -> Response:
        version = self._live.state.version
        try:
            answer = self._live.answer(path)
        except SiteError as wrong:
            return self._failure(wrong.diagnostics, version)
        if isinstance(answer, Moved):
            return RedirectResponse(answer.url, headers=_FRESH)
        media_type = mimetypes.guess_type(answer.path)[0] or "application/octet-stream"
        if isinstance(answer.content, Path):
            return FileResponse(answer.content, media_type=media_type, headers=_FRESH)
        content = answer.content
        if media_type == "text/html":
            content = _reloading(content, version)
        return Response(content, answer.status, headers=_FRESH, media_type=media_type)

    def _failure(self, diagnostics: tuple[Diagnostic, ...], version: str) -> Response:
        errors = [found for found in diagnostics if found.severity is Severity.ERROR]
        excerpts = [excerpt(self._root, found) for found in errors]
        page = self._render("error.html", errors=errors, excerpts=excerpts)
        return _html(_reloading(page, version), HTTPStatus.INTERNAL_SERVER_ERROR)

    async def versions(self, _request: Request) -> Response:
        """Server-sent events: the version of the site, now and whenever there is a new one."""

        async def events() -> AsyncIterator[str]:
            version = self._live.state.version
            while not self._live.ended:
                yield f"data: {version}\n\n"
                version = await run_in_threadpool(self._live.wait, version, HEARTBEAT)

        return StreamingResponse(events(), media_type="text/event-stream", headers=_FRESH)

    async def static(self, request: Request) -> Response:
        """What the pages of `serve` itself need."""
        name = request.path_params["name"]
        if name not in ("reload.js", "serve.css"):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(TEMPLATES / name, headers=_FRESH)

    async def inbox(self, request: Request) -> Response:
        """Every mail."""
        refuse_strangers(request)
        return _html(self._render("inbox.html", mails=self._inbox.mails()))

    async def mail(self, request: Request) -> Response:
        """One mail."""
        refuse_strangers(request)
        mail = self._inbox.mail(request.path_params["name"])
        if mail is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _html(self._render("mail.html", mail=mail))

    async def mail_html(self, request: Request) -> Response:
        """The HTML part alone, for a frame that can do nothing but lead away."""
        refuse_strangers(request)
        mail = self._inbox.mail(request.path_params["name"])
        if mail is None or not mail.html:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        # In a frame, links must open in the whole window.
        html = mail.html.replace("<head>", '<head><base target="_top">', 1)
        return Response(html, media_type="text/html", headers=_SANDBOX)

    def _render(self, name: str, **values: Any) -> bytes:
        return self._templates.render(name, values).encode()


def refuse_strangers(request: Request) -> None:
    """Mails are shown to this machine alone: peer and Host header must be loopback's, the second
    against pages elsewhere whose name was made to lead here."""
    peer = request.client.host if request.client else ""
    name = request.headers.get("host", "").rpartition(":")
    host = name[0] if name[0] and name[2].isdecimal() else request.headers.get("host", "")
    local = peer == "::1" or peer.startswith("127.")
    if not local or host.lower() not in _LOOPBACK_NAMES:
        raise HTTPException(HTTPStatus.NOT_FOUND)


def excerpt(root: Path, found: Diagnostic) -> list[tuple[int, str, bool]]:
    """The lines around a finding, with their numbers; empty where there is no such file."""
    if found.at is None or not found.at.line:
        return []
    file = root / found.at.path
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    here = found.at.line
    shown = range(max(1, here - 2), min(len(lines), here + 2) + 1)
    return [(number, lines[number - 1], number == here) for number in shown]


def _reloading(page: bytes, version: str) -> bytes:
    script = RELOAD.format(version=version).encode()
    before, end, after = page.rpartition(b"</body>")
    return before + script + end + after if end else page + script


def _html(content: bytes, status: int = HTTPStatus.OK) -> Response:
    return Response(content, status, media_type="text/html", headers=_FRESH)
