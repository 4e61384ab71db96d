"""What the owner decides of a request that was kept back: let it go on, or put it away. Pure.

Released, it goes on as if it had come now: the same cool-down, the same confirmation mail, and
nothing is permitted before the person presses the button there. Its event says that the owner let
it go on, and which held events it comes from. Put away, it is listed no more; it still lapses and
is erased like all that nobody confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..catalogue import Wording
from ..declared.address import parse_address
from ..declared.canonical import Json
from . import optin
from .ledger import Entry, Event, Kind
from .record import BY_OPERATOR, NOTHING, QUARANTINED, RELEASED, Decision, Limits, Record, Scope
from .submission import Submission

HELD = "held"
"""In the detail of both: the numbers of the events that it is about."""


def held_with(number: int, record: Record) -> tuple[Event, ...]:
    """The events of the held request that event `number` belongs to: all purposes of one form.

    Empty where there is none, or where the address is another one, or erased, by now.
    """
    mine = [e for e in record.events if e.method == QUARANTINED and e.seq > record.epoch]
    found = [event for event in mine if event.seq == number]
    return tuple(e for e in mine if found and (e.at, e.form) == (found[0].at, found[0].form))


def release(
    held: Sequence[Event],
    said: Mapping[str, Json],
    wordings: Mapping[str, Wording],
    record: Record,
    *,
    now: datetime,
    pending: str,
    limits: Limits,
) -> Decision:
    """Let it go on; `said` is the detail that came with it. Nothing where no mail may leave now."""
    if not held or Scope.ALL in record.suppressed:
        return NOTHING
    asked = _as_submitted(held, said, wordings)
    made = optin.request(asked, record, now=now, pending=pending, limits=limits)
    about: dict[str, Json] = {HELD: [event.seq for event in held]}
    entries = (replace(e, method=RELEASED, detail={**e.detail, **about}) for e in made.entries)
    return replace(made, entries=tuple(entries))


def discard(held: Sequence[Event], _record: Record) -> Decision:
    """Put it away. It says nothing of what the person chose, and ends nothing."""
    if not held:
        return NOTHING
    about: dict[str, Json] = {HELD: [event.seq for event in held]}
    return Decision(entries=(Entry(kind=Kind.DISCARDED, method=BY_OPERATOR, detail=about),))


def _as_submitted(
    held: Sequence[Event], said: Mapping[str, Json], wordings: Mapping[str, Wording]
) -> Submission:
    first, answers = held[0], said.get("answers")
    return Submission(
        form=first.form,
        form_version=first.form_version,
        page=first.page,
        language=first.language,
        address=parse_address(str(said["email"])),
        answers={k: str(v) for k, v in answers.items()} if isinstance(answers, dict) else {},
        wordings=tuple(wordings[event.wording] for event in held if event.wording in wordings),
        trapped=False,
    )
