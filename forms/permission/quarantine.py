"""The owner's decisions on a quarantined request: release it or discard it.

A released request is handled as if it had come now, with the same cool-down and confirmation email.
Nothing is permitted before the person confirms. Its event records that the owner released it and
which quarantined events it comes from. A discarded request is no longer listed; it still expires
and is erased like any other that is never confirmed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..catalogue import Wording
from ..declared.address import parse_address
from ..declared.canonical import Json
from . import optin
from .ledger import Entry, Event, Kind, Method
from .record import NOTHING, Decision, Limits, Record, Scope
from .submission import HELD, Submission


def held_with(number: int, record: Record) -> tuple[Event, ...]:
    """Return the quarantined events of the form that event `number` belongs to.

    Empty if there is none, or if the contact has moved or was erased since.
    """
    events = [e for e in record.events if e.method == Method.QUARANTINED and e.seq > record.epoch]
    first = next((event for event in events if event.seq == number), None)
    return tuple(e for e in events if first and (e.at, e.form) == (first.at, first.form))


def release(
    held: Sequence[Event],
    detail: Mapping[str, Json],
    wordings: Mapping[str, Wording],
    record: Record,
    *,
    now: datetime,
    pending: str,
    limits: Limits,
) -> Decision:
    """Release the request `held`, which came with `detail`, unless no email may be sent now."""
    if not held or Scope.ALL in record.suppressed:
        return NOTHING
    first, answers = held[0], detail.get("answers")
    submission = Submission(
        form=first.form,
        form_version=first.form_version,
        page=first.page,
        language=first.language,
        address=parse_address(str(detail["email"])),
        answers={k: str(v) for k, v in answers.items()} if isinstance(answers, dict) else {},
        wordings=tuple(wordings[event.wording] for event in held if event.wording in wordings),
        trapped=False,
        quarantined=tuple(event.seq for event in held),
    )
    return optin.request(submission, record, now=now, pending=pending, limits=limits)


def discard(held: Sequence[Event], _record: Record) -> Decision:
    """Discard the request `held`. It ends no permission, because the person chose nothing."""
    if not held:
        return NOTHING
    about: dict[str, Json] = {HELD: [event.seq for event in held]}
    return Decision(entries=(Entry(kind=Kind.DISCARDED, method=Method.OPERATOR, detail=about),))
