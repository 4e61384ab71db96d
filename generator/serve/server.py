"""Serve pages and forms on one port, or the form handler on its own port."""

import asyncio
import logging
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..config.config import CACHE
from ..errors import ConfigError
from ..incremental.snapshot import READ, SETTINGS
from ..model.diagnostic import Severity
from ..render.theme import themes_shipped
from .hosts import Hosts
from .inbox import Inbox
from .lazy_handler import LazyHandler
from .live import Live, State
from .pages import Pages
from .watch import OnChange, watch

Echo = Callable[[str], None]

_PORTS_TRIED = 20
_OTHER_HOST = """This development server answers no requests for this host.
Open it as http://localhost, or start it with --host and the name that you use.
"""


def serve(
    root: Path,
    *,
    host: str,
    port: int,
    forms_port: int | None,
    open_browser: bool,
    smtp: str | None,
    clock: Callable[[], datetime],
    echo: Echo,
) -> None:
    """Serve the site in `root` until interrupted. Raises `ConfigError` if it can't start."""
    if not root.is_dir():
        raise ConfigError(f"the folder {root} does not exist")
    pages_socket = listen(host, port)
    address = _address(host, pages_socket)
    sockets, forms_address = [pages_socket], address
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

    def create() -> Starlette:
        from .forms import create_handler

        return create_handler(
            live, inbox, root=root, site_url=address, public_url=forms_address, smtp=smtp
        )

    handler_port = sockets[1].getsockname()[1] if forms_port is not None else None
    app = Dispatcher(
        Pages(live, inbox, root).app(),
        LazyHandler(create),
        live.publishes,
        handler_port=handler_port,
        hosts=Hosts(host),
    )
    if port and pages_socket.getsockname()[1] != port:
        echo(f"Port {port} is in use.")

    def announce() -> None:
        forms_at = f"  ·  forms at {forms_address}/" if handler_port else ""
        echo(f"Serving {address}/{forms_at}  ·  emails at {address}/_inbox/  ·  Ctrl-C to stop")
        _report(live.state, echo)
        if open_browser:
            threading.Timer(0.5, webbrowser.open, (f"{address}/",)).start()

    _run(app, live, sockets, root, echo, announce)


class Dispatcher:
    """ASGI app that sends each request to the pages or to the form handler."""

    def __init__(
        self,
        pages: Starlette,
        handler: LazyHandler,
        publishes: Callable[[str], bool],
        *,
        handler_port: int | None,
        hosts: Hosts,
    ) -> None:
        """Take the two apps.

        `publishes` tells whether the site has a page at a path. `handler_port` is None if the
        handler has no port of its own. Any other host than `hosts` is refused.
        """
        self._pages, self._handler = pages, handler
        self._publishes, self._handler_port = publishes, handler_port
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the pages, the inbox or the handler."""
        if refusal := self._refusal(scope):
            await refusal(scope, receive, send)
            return
        try:
            app = await self._app_for(scope)
            await app(scope, receive, send)
        finally:
            self._handler.load()

    def _refusal(self, scope: Scope) -> Response | None:
        """Return an answer to a request for another host, or for no path, such as `OPTIONS *`."""
        headers = Headers(scope=scope)
        if not self._hosts.allow(headers.get("host", "")):
            return PlainTextResponse(_OTHER_HOST, HTTPStatus.MISDIRECTED_REQUEST)
        if not scope["path"].startswith("/"):
            return PlainTextResponse("Not found\n", HTTPStatus.NOT_FOUND)
        return None

    async def _app_for(self, scope: Scope) -> ASGIApp:
        if self._handler_port is not None:
            return self._handler if scope["server"][1] == self._handler_port else self._pages
        if not self._handler.is_ready:
            if self._publishes(scope["path"]) or scope["path"].startswith("/_"):
                return self._pages
            await self._handler.loaded()
        from forms.embedding import owns

        return self._handler if owns(scope["path"]) else self._pages

    async def run(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        """Serve until a signal arrives. Raises `ConfigError` if the handler can't start."""

        def stop(_task: "asyncio.Task[None]") -> None:
            server.should_exit = True

        handler = asyncio.create_task(self._handler.run())
        handler.add_done_callback(stop)
        try:
            await server.serve(sockets=sockets)
        finally:
            self._handler.close()
            await handler


def listen(host: str, port: int) -> socket.socket:
    """Open a socket on `port`, or on the next free one. Raises `ConfigError` if there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + _PORTS_TRIED) if port else (0,):
        # asyncio sets TCP_NODELAY only if the protocol is given. Without it, pages are delayed.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror) or candidate > 65535:
                raise ConfigError(f"cannot listen on {host}: {error}") from None
            continue
        return listener
    raise ConfigError(
        f"no free port on {host}, starting at {port}", hint="choose another one with --port"
    )


def _address(host: str, listener: socket.socket) -> str:
    netloc = f"[{host}]" if ":" in host else host
    return f"http://{netloc}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """Server that shuts down at the first signal, and without waiting at the second.

    It also ends the event streams of live reload, because a shutdown waits for open responses.
    """

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # The parent's method would raise the signal again before the database is closed.
        self._live.end()
        self.force_exit = self.should_exit
        self.should_exit = True


def _run(
    app: Dispatcher,
    live: Live,
    sockets: list[socket.socket],
    root: Path,
    echo: Echo,
    announce: Callable[[], None],
) -> None:
    """Serve until interrupted. `announce` is called once every edit is seen."""
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
    on_change: OnChange = lambda paths: _report(live.refresh(paths), echo)  # noqa: E731
    with watch(root.absolute(), (SETTINGS, *READ), shipped=themes_shipped(), on_change=on_change):
        try:
            with suppress(KeyboardInterrupt):
                announce()
                asyncio.run(app.run(server, sockets))
        finally:
            live.end()


def _report(state: State, echo: Echo) -> None:
    """Print the errors, or else the number of files."""
    for error in state.errors:
        echo(str(error))
    if state.plan and not state.errors:
        warnings = sum(each.severity is Severity.WARNING for each in state.diagnostics)
        suffix = f", {warnings} warnings (run `atrae check` to see them)" if warnings else ""
        echo(f"{len(state.outputs)} files ready{suffix}")
