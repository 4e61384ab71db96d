"""Answers that take the same time, whoever they are about.

An answer leaves at a beat that is counted from its request: the first one, or, when the work took
longer, one of those that follow. An event loop cannot do that: it waits in whole milliseconds,
counted from whenever it was last woken, so that the end of the work would still show in the
fraction. A thread can: it waits to some ten microseconds and then rings.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beat:
    """When answers may leave, in seconds after the request was read."""

    first: float = 0.03
    """Longer than a stranger's address takes to be written down, which is the most work."""
    step: float = 0.01

    def after(self, start: float, now: float) -> float:
        """The next beat of what began at `start`, not before `now`."""
        late = max(0.0, now - start - self.first)
        # Less than a billionth of a beat is the rounding of a clock that counts from the start.
        return start + self.first + math.ceil(late / self.step - 1e-9) * self.step


Waiting = tuple[float, int, asyncio.AbstractEventLoop, "asyncio.Future[None]"]


@dataclass(eq=False)
class Bell:
    """Wakes tasks at their moment. Its thread lives as long as somebody waits."""

    beat: Beat = field(default_factory=Beat)
    clock: Callable[[], float] = time.monotonic
    _waiting: list[Waiting] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)
    _numbers: "count[int]" = field(default_factory=count)
    _running: bool = False

    async def evenly(self, work: Awaitable[T]) -> T:
        """The outcome of `work`, be it an error, at a beat."""
        start = self.clock()
        try:
            return await work
        finally:
            await self.until(self.beat.after(start, self.clock()))

    async def until(self, moment: float) -> None:
        """Wait until the clock says `moment`."""
        loop = asyncio.get_running_loop()
        rung = loop.create_future()
        with self._changed:
            heappush(self._waiting, (moment, next(self._numbers), loop, rung))
            if not self._running:
                self._running = True
                Thread(target=self._ring, name="bell", daemon=True).start()
            elif self._waiting[0][3] is rung:
                self._changed.notify()
        await rung

    def _ring(self) -> None:
        with self._changed:
            while self._waiting:
                left = self._waiting[0][0] - self.clock()
                if left > 0:
                    self._changed.wait(left)
                    continue
                _, _, loop, rung = heappop(self._waiting)
                # A loop that was closed has nobody left who waits.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_wake, rung)
            self._running = False


def _wake(rung: "asyncio.Future[None]") -> None:
    if not rung.done():
        rung.set_result(None)
