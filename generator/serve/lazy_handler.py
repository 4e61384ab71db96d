"""The form handler, imported after the first page is served, because importing it is slow."""

import asyncio
from collections.abc import Callable
from importlib import import_module

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from ..errors import ConfigError

LOAD_AFTER = 0.5
"""Seconds after which the handler is loaded even if no page was requested."""


class LazyHandler:
    """ASGI app that holds requests until the app that `create` returns is ready."""

    def __init__(self, create: Callable[[], Starlette]) -> None:
        self._create = create
        self._app: asyncio.Future[Starlette] | None = None
        self._wanted, self._closed = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Load the handler, and run it until `close`. Raises `ConfigError` if it can't start."""
        app = self._future()
        try:
            await self._until_wanted()
            if not self._closed.is_set():
                await self._keep_open(app)
        finally:
            app.cancel()

    async def _keep_open(self, future: "asyncio.Future[Starlette]") -> None:
        # In a thread, so that pages are served meanwhile.
        embedding = await asyncio.to_thread(import_module, "forms.embedding")
        try:
            app = self._create()
            async with app.router.lifespan_context(app):
                future.set_result(app)
                await self._closed.wait()
        except embedding.START_ERRORS as error:
            raise ConfigError(str(error)) from None

    async def _until_wanted(self) -> None:
        try:
            await asyncio.wait_for(self._wanted.wait(), LOAD_AFTER)
        except TimeoutError:
            return

    @property
    def is_ready(self) -> bool:
        """Whether the handler is loaded."""
        return self._future().done()

    def load(self) -> None:
        """Start loading the handler now."""
        self._wanted.set()

    def close(self) -> None:
        """Make `run` return after the handler has closed its database."""
        self._closed.set()
        self._wanted.set()

    async def loaded(self) -> Starlette:
        """Return the handler as soon as it is ready."""
        self.load()
        return await asyncio.shield(self._future())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the handler, loaded when it is first needed."""
        app = await self.loaded()
        await app(scope, receive, send)

    def _future(self) -> "asyncio.Future[Starlette]":
        if self._app is None:
            self._app = asyncio.get_running_loop().create_future()
        return self._app
