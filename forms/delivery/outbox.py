"""The outbox worker: claim, compose, send, record; back off, and give up loudly."""

import logging
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from threading import Event as Flag, Thread

from ..mail.smtp import (
    DelayedError,
    Deliver,
    DeliveryError,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
)
from ..store.queues.outbox import Fate, Owed, Queue

log = logging.getLogger("atrae.forms.outbox")

Compose = Callable[[Owed], EmailMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When to try again. The defaults try for about three days."""

    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=4)
    attempts: int = 26
    pause: timedelta = timedelta(seconds=2)
    """For the whole queue, when no server can be reached; it doubles up to `longest_pause`."""
    longest_pause: timedelta = timedelta(minutes=5)
    lease: timedelta = timedelta(minutes=5)
    """After a crash between sending and recording, a mail is claimed again when this is over."""
    settle: timedelta = timedelta(milliseconds=400)
    """After being woken, up to so long, at random: neither the answer that woke us nor the one that
    comes next must be slowed down by the mail that only some answers owe, for its time would tell
    them apart."""
    courtesy: float = 2.0
    """After each mail, rest so many times the processor time that it took: somebody may be waiting
    for an answer, and the two share one interpreter."""
    idle: timedelta = timedelta(seconds=30)
    """The longest sleep: who commits a mail wakes us, unless it is another process."""

    def delay(self, attempts: int, chance: float) -> timedelta:
        """How long to wait after `attempts`; `chance` in [0, 1) spreads it over half to one and a
        half, so that what failed together is not tried together."""
        steps = min(attempts - 1, 30)
        return min(self.first * int(2**steps), self.longest) * (0.5 + chance)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    fate: Fate
    reply: str
    unreachable: bool = False


class Worker:
    """One thread that empties the outbox. `wake` is called by whoever commits a mail."""

    def __init__(
        self,
        queue: Queue,
        compose: Compose,
        deliver: Deliver,
        *,
        clock: Callable[[], datetime],
        backoff: Backoff,
        chance: Callable[[], float] = random.random,
        chores: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.queue = queue
        self.compose = compose
        self.deliver = deliver
        self.clock = clock
        self.backoff = backoff
        self.chance = chance
        self.chores = chores
        self._woken = Flag()
        self._stopped = Flag()
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._unrecorded: tuple[Owed, Outcome] | None = None
        self.pause = _NO_PAUSE
        """How long the whole queue waits after the last attempt; no server could be reached."""

    def start(self) -> None:
        """Begin with what earlier runs left behind."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to do now."""
        self._woken.set()

    def stop(self, seconds: float = 10.0) -> None:
        """Finish the mail in hand and stop. One that hangs longer is claimed again later."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(seconds)

    def send_one(self) -> bool:
        """Claim one mail, if any is due, and see it through. False: there was none.

        What became of a mail is known even where it cannot be written down, on a full disk
        perhaps: then it is written first thing next time, so that no mail is sent again for it.
        """
        if self._unrecorded is None:
            owed = self.queue.claim(now=self.clock(), lease=self.backoff.lease)
            if owed is None:
                return False
            self._unrecorded = (owed, self._attempt(owed))
        owed, outcome = self._unrecorded
        self._record(owed, outcome)
        self._unrecorded = None
        grown = max(self.pause * 2, self.backoff.pause)
        self.pause = min(grown, self.backoff.longest_pause) if outcome.unreachable else _NO_PAUSE
        return True

    def _attempt(self, owed: Owed) -> Outcome:
        if owed.attempts > self.backoff.attempts:
            return Outcome(Fate.FAILED, "given up after too many attempts")
        try:
            message = self.compose(owed)
        except Exception as fault:
            # A template or text that is wrong: it may be mended by the next build.
            return _puzzled(owed, "it cannot be composed", fault)
        try:
            reply = self.deliver(message, lambda: self._may_leave(owed))
            return Outcome(Fate.SENT, reply)
        except WithdrawnError:
            return Outcome(Fate.CANCELLED, "no longer permitted")
        except _OutdatedError:
            return Outcome(Fate.WAITING, "the person has chosen anew: it is written again")
        except DeliveryError as fault:
            return _outcome_of(fault)
        except Exception as fault:
            return _puzzled(owed, "the delivery itself failed", fault)

    def _may_leave(self, owed: Owed) -> bool:
        if not self.queue.may_leave(owed):
            return False
        if self.queue.has_changed(owed):
            raise _OutdatedError
        return True

    def _record(self, owed: Owed, outcome: Outcome) -> None:
        now, fate, due = self.clock(), outcome.fate, None
        if fate is Fate.WAITING and owed.attempts >= self.backoff.attempts:
            fate = Fate.FAILED
        if fate is Fate.WAITING:
            due = now + self.backoff.delay(owed.attempts, self.chance())
        reply = without_address(outcome.reply, owed.address)
        if not self.queue.settle(owed, fate, now=now, reply=reply, due=due):
            log.warning("mail=%s was claimed by another worker meanwhile", owed.id)
        level = logging.ERROR if fate is Fate.FAILED else logging.INFO
        log.log(
            level,
            "mail=%s template=%s because=%s attempt=%s fate=%s",
            owed.id,
            owed.template,
            owed.events[0].seq,
            owed.attempts,
            fate,
        )

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            began = time.thread_time()
            try:
                busy = self.send_one()
                if self.pause:
                    self._stopped.wait(self.pause.total_seconds())
                elif not busy:
                    for chore in self.chores:
                        chore()
                    self._sleep()
                else:
                    self._stopped.wait((time.thread_time() - began) * self.backoff.courtesy)
            except Exception:
                # The outer edge: a database that is away for a while must not end all mail.
                log.exception("the outbox could not be worked on")
                self._stopped.wait(self.backoff.pause.total_seconds())

    def _sleep(self) -> None:
        due = self.queue.next_due()
        wait = self.backoff.idle
        if due is not None:
            wait = min(wait, max(due - self.clock(), timedelta(milliseconds=10)))
        if self._woken.wait(wait.total_seconds()):
            self._stopped.wait(self.chance() * self.backoff.settle.total_seconds())


_NO_PAUSE = timedelta(0)


class _OutdatedError(Exception):
    """The mail is permitted, and no longer says what the person chose."""


def without_address(reply: str, address: str) -> str:
    """Servers like to repeat the address; it has no business in the outbox."""
    return re.sub(re.escape(address), "…", reply, flags=re.IGNORECASE)


def _puzzled(owed: Owed, what: str, fault: Exception) -> Outcome:
    # Not the traceback: what it shows of the values may be an address.
    said = without_address(str(fault), owed.address)
    log.error("mail=%s: %s: %s: %s", owed.id, what, type(fault).__name__, said)
    return Outcome(Fate.WAITING, f"{what}; the log says why")


def _outcome_of(fault: DeliveryError) -> Outcome:
    match fault:
        case RefusedError():
            return Outcome(Fate.REFUSED, fault.reply)
        case RejectedError():
            return Outcome(Fate.FAILED, fault.reply)
        case UnreachableError():
            return Outcome(Fate.WAITING, fault.reply, unreachable=True)
        case DelayedError() | _:
            return Outcome(Fate.WAITING, fault.reply)
