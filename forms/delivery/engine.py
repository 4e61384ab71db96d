"""The delivery engine: claim a row of a queue, attempt it, settle it; retry later or give up.

A use of it is a queue and a function that attempts one claim. Each has a `Worker`, a thread of its
own, so that no queue holds up another. Nothing is locked during an attempt: a claim is a lease. If
a worker dies between claiming and settling, another claims the row when the lease is over, and
repeats the attempt under the same message id.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Flag, Thread
from typing import Generic

from ..store.queues.lease import ClaimT, LeasedQueue, Result
from ..store.records.writing import QueueState

MIN_SLEEP = timedelta(milliseconds=50)
"""Also while a row is due that another worker is claiming."""
NO_PAUSE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Delayed:
    """The delivery may succeed later."""

    reply: str
    is_peer_down: bool = False
    """Whether every other delivery would be delayed too, so that the whole queue pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When to try again, and how much the worker rests."""

    waits: tuple[timedelta, ...]
    """Before each attempt after the first; when they are used up, the delivery has failed."""
    spread: float = 0.5
    """Each wait is longer or shorter by up to this part, at random, so that deliveries that failed
    together are not tried together."""
    lease: timedelta = timedelta(minutes=5)
    """Must exceed the longest attempt."""
    pause: timedelta = timedelta(seconds=2)
    """For the whole queue, while the peer is down; it doubles up to `longest_pause`."""
    longest_pause: timedelta = timedelta(minutes=5)
    wake_delay: timedelta = timedelta(milliseconds=400)
    """Longest random delay after `wake`: only some answers owe an email, and sending it at once
    would slow down this answer or the next one, which would tell them apart."""
    rest: float = 2.0
    """After each delivery, sleep for its processor time multiplied by this: requests that are being
    answered share the interpreter."""
    idle: timedelta = timedelta(seconds=30)
    """Longest sleep: other processes can't wake this one."""

    @property
    def attempts(self) -> int:
        """Number of attempts before a delivery has failed."""
        return len(self.waits) + 1

    def delay(self, attempts: int, chance: float) -> timedelta | None:
        """Return the wait after `attempts`, spread by `chance` in [0, 1); `None`: give up."""
        if attempts >= self.attempts:
            return None
        return self.waits[attempts - 1] * (1 + self.spread * (2 * chance - 1))


class Worker(Generic[ClaimT]):
    """A thread that empties one queue, and does `tasks` whenever nothing is due.

    `attempt` delivers once. After an exception, it is repeated when the lease is over.
    """

    def __init__(
        self,
        queue: LeasedQueue[ClaimT],
        attempt: Callable[[ClaimT], Result | Delayed],
        *,
        clock: Callable[[], datetime],
        backoff: Backoff,
        chance: Callable[[], float] = random.random,
        tasks: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.queue = queue
        self.attempt = attempt
        self.clock = clock
        self.backoff = backoff
        self.chance = chance
        self.tasks = tasks
        self.log = logging.getLogger(f"atrae.forms.{queue.table.name}")
        self.pause = NO_PAUSE
        """How long the whole queue waits after the last attempt, because the peer is down."""
        self._woken = Flag()
        self._stopped = Flag()
        self._thread = Thread(target=self._run, name=queue.table.name, daemon=True)
        self._unsettled: tuple[ClaimT, Result | Delayed] | None = None

    def start(self) -> None:
        """Start the thread; it begins with what earlier processes left."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue soon: a row was added."""
        self._woken.set()

    def stop(self, seconds: float = 10.0) -> None:
        """Finish the current attempt, for up to `seconds`, and end the thread.

        An attempt that takes longer is repeated by another worker after its lease.
        """
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def deliver_one(self) -> bool:
        """Claim, attempt and settle one row. Returns False if none is due.

        If settling fails, perhaps because the disk is full, the outcome is kept and settled before
        anything else is claimed, so that the delivery isn't repeated.
        """
        if self._unsettled is None:
            claim = self.queue.claim(now=self.clock(), lease=self.backoff.lease)
            if claim is None:
                return False
            self._unsettled = (claim, self._attempt(claim))
        claim, outcome = self._unsettled
        self._settle(claim, outcome)
        self._unsettled = None
        self.pause = self._next_pause(outcome)
        return True

    def _attempt(self, claim: ClaimT) -> Result | Delayed:
        # Only workers that died can have used up the attempts without settling the last one.
        if claim.attempts > self.backoff.attempts:
            return Result(QueueState.FAILED, "given up after too many attempts")
        return self.attempt(claim)

    def _settle(self, claim: ClaimT, outcome: Result | Delayed) -> None:
        now = self.clock()
        result = outcome if isinstance(outcome, Result) else self._later(claim, outcome, now)
        line = claim.describe(result)
        if not self.queue.settle(claim, result, now=now):
            self.log.warning("%s was claimed by another worker meanwhile", line.partition(" ")[0])
        level = logging.ERROR if result.state is QueueState.FAILED else logging.INFO
        self.log.log(level, "%s", line)

    def _later(self, claim: ClaimT, outcome: Delayed, now: datetime) -> Result:
        delay = self.backoff.delay(claim.attempts, self.chance())
        if delay is None:
            return Result(QueueState.FAILED, outcome.reply)
        return Result(QueueState.WAITING, outcome.reply, due=now + delay)

    def _next_pause(self, outcome: Result | Delayed) -> timedelta:
        if isinstance(outcome, Result) or not outcome.is_peer_down:
            return NO_PAUSE
        return min(max(self.pause * 2, self.backoff.pause), self.backoff.longest_pause)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            started = time.thread_time()
            try:
                is_busy = self.deliver_one()
                if self.pause:
                    self._stopped.wait(self.pause.total_seconds())
                elif is_busy:
                    self._stopped.wait((time.thread_time() - started) * self.backoff.rest)
                else:
                    for task in self.tasks:
                        task()
                    self._sleep()
            except Exception:
                # The outer edge: a database that is away for a while must not end all deliveries.
                self.log.exception("the %s queue cannot be processed", self.queue.table.name)
                self._stopped.wait(self.backoff.pause.total_seconds())

    def _sleep(self) -> None:
        due = self.queue.next_due()
        wait = self.backoff.idle
        if due is not None:
            wait = min(wait, max(due - self.clock(), MIN_SLEEP))
        if self._woken.wait(wait.total_seconds()):
            self._stopped.wait(self.chance() * self.backoff.wake_delay.total_seconds())
