"""Email as a use of the delivery engine: compose a row of the outbox and hand it to a server."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

from ..mail.smtp import (
    Deliver,
    DeliveryError,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
)
from ..store.queues.lease import Result
from ..store.queues.outbox import ClaimedEmail, Outbox
from ..store.records.writing import QueueState
from .engine import Backoff, Delayed

log = logging.getLogger("atrae.forms.outbox")


def doubled(first: timedelta, longest: timedelta, attempts: int) -> tuple[timedelta, ...]:
    """Return the waits between `attempts`: each is twice as long as the last, up to `longest`."""
    return tuple(min(first * 2 ** min(step, 30), longest) for step in range(attempts - 1))


BACKOFF = Backoff(waits=doubled(timedelta(seconds=30), timedelta(hours=4), 26))
"""Tries for about three days."""


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Composes emails of the outbox and delivers them by SMTP."""

    queue: Outbox
    compose: Callable[[ClaimedEmail], EmailMessage]
    deliver: Deliver

    def __call__(self, claim: ClaimedEmail) -> Result | Delayed:
        """Send one email. The permission is asked again just before the message leaves."""
        try:
            message = self.compose(claim)
        except Exception as fault:
            # A template or a text is wrong: the next build may correct it.
            return self._delayed_by(claim, "it cannot be composed", fault)
        try:
            reply = self.deliver(message, lambda: self._may_leave(claim))
            return Result(QueueState.SENT, without_address(reply, claim.address))
        except WithdrawnError:
            return Result(QueueState.CANCELLED, "no longer permitted")
        except _OutdatedError:
            return Delayed("the person has chosen anew: it is written again")
        except DeliveryError as fault:
            reply = without_address(fault.reply, claim.address)
            if isinstance(fault, RefusedError):
                return Result(QueueState.REFUSED, reply)
            if isinstance(fault, RejectedError):
                return Result(QueueState.FAILED, reply)
            return Delayed(reply, is_peer_down=isinstance(fault, UnreachableError))
        except Exception as fault:
            return self._delayed_by(claim, "the delivery itself failed", fault)

    def _may_leave(self, claim: ClaimedEmail) -> bool:
        if not self.queue.may_leave(claim):
            return False
        if self.queue.has_changed(claim):
            raise _OutdatedError
        return True

    def _delayed_by(self, claim: ClaimedEmail, problem: str, fault: Exception) -> Delayed:
        # Without a traceback: the values in it may be addresses.
        detail = without_address(str(fault), claim.address)
        log.error("mail=%s: %s: %s: %s", claim.id, problem, type(fault).__name__, detail)
        return Delayed(f"{problem}; the log says why")


class _OutdatedError(Exception):
    """The email is permitted, but no longer says what the person chose."""


def without_address(reply: str, address: str) -> str:
    """Replace the address in a server's reply, which often repeats it."""
    return re.sub(re.escape(address), "…", reply, flags=re.IGNORECASE)
