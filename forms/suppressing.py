"""Never again, and the way back: what the owner records of somebody who said so elsewhere. Pure.

A complaint comes by mail, by telephone or in the report of a mail provider; "never write to me
again" comes as an answer to a mail. Either ends all that was asked for and confirmed, and no mail
leaves any more, not even a confirmation, until the owner lifts it with a reason. Lifting brings no
permission back: it only lets the person ask again.
"""

from .decision import NOTHING, Decision, Record, Scope
from .ledger import Entry, Kind

BY_OPERATOR = "operator"
"""The owner recorded it, by a command."""
NEVER = "never again"
COMPLAINED = "complained"


def never(_record: Record, *, reason: str) -> Decision:
    """The person wants no mail at all, of whatever purpose. Each time is kept, with its reason."""
    return _forbid(Kind.WITHDRAWN, NEVER, reason)


def complain(_record: Record, *, reason: str) -> Decision:
    """The person, or their provider, complained of our mail."""
    return _forbid(Kind.COMPLAINED, COMPLAINED, reason)


def lift(record: Record, *, reason: str) -> Decision:
    """The owner takes scope `all` back; whoever was erased stays so. The reason is kept."""
    if Scope.ALL not in record.suppressed:
        return NOTHING
    return Decision(lift=Scope.ALL, reason=reason)


def _forbid(kind: Kind, why: str, reason: str) -> Decision:
    entry = Entry(kind=kind, method=BY_OPERATOR, detail={"reason": reason})
    return Decision(entries=(entry,), suppress=Scope.ALL, reason=why)
