"""Suppressions of all email: by the person, or recorded by the owner, and how they are lifted.

People choose *never again* in the preference centre, or tell the owner. Complaints come by email,
by telephone or in a provider's report. Each ends every request and permission, and no email is sent
any more, not even a confirmation, until the owner lifts the suppression with a reason. Lifting
restores no permission: the person can only sign up again.
"""

from .ledger import Entry, Kind, Method
from .record import NOTHING, Decision, Record, Scope

NEVER = "never again"
THEIR_WISH = "never again, said by themselves"
COMPLAINED = "complained"


def never_again(_record: Record, *, reason: str) -> Decision:
    """Record that a person wants no email at all. Each call is recorded, with its reason."""
    return _forbid(Kind.WITHDRAWN, NEVER, reason)


def never_again_by_person(record: Record, *, language: str) -> Decision:
    """Suppress all email, as the person chose in the preference centre.

    An earlier suppression stays as it is, with its reason.
    """
    if Scope.ALL in record.suppressed:
        return NOTHING
    entry = Entry(kind=Kind.WITHDRAWN, method=Method.NEVER_AGAIN, language=language)
    return Decision(entries=(entry,), suppress=Scope.ALL, reason=THEIR_WISH)


def complain(_record: Record, *, reason: str) -> Decision:
    """Record a complaint by the person or their provider."""
    return _forbid(Kind.COMPLAINED, COMPLAINED, reason)


def lift(record: Record, *, reason: str) -> Decision:
    """Lift a suppression of scope `all`, with the owner's reason; an erasure stays."""
    if Scope.ALL not in record.suppressed:
        return NOTHING
    return Decision(lift=Scope.ALL, reason=reason)


def _forbid(kind: Kind, why: str, reason: str) -> Decision:
    entry = Entry(kind=kind, method=Method.OPERATOR, detail={"reason": reason})
    return Decision(entries=(entry,), suppress=Scope.ALL, reason=why)
