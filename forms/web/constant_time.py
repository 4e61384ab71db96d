"""Responses that take the same time for every address.

A response leaves at a tick that is counted from its request: at the first one, or, if the work took
longer, at a later one. An event loop alone can't do that: it waits in whole milliseconds, counted
from its last wake-up, so the end of the work would still show in the fraction. A thread can wait
precisely.
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
class Pace:
    """Ticks at which responses may leave, in seconds after the request was read."""

    first: float = 0.03
    """Longer than the slowest case, which is to record a new address."""
    step: float = 0.01

    def next_tick(self, start: float, now: float) -> float:
        """Return the first tick at or after `now` for a request that began at `start`."""
        late = max(0.0, now - start - self.first)
        # Less than a billionth of a step is the rounding error of the clock.
        return start + self.first + math.ceil(late / self.step - 1e-9) * self.step


Sleeper = tuple[float, int, asyncio.AbstractEventLoop, asyncio.Event]


@dataclass(eq=False)
class Pacer:
    """Timer that wakes tasks precisely. Its thread runs only while a task waits."""

    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.monotonic
    _sleepers: list[Sleeper] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)
    _numbers: "count[int]" = field(default_factory=count)
    _running: bool = False

    async def at_tick(self, work: Awaitable[T]) -> T:
        """Await `work`, then return its result, or raise its error, at the next tick."""
        start = self.clock()
        try:
            return await work
        finally:
            await self.sleep_until(self.pace.next_tick(start, self.clock()))

    async def sleep_until(self, moment: float) -> None:
        """Wait until the clock reaches `moment`."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        with self._changed:
            heappush(self._sleepers, (moment, next(self._numbers), loop, woken))
            if not self._running:
                self._running = True
                Thread(target=self._wake_sleepers, name="pacer", daemon=True).start()
            elif self._sleepers[0][3] is woken:
                self._changed.notify()
        await woken.wait()

    def _wake_sleepers(self) -> None:
        with self._changed:
            while self._sleepers:
                left = self._sleepers[0][0] - self.clock()
                if left > 0:
                    self._changed.wait(left)
                    continue
                _, _, loop, woken = heappop(self._sleepers)
                # A closed loop has no waiting tasks.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(woken.set)
            self._running = False
