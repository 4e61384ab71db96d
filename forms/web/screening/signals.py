"""Signals that a submission comes from a bot, and when to ask for it again. Pure.

Nothing is refused, because some browsers fill in hidden fields and some people are fast. A
submission with a decisive signal is quarantined and gets no email (`permission.optin`). A
suspicious time alone is weaker: the form is shown again and takes effect after a wait of a few
seconds, with or without JavaScript. No signal depends on the address's record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FASTEST = timedelta(seconds=1)
"""Least time from the first touch of a form to the button, with a browser that fills it in."""
OLDEST = timedelta(hours=12)
WAIT = timedelta(seconds=5)
"""Wait before the form can be sent again. The theme's stylesheet repeats it."""
WAIT_VALID_FOR = timedelta(hours=1)
"""Time for which a completed wait is accepted."""


class Signal(StrEnum):
    """A sign of a bot, recorded with a quarantined request."""

    HONEYPOT = "honeypot"
    """The field that people don't see was filled in."""
    BLOCKED = "blocked-domain"
    """The owner has blocked the address's domain."""
    FAST = "too-fast"
    OLD = "too-old"


DECISIVE = frozenset({Signal.HONEYPOT, Signal.BLOCKED})
"""Each of these alone prevents the email; times don't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Verified times and proof of a submission."""

    shown: datetime | None = None
    """When the handler showed the form or issued its challenge; `None` for a static page."""
    waiting: datetime | None = None
    """When this address was asked to send this form again."""
    has_worked: bool = False
    """It has a valid proof of work."""


def signals_of(
    evidence: Evidence, *, trapped: bool, blocked: bool, now: datetime
) -> tuple[Signal, ...]:
    """Return all signals of a submission, in a fixed order."""
    age = None if evidence.shown is None else now - evidence.shown
    holds = {
        Signal.HONEYPOT: trapped,
        Signal.BLOCKED: blocked,
        Signal.FAST: age is not None and age < FASTEST,
        Signal.OLD: age is not None and age > OLDEST,
    }
    return tuple(signal for signal, is_on in holds.items() if is_on)


def needs_retry(evidence: Evidence, *, works: bool, now: datetime) -> bool:
    """Tell whether to ask for the form again. `works` is set if the site uses proof of work."""
    if evidence.waiting is not None and now - evidence.waiting <= WAIT_VALID_FOR:
        return now - evidence.waiting < WAIT
    fast = evidence.shown is not None and now - evidence.shown < FASTEST
    return fast or (works and not evidence.has_worked)
