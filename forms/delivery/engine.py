"""The delivery engine: claim a row of a queue, attempt it, settle it; retry later or give up.

A `Worker` serves one queue through one sender, in a thread of its own, so that no queue holds up
another. Nothing is locked during an attempt: a claim is a lease. If a worker dies between claiming
and settling, another claims the row when the lease is over, and repeats the attempt under the same
message id.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event as Flag, Thread
from typing import Generic, Protocol, TypeVar

from ..store.queues.lease import Claim
from ..store.records.writing import QueueState

ClaimT = TypeVar("ClaimT", bound=Claim)

MIN_SLEEP = timedelta(milliseconds=50)
"""Also while a row is due that another worker is claiming."""
NO_PAUSE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Ended:
    """The delivery is over, in a state that no attempt follows."""

    state: QueueState
    reply: str


@dataclass(frozen=True, slots=True)
class Delayed:
    """The delivery may succeed later."""

    reply: str
    is_peer_down: bool = False
    """Whether every other delivery would be delayed too, so that the whole queue pauses."""


Outcome = Ended | Delayed


class Queue(Protocol[ClaimT]):
    """Rows that are owed; each method is a transaction of its own."""

    def claim(self, *, now: datetime, lease: timedelta) -> ClaimT | None:
        """Claim the row that is due first, until `lease` has passed; `None` if there is none."""

    def settle(
        self,
        claim: ClaimT,
        state: QueueState,
        *,
        now: datetime,
        reply: str,
        due: datetime | None = None,
    ) -> bool:
        """Write the result of an attempt. Returns False if another worker has claimed the row."""

    def next_due(self) -> datetime | None:
        """Return when the next row is due."""


class Sender(Protocol[ClaimT]):
    """Delivers the rows of one queue."""

    name: str
    """Name of the queue in the log, and of the worker's thread."""
    log: logging.Logger

    @property
    def queue(self) -> Queue[ClaimT]:
        """The queue whose rows this delivers."""

    def attempt(self, claim: ClaimT) -> Outcome:
        """Deliver once, and return a reply without anything personal.

        After an exception, the attempt is repeated when the lease is over.
        """

    def describe(self, claim: ClaimT, state: QueueState, reply: str) -> str:
        """Return the line for the log, without anything personal."""


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
    """A thread that empties one queue, and does `tasks` whenever nothing is due."""

    def __init__(
        self,
        sender: Sender[ClaimT],
        *,
        clock: Callable[[], datetime],
        backoff: Backoff,
        chance: Callable[[], float] = random.random,
        tasks: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.sender = sender
        self.queue = sender.queue
        self.clock = clock
        self.backoff = backoff
        self.chance = chance
        self.tasks = tasks
        self.pause = NO_PAUSE
        """How long the whole queue waits after the last attempt, because the peer is down."""
        self._woken = Flag()
        self._stopped = Flag()
        self._thread = Thread(target=self._run, name=sender.name, daemon=True)
        self._unsettled: tuple[ClaimT, Outcome] | None = None

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

    def _attempt(self, claim: ClaimT) -> Outcome:
        # Only workers that died can have used up the attempts without settling the last one.
        if claim.attempts > self.backoff.attempts:
            return Ended(QueueState.FAILED, "given up after too many attempts")
        return self.sender.attempt(claim)

    def _settle(self, claim: ClaimT, outcome: Outcome) -> None:
        now, due = self.clock(), None
        if isinstance(outcome, Ended):
            state = outcome.state
        else:
            delay = self.backoff.delay(claim.attempts, self.chance())
            due = None if delay is None else now + delay
            state = QueueState.FAILED if due is None else QueueState.WAITING
        log, line = self.sender.log, self.sender.describe(claim, state, outcome.reply)
        if not self.queue.settle(claim, state, now=now, reply=outcome.reply, due=due):
            log.warning("%s was claimed by another worker meanwhile", line.partition(" ")[0])
        log.log(logging.ERROR if state is QueueState.FAILED else logging.INFO, "%s", line)

    def _next_pause(self, outcome: Outcome) -> timedelta:
        if isinstance(outcome, Ended) or not outcome.is_peer_down:
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
                self.sender.log.exception("the %s could not be worked on", self.sender.name)
                self._stopped.wait(self.backoff.pause.total_seconds())

    def _sleep(self) -> None:
        due = self.queue.next_due()
        wait = self.backoff.idle
        if due is not None:
            wait = min(wait, max(due - self.clock(), MIN_SLEEP))
        if self._woken.wait(wait.total_seconds()):
            self._stopped.wait(self.chance() * self.backoff.wake_delay.total_seconds())
