"""`atrae serve`: pages and forms on one port, or the handler on one of its own."""

import asyncio
import logging
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from ..config.config import CACHE
from ..errors import ConfigError
from ..incremental.snapshot import READ, SETTINGS
from ..model.diagnostic import Severity
from ..render.theme import themes_shipped
from .inbox import Inbox
from .lazy_handler import Late
from .live import Live, State
from .pages import Pages
from .watch import Changed, watching

Say = Callable[[str], None]

_TRIES = 20


def serve(
    root: Path,
    *,
    host: str,
    port: int,
    forms_port: int | None,
    open_browser: bool,
    smtp: str | None,
    clock: Callable[[], datetime],
    say: Say,
) -> None:
    """Serve the site in `root` until interrupted. Raises `ConfigError` where that cannot begin."""
    if not root.is_dir():
        raise ConfigError(f"there is no folder {root}")
    listening = listen(host, port)
    address = _address(host, listening)
    sockets, forms_address = [listening], address
    if forms_port is not None:
        sockets.append(listen(host, forms_port))
        forms_address = _address(host, sockets[1])
    live = Live(
        root,
        address=f"{address}/",
        forms_url=forms_address if forms_port is not None else "",
        clock=clock,
    )
    inbox = Inbox(root / CACHE / "inbox")

    def forms() -> Starlette:
        from .forms import handler

        return handler(
            live, inbox, root=root, site_url=address, public_url=forms_address, smtp=smtp
        )

    apart = sockets[1].getsockname()[1] if forms_port is not None else None
    app = Front(Pages(live, inbox, root).app(), Late(forms), live.publishes, apart=apart)
    if port and listening.getsockname()[1] != port:
        say(f"Port {port} is busy.")
    forms_at = f"  ·  forms at {forms_address}/" if apart else ""
    say(f"Serving {address}/{forms_at}  ·  mails at {address}/_inbox/  ·  Ctrl-C ends")
    _report(live.state, say)
    _run(app, live, sockets, root, say, opened=address if open_browser else None)


class Front:
    """Leads each request to the pages or to the form handler."""

    def __init__(
        self,
        pages: Starlette,
        forms: Late,
        publishes: Callable[[str], bool],
        *,
        apart: int | None,
    ) -> None:
        """`publishes` tells of a path whether a page stands there; `apart` is the port of the
        handler, where it has its own."""
        self._pages, self._forms = pages, forms
        self._publishes, self._apart = publishes, apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = await self._led(scope)
            await app(scope, receive, send)
        finally:
            self._forms.want()

    async def _led(self, scope: Scope) -> ASGIApp:
        if self._apart is not None:
            return self._forms if scope["server"][1] == self._apart else self._pages
        if not self._forms.there:
            if self._publishes(scope["path"]) or scope["path"].startswith("/_"):
                return self._pages
            await self._forms.arrived()
        from forms.embedding import owns

        return self._forms if owns(scope["path"]) else self._pages

    async def answer(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        """Serve until a signal comes. Raises `ConfigError` where the handler cannot begin."""

        def stop(_ended: "asyncio.Task[None]") -> None:
            server.should_exit = True

        running = asyncio.create_task(self._forms.run())
        running.add_done_callback(stop)
        try:
            await server.serve(sockets=sockets)
        finally:
            self._forms.end()
            await running


def listen(host: str, port: int) -> socket.socket:
    """A socket on the port, or on the next free one. Raises `ConfigError` where none is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + _TRIES) if port else (0,):
        # Named as TCP: without that asyncio does not send at once, and each page comes 40 ms later.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(128)
        except OSError as wrong:
            listening.close()
            if isinstance(wrong, socket.gaierror) or candidate > 65535:
                raise ConfigError(f"cannot listen at {host}: {wrong}") from None
            continue
        return listening
    raise ConfigError(f"no free port from {port} on at {host}", hint="name another with --port")


def _address(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


class _Server(uvicorn.Server):
    """Stops at the first signal, at once at the second; the handler's database is closed then.

    Lets go of the browsers that wait for a new version, or stopping would wait for them.
    """

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # Not the parent's, which would raise the signal again before we have closed what is open.
        self._live.end()
        self.force_exit = self.should_exit
        self.should_exit = True


def _run(
    app: Front,
    live: Live,
    sockets: list[socket.socket],
    root: Path,
    say: Say,
    *,
    opened: str | None,
) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=5,
    )
    server = _Server(config, live)
    changed: Changed = lambda paths: _report(live.refresh(paths), say)  # noqa: E731
    with watching(root.absolute(), (SETTINGS, *READ), shipped=themes_shipped(), changed=changed):
        if opened:
            threading.Timer(0.5, webbrowser.open, (f"{opened}/",)).start()
        try:
            with suppress(KeyboardInterrupt):
                asyncio.run(app.answer(server, sockets))
        finally:
            live.end()


def _report(state: State, say: Say) -> None:
    """Say what is wrong, or that nothing is."""
    for found in state.diagnostics:
        if found.severity is Severity.ERROR:
            say(str(found))
    warnings = sum(found.severity is Severity.WARNING for found in state.diagnostics)
    if state.plan and not state.errors:
        noted = f", {warnings} warnings (`atrae check` names them)" if warnings else ""
        say(f"{len(state.outputs)} files planned{noted}")
