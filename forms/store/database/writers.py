"""Clerks: a thread that carries out what many requests ask to be written, and others that help out
while it is held up.

A thread for each request would spend more time on taking turns, at the interpreter and at the
database, than on its work. So a request is told as a `Story`: a generator that does what comes
before, yields what is to be written, at most once, and goes on when that is durable. A clerk tells
all the stories that wait: first what comes before, of each; then all the writing, at once; then
what comes after. While it writes, no story holds up another by waiting for something else.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection

W = TypeVar("W")
R = TypeVar("R")

Write: TypeAlias = Callable[[Connection], W]
"""Adds its part to a transaction."""


class Joint(ABC, Generic[W]):
    """A `Write` that costs less together with others of its kind."""

    @property
    @abstractmethod
    def about(self) -> str:
        """What it locks: no two that are about the same go together."""

    @abstractmethod
    def __call__(self, connection: Connection) -> W:
        """Carry it out alone."""

    @abstractmethod
    def together(self, connection: Connection, wanted: Sequence["Joint[W]"]) -> Sequence[W]:
        """Carry out all of `wanted`, which are of its kind: all of them or, raising, none."""


Story: TypeAlias = Generator[Write[W], W, R]
"""Yields one `Write` at most, and gets what that returned once it is on the disk."""
WriteAll: TypeAlias = Callable[[Sequence[Write[Any]]], Sequence[object]]
"""What each write gave, durable, or the exception that it ended with."""

IDLE_SECONDS = 10.0
"""A clerk without work goes home after that."""
HELD_UP_SECONDS = 0.5
"""Who has waited so long calls another clerk. One alone is the fastest as long as nothing stops it:
threads take turns at one interpreter, and what waits meanwhile is the cheaper for being many."""


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    story: Story[Any, Any]
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[Any]"


class Clerks:
    """`number` threads at most, each with up to `most` stories in hand."""

    def __init__(self, write_all: WriteAll, *, number: int, most: int) -> None:
        self._write_all = write_all
        self._number = number
        self._most = most
        self._orders: SimpleQueue[_Order] = SimpleQueue()
        self._guard = Lock()
        self._at_work = 0

    async def tell(self, story: Story[W, R]) -> R:
        """What `story` returns. Raises what it raises; what its writing raised goes through it."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[R] = loop.create_future()
        with self._guard:
            self._orders.put(_Order(story, loop, outcome))
            if not self._at_work:
                self._hire()
        held_up = loop.call_later(HELD_UP_SECONDS, self._call_help)
        try:
            return await outcome
        finally:
            held_up.cancel()

    def _call_help(self) -> None:
        with self._guard:
            if self._at_work < self._number and not self._orders.empty():
                self._hire()

    def _hire(self) -> None:
        self._at_work += 1
        Thread(target=self._work, name="clerk", daemon=True).start()

    def _work(self) -> None:
        while orders := self._next():
            told = tell([order.story for order in orders], self._write_all)
            _deliver(orders, told)

    def _next(self) -> list[_Order]:
        """What waits, as soon as there is something; nothing: the clerk goes home."""
        with self._guard:
            if self._at_work > 1 and self._orders.empty():
                self._at_work -= 1
                return []
        try:
            orders = [self._orders.get(timeout=IDLE_SECONDS)]
        except Empty:
            with self._guard:
                if self._orders.empty():
                    self._at_work -= 1
                    return []
            return self._next()
        with suppress(Empty):
            while len(orders) < self._most:
                orders.append(self._orders.get_nowait())
        return orders


@dataclass(frozen=True, slots=True)
class _Raised:
    """How a story ended that did not return."""

    fault: BaseException


def tell(stories: Sequence[Story[Any, Any]], write_all: WriteAll) -> list[object]:
    """What each story returned, or `_Raised`."""
    told: dict[int, object] = {}
    writes: dict[int, Write[Any]] = {}
    for number, story in enumerate(stories):
        try:
            writes[number] = next(story)
        except StopIteration as end:
            told[number] = end.value
        except Exception as fault:
            told[number] = _Raised(fault)
    written = _written(list(writes.values()), write_all)
    for number, found in zip(writes, written, strict=True):
        told[number] = _end(stories[number], found)
    return [told[number] for number in range(len(stories))]


def _written(writes: Sequence[Write[Any]], write_all: WriteAll) -> Sequence[object]:
    if not writes:
        return ()
    try:
        return write_all(writes)
    except Exception as fault:
        # Whoever waits must hear of it; and nobody is told that something was written.
        return [fault] * len(writes)


def _end(story: Story[Any, Any], found: object) -> object:
    try:
        if isinstance(found, Exception):
            story.throw(found)
        else:
            story.send(found)
    except StopIteration as end:
        return end.value
    except Exception as fault:
        return _Raised(fault)
    story.close()
    return _Raised(RuntimeError("a story writes once"))


def _deliver(orders: Sequence[_Order], told: Sequence[object]) -> None:
    """All outcomes of one loop with one call: each call wakes it."""
    news: dict[asyncio.AbstractEventLoop, list[tuple[_Order, object]]] = defaultdict(list)
    for order, outcome in zip(orders, told, strict=True):
        news[order.loop].append((order, outcome))
    for loop, outcomes in news.items():
        # A loop that was closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(partial(_settle, outcomes))


def _settle(outcomes: Sequence[tuple[_Order, object]]) -> None:
    for order, outcome in outcomes:
        if order.outcome.done():
            continue
        if isinstance(outcome, _Raised):
            order.outcome.set_exception(outcome.fault)
        else:
            order.outcome.set_result(outcome)
