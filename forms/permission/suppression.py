"""Never again, and the way back: what the person says, or the owner records. Pure.

The person says it in the preference centre. A complaint comes by mail, by telephone or in the
report of a mail provider; "never write to me again" comes as an answer to a mail as well. Each of
them ends all that was asked for and confirmed, and no mail leaves any more, not even a
confirmation, until the owner lifts it with a reason. Lifting brings no permission back: it only
lets the person ask again.
"""

from .ledger import Entry, Kind, Method
from .record import NOTHING, Decision, Record, Scope

NEVER = "never again"
THEIR_WISH = "never again, said by themselves"
COMPLAINED = "complained"


def never_again(_record: Record, *, reason: str) -> Decision:
    """The person wants no mail at all, of whatever purpose. Each time is kept, with its reason."""
    return _forbid(Kind.WITHDRAWN, NEVER, reason)


def never_again_by_person(record: Record, *, language: str) -> Decision:
    """The person says so themselves, in the preference centre; saying it twice is saying it once.

    What suppresses them already stays as it is, with its reason.
    """
    if Scope.ALL in record.suppressed:
        return NOTHING
    entry = Entry(kind=Kind.WITHDRAWN, method=Method.NEVER_AGAIN, language=language)
    return Decision(entries=(entry,), suppress=Scope.ALL, reason=THEIR_WISH)


def complain(_record: Record, *, reason: str) -> Decision:
    """The person, or their provider, complained of our mail."""
    return _forbid(Kind.COMPLAINED, COMPLAINED, reason)


def lift(record: Record, *, reason: str) -> Decision:
    """The owner takes scope `all` back; whoever was erased stays so. The reason is kept."""
    if Scope.ALL not in record.suppressed:
        return NOTHING
    return Decision(lift=Scope.ALL, reason=reason)


def _forbid(kind: Kind, why: str, reason: str) -> Decision:
    entry = Entry(kind=kind, method=Method.OPERATOR, detail={"reason": reason})
    return Decision(entries=(entry,), suppress=Scope.ALL, reason=why)
