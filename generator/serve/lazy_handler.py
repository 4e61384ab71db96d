"""The form handler, loaded behind the first page: it takes as long as all the rest of a start."""

import asyncio
from collections.abc import Callable
from importlib import import_module

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from ..errors import ConfigError

PATIENCE = 0.5
"""Seconds after which it is loaded even if nobody has asked for a page."""


class Late:
    """The handler that `make` makes. Whoever asks it before it is there waits."""

    def __init__(self, make: Callable[[], Starlette]) -> None:
        self._make = make
        self._app: asyncio.Future[Starlette] | None = None
        self._wanted, self._ended = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Make it, and let it live until `end`. Raises `ConfigError` where that cannot be."""
        app = self._coming()
        try:
            await self._until_wanted()
            if not self._ended.is_set():
                await self._live(app)
        finally:
            app.cancel()

    async def _live(self, app: "asyncio.Future[Starlette]") -> None:
        # In a thread, so that pages are answered meanwhile.
        forms = await asyncio.to_thread(import_module, "forms.embedding")
        try:
            made = self._make()
            async with made.router.lifespan_context(made):
                app.set_result(made)
                await self._ended.wait()
        except forms.START_ERRORS as wrong:
            raise ConfigError(str(wrong)) from None

    async def _until_wanted(self) -> None:
        try:
            await asyncio.wait_for(self._wanted.wait(), PATIENCE)
        except TimeoutError:
            return

    @property
    def there(self) -> bool:
        """Whether it answers at once."""
        return self._coming().done()

    def want(self) -> None:
        """Nothing is more urgent any more."""
        self._wanted.set()

    def end(self) -> None:
        """Let it close what it has open."""
        self._ended.set()
        self._wanted.set()

    async def arrived(self) -> Starlette:
        """The handler, as soon as it is there."""
        self.want()
        return await asyncio.shield(self._coming())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self.arrived()
        await app(scope, receive, send)

    def _coming(self) -> "asyncio.Future[Starlette]":
        if self._app is None:
            self._app = asyncio.get_running_loop().create_future()
        return self._app
