"""Worker threads that run units of work and write the results of many requests in one commit.

A thread for each request would spend more time waiting for the interpreter and for the database
than working. So a request hands in a `UnitOfWork`: a generator that does its preparation, yields
at most one `Write`, and continues when that write is durable. A worker thread takes all units that
wait, runs the preparation of each, writes everything at once, then runs the rest of each. A second
thread starts only while the first one is held up.
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


class Batchable(ABC, Generic[W]):
    """A `Write` that is cheaper together with others of its class."""

    @property
    @abstractmethod
    def lock_key(self) -> str:
        """The name of the row it locks: two writes with the same key never share a batch."""

    @abstractmethod
    def __call__(self, connection: Connection) -> W:
        """Run this write in its own transaction."""

    @abstractmethod
    def run_batch(self, connection: Connection, batch: Sequence["Batchable[W]"]) -> Sequence[W]:
        """Run all of `batch`, which are of this class: either all of them or, raising, none."""


UnitOfWork: TypeAlias = Generator[Write[W], W, R]
"""Yields at most one `Write` and receives its result when that is durable."""
WriteAll: TypeAlias = Callable[[Sequence[Write[Any]]], Sequence[object]]
"""Returns the durable result of each write, or the exception that it ended with."""

IDLE_SECONDS = 10.0
"""A thread without work ends after this time."""
HELP_AFTER_SECONDS = 0.5
"""A unit that has waited this long starts another thread. One thread is fastest while nothing
blocks it, because threads share one interpreter and waiting units share a commit."""


@dataclass(slots=True, eq=False)
class _Job:
    unit: UnitOfWork[Any, Any]
    outcome: "asyncio.Future[Any]"
    settle: Callable[[], None] | None = None
    """Sets the outcome when the unit has ended; called in the event loop's thread."""

    def advance(self, proceed: Callable[[], Write[Any]]) -> Write[Any] | None:
        """Continue the unit and return its write, or `None` if it has ended."""
        try:
            return proceed()
        except StopIteration as end:
            self.settle = partial(self.outcome.set_result, end.value)
        except Exception as fault:
            self.settle = partial(self.outcome.set_exception, fault)
        return None


class WriterPool:
    """At most `threads` threads, each of which takes up to `max_units` units at a time."""

    def __init__(self, write_all: WriteAll, *, threads: int, max_units: int) -> None:
        self._write_all = write_all
        self._max_threads = threads
        self._max_units = max_units
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._guard = Lock()
        self._threads = 0

    async def run(self, unit: UnitOfWork[W, R]) -> R:
        """Return what `unit` returns, and raise what it raises.

        An exception of its write is thrown into the unit where it yielded.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[R] = loop.create_future()
        with self._guard:
            self._jobs.put(_Job(unit, outcome))
            if not self._threads:
                self._start_thread()
        help_timer = loop.call_later(HELP_AFTER_SECONDS, self._start_helper)
        try:
            return await outcome
        finally:
            help_timer.cancel()

    def _start_helper(self) -> None:
        with self._guard:
            if self._threads < self._max_threads and not self._jobs.empty():
                self._start_thread()

    def _start_thread(self) -> None:
        self._threads += 1
        Thread(target=self._work, name="writer", daemon=True).start()

    def _work(self) -> None:
        while jobs := self._next():
            self._run(jobs)
            _deliver(jobs)

    def _run(self, jobs: Sequence[_Job]) -> None:
        """Run the preparation of each unit, write everything at once, and run the rest of each."""
        advanced = [(job, job.advance(partial(next, job.unit))) for job in jobs]
        writes = {job: write for job, write in advanced if write is not None}
        for job, written in zip(writes, self._write(list(writes.values())), strict=True):
            proceed = job.unit.throw if isinstance(written, Exception) else job.unit.send
            if job.advance(partial(proceed, written)) is not None:
                job.unit.close()
                fault = RuntimeError("a unit of work writes once")
                job.settle = partial(job.outcome.set_exception, fault)

    def _write(self, writes: Sequence[Write[Any]]) -> Sequence[object]:
        try:
            return self._write_all(writes) if writes else ()
        except Exception as fault:
            # Every unit must learn that its write isn't known to be durable.
            return [fault] * len(writes)

    def _next(self) -> list[_Job]:
        """Wait for jobs and take them; an empty list ends the thread."""
        with self._guard:
            if self._threads > 1 and self._jobs.empty():
                self._threads -= 1
                return []
        try:
            jobs = [self._jobs.get(timeout=IDLE_SECONDS)]
        except Empty:
            with self._guard:
                if self._jobs.empty():
                    self._threads -= 1
                    return []
            return self._next()
        with suppress(Empty):
            while len(jobs) < self._max_units:
                jobs.append(self._jobs.get_nowait())
        return jobs


def _deliver(jobs: Sequence[_Job]) -> None:
    """Settle all outcomes of an event loop in one call, because each call wakes it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
    for job in jobs:
        by_loop[job.outcome.get_loop()].append(job)
    for loop, ended in by_loop.items():
        # On a closed loop nothing waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, ended)


def _settle(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        if job.settle is not None and not job.outcome.done():
            job.settle()
