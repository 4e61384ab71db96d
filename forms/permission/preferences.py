"""The preference centre: what somebody chose, and what a new choice of theirs amounts to. Pure.

A confirmed person who ticks a further box, through the link of a mail to their own address, has
opted in with the exact wording beside the box: it is recorded like a confirmation, and they get the
receipt. Who has confirmed nothing yet gets the usual confirmation mail instead, for then the link
may have come with a mail that somebody else asked for.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..catalogue import Catalogue, Frequency, Lasts, Purpose, Wording
from ..declared.canonical import Json
from .ledger import ENDINGS, Entry, Event, Kind, Method, concerns, is_recent, last_word, spell
from .record import Decision, Limits, Notice, Pending, Record, Scope, Template
from .submission import Raw, ticked

PAUSES = (1, 3, 6)
"""Months."""
RESUME = 0
MOST_SHOWN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one purpose is wanted. `None`: they never chose, and what is declared holds."""

    frequency: Frequency | None = None
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the preference centre's form says, rightly filled in."""

    wordings: tuple[Wording, ...]
    """Of the ticked boxes."""
    shown: frozenset[str]
    """The purposes that the page showed as ticked: only these can be left by clearing a box."""
    choices: Mapping[str, Choice]
    pause: int | None = None
    """Months, `RESUME`, or none: leave that as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceErrors:
    """What must be mended: a purpose, `purpose` or `pause` -> the key of an error text."""

    errors: Mapping[str, str]


def choice_of(record: Record, purpose: str) -> Choice:
    """Fold the changes of `purpose` since it was last left: who comes back begins anew."""
    choice = Choice()
    for event in record.events:
        if event.kind in ENDINGS and concerns(event, purpose):
            choice = Choice()
        elif event.kind is Kind.CHANGED and event.purpose == purpose:
            choice = _choice(record.details.get(event.seq, {}))
    return choice


def standing_purposes(record: Record) -> frozenset[str]:
    """The standing purposes that are permitted, paused or not."""
    purposes = {event.purpose for event in record.events if event.purpose}
    permissions = {purpose: record.permission(purpose).grant for purpose in purposes}
    return frozenset(p for p, grant in permissions.items() if grant and _stands(grant, record))


def read_choices(
    raw: Raw, catalogue: Catalogue, record: Record, wordings: Mapping[str, Wording]
) -> Choices | ChoiceErrors:
    """Judge what was sent; `wordings` are those of the ticked boxes that were ever loaded."""
    digests, here = ticked(raw), standing_purposes(record)
    chosen = [wordings[digest] for digest in digests if digest in wordings]
    purposes = [wording.purpose for wording in chosen]
    errors: dict[str, str] = {}
    # The same box twice, a text that we never showed, or one that is not for ticking here.
    strange = len(chosen) != len(set(raw.get("purpose", ()))) or len(set(purposes)) != len(purposes)
    if strange or not all(_may_be_on(wording, catalogue, here) for wording in chosen):
        errors["purpose"] = "error_changed"
    choices = {}
    for purpose in purposes:
        declared = catalogue.purposes.get(purpose)
        before = choice_of(record, purpose)
        verdict = _read_choice(raw, declared, before) if declared else Choice()
        if isinstance(verdict, str):
            errors[purpose] = verdict
        else:
            choices[purpose] = verdict
    pause = "".join(raw.get("pause", ())[:1])
    if pause not in ("", *map(str, (RESUME, *PAUSES))):
        errors["pause"] = "error_choice"
    if errors:
        return ChoiceErrors(errors=errors)
    return Choices(
        wordings=tuple(chosen),
        shown=frozenset(raw.get("on", ())[:MOST_SHOWN]),
        choices=choices,
        pause=int(pause) if pause else None,
    )


def change(
    wish: Choices, record: Record, *, now: datetime, language: str, pending: str, limits: Limits
) -> Decision:
    """What the person chose -> what to write. Choosing the same again writes nothing."""
    here, wanted = standing_purposes(record), {wording.purpose for wording in wish.wordings}
    left = [
        Entry(kind=Kind.WITHDRAWN, purpose=each, method=Method.PREFERENCES, language=language)
        for each in sorted(here & wish.shown - wanted)
    ]
    new = [wording for wording in wish.wordings if wording.purpose not in here]
    if Scope.ALL in record.suppressed:
        new = []
    grants = [_entry(Kind.CONFIRMED, wording, language) for wording in new if record.is_known]
    asked = [] if record.is_known else _asked(new, record, now, language, limits)
    stay = here - {entry.purpose for entry in left}
    rest = [
        *_changes(wish, stay | {entry.purpose for entry in grants}, record, language),
        *_pauses(wish.pause, sorted(stay), record, now, language),
    ]
    first = tuple(range(len(left), len(left) + len(grants) + len(asked)))
    template = Template.RECEIPT if grants else Template.CONFIRM
    waits = pending if asked else ""
    return Decision(
        entries=(*left, *grants, *asked, *rest),
        pending=Pending(id=pending, expires=now + limits.pending, about=first) if asked else None,
        notices=(Notice(template=template, about=first, pending=waits),) if first else (),
    )


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour some months on, or the last day of a month that is too short."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


def _stands(grant: Event, record: Record) -> bool:
    return grant.wording in record.standing


def _may_be_on(wording: Wording, catalogue: Catalogue, here: frozenset[str]) -> bool:
    if wording.lasts is not Lasts.STANDING:
        return False
    return wording.purpose in catalogue.purposes or wording.purpose in here


def _choice(detail: Mapping[str, Json]) -> Choice:
    frequency, topics = detail.get("frequency"), detail.get("topics")
    known = isinstance(frequency, str) and frequency in list(Frequency)
    return Choice(
        frequency=Frequency(str(frequency)) if known else None,
        topics=tuple(map(str, topics)) if isinstance(topics, list) else None,
    )


def _read_choice(raw: Raw, purpose: Purpose, before: Choice) -> Choice | str:
    """The choice, or the key of what is wrong with it."""
    often = "".join(raw.get(f"frequency-{purpose.id}", ())[:1])
    if often and often not in purpose.frequencies:
        return "error_choice"
    offered = [topic.value for topic in purpose.topics]
    chosen = set(raw.get(f"topic-{purpose.id}", ()))
    if not chosen <= set(offered):
        return "error_choice"
    # Without one of them nothing would ever come: that is what the box above is for.
    if offered and f"topics-{purpose.id}" in raw and not chosen:
        return "error_topic"
    topics = tuple(value for value in offered if value in chosen)
    # What is declared first was shown as chosen; leaving it so is no choice of theirs.
    usual = not often or (before.frequency is None and often == purpose.frequencies[0])
    return Choice(
        frequency=None if usual else Frequency(often),
        # All of them stays "all", also when more are added later.
        topics=topics if topics and len(topics) < len(offered) else None,
    )


def _changes(wish: Choices, purposes: frozenset[str], record: Record, language: str) -> list[Entry]:
    entries = []
    for purpose in sorted(purposes & wish.choices.keys()):
        choice = wish.choices[purpose]
        detail: dict[str, Json] = {}
        if choice.frequency is not None:
            detail["frequency"] = choice.frequency.value
        if choice.topics is not None:
            detail["topics"] = list(choice.topics)
        if choice == choice_of(record, purpose):
            continue
        entries.append(
            Entry(
                kind=Kind.CHANGED,
                purpose=purpose,
                method=Method.PREFERENCES,
                language=language,
                detail=detail,
            )
        )
    return entries


def _pauses(
    months: int | None, purposes: Sequence[str], record: Record, now: datetime, language: str
) -> list[Entry]:
    if months is None:
        return []
    if months == RESUME:
        # A pause that is over at once: so its end is a matter of its date alone.
        purposes, until = [p for p in purposes if record.paused_until(p)], now
    else:
        until = months_after(now, months)
    return [
        Entry(
            kind=Kind.PAUSED,
            purpose=purpose,
            method=Method.PREFERENCES,
            language=language,
            detail={"until": spell(until)},
        )
        for purpose in purposes
    ]


def _asked(
    wordings: Sequence[Wording], record: Record, now: datetime, language: str, limits: Limits
) -> list[Entry]:
    requests = [event for event in record.events if event.kind is Kind.REQUESTED]
    if limits.confirmations.is_used_up({event.at for event in requests}, now):
        return []
    recent = {
        event.purpose
        for event in requests
        if is_recent(event.at, now, limits.window) and last_word(record.events, event) is None
    }
    return [
        _entry(Kind.REQUESTED, each, language) for each in wordings if each.purpose not in recent
    ]


def _entry(kind: Kind, wording: Wording, language: str) -> Entry:
    return Entry(
        kind=kind,
        purpose=wording.purpose,
        wording=wording.digest,
        language=language,
        method=Method.PREFERENCES,
    )
