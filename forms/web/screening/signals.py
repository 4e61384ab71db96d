"""What speaks against a submission, and when it is asked for once more. Pure.

Nothing here refuses: people have browsers that fill in hidden fields, and some are fast. What was
filled in by a robot, by all signs, is kept and gets no mail (`optin.request`). A time alone is
weaker than that: the form is shown once more, and takes effect after a few seconds' wait, which
anybody can do, with JavaScript or without. Nothing here looks at what is on record of an address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FASTEST = timedelta(seconds=1)
"""From the first touch of a form to the button, for a person whose browser fills in the rest."""
OLDEST = timedelta(hours=12)
WAIT = timedelta(seconds=5)
"""Between being asked once more and pressing the button. The theme's style knows it as well."""
PATIENCE = timedelta(hours=1)
"""How long having waited counts."""


class Sign(StrEnum):
    """What looks like a robot; kept with the request where it is kept back."""

    HONEYPOT = "honeypot"
    """The field that people do not see was filled in."""
    BLOCKED = "blocked-domain"
    """The owner's list has the domain of the address."""
    FAST = "too-fast"
    OLD = "too-old"


TELLING = frozenset({Sign.HONEYPOT, Sign.BLOCKED})
"""Each of these is enough to send no mail; times are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a submission brought that we have signed ourselves."""

    shown: datetime | None = None
    """When its form was shown by us, or its challenge given out; `None`: a static page, which
    cannot say."""
    waiting: datetime | None = None
    """Since when this address waits on this form, having been asked once more."""
    has_worked: bool = False
    """It brought a proof of work."""


def signs_of(traces: Traces, *, trapped: bool, blocked: bool, now: datetime) -> tuple[Sign, ...]:
    """All that speaks against it, in a fixed order."""
    age = None if traces.shown is None else now - traces.shown
    found = {
        Sign.HONEYPOT: trapped,
        Sign.BLOCKED: blocked,
        Sign.FAST: age is not None and age < FASTEST,
        Sign.OLD: age is not None and age > OLDEST,
    }
    return tuple(sign for sign, holds in found.items() if holds)


def is_asked_again(traces: Traces, *, works: bool, now: datetime) -> bool:
    """Whether the form is shown once more; `works`: it asks for a proof of work."""
    if traces.waiting is not None and now - traces.waiting <= PATIENCE:
        return now - traces.waiting < WAIT
    fast = traces.shown is not None and now - traces.shown < FASTEST
    return fast or (works and not traces.has_worked)
