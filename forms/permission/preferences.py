"""The preference centre: what a person chose, and what a new choice of theirs amounts to.

A confirmed person who ticks a further box, through a link in an email to their own address, has
opted in with the exact wording beside the box. It is recorded like a confirmation, and they get the
receipt. A person who has confirmed nothing yet gets the usual confirmation email instead, because
the link may have come with an email that someone else asked for.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..catalogue import Catalogue, Frequency, Lasts, Purpose, Wording
from ..declared.canonical import Json
from .ledger import ENDINGS, Entry, Event, Kind, Method, concerns, spell
from .optin import due_wordings
from .record import Decision, Limits, Notice, Pending, Record, Scope, Template
from .submission import Raw, ticked

PAUSES = (1, 3, 6)
"""Lengths of a pause, in months."""
RESUME = 0
"""Months of a pause that ends at once."""
MOST_SHOWN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the person wants one purpose; `None` where they never chose and the default holds."""

    frequency: Frequency | None = None
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The preference centre's form, filled in correctly."""

    wordings: tuple[Wording, ...]
    """Wordings of the ticked boxes."""
    shown: frozenset[str]
    """Purposes that the page showed as ticked: only these can be left by clearing a box."""
    choices: Mapping[str, Choice]
    pause: int | None = None
    """Months, `RESUME`, or `None` to leave the pause as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceErrors:
    """Errors in the form: a purpose, `purpose` or `pause` -> the key of an error text."""

    errors: Mapping[str, str]


def choice_of(record: Record, purpose: str) -> Choice:
    """Return the choice for `purpose` since it was last left: coming back starts anew."""
    choice = Choice()
    for event in record.events:
        if event.kind in ENDINGS and concerns(event, purpose):
            choice = Choice()
        elif event.kind is Kind.CHANGED and event.purpose == purpose:
            choice = _read_detail(record.details.get(event.seq, {}))
    return choice


def standing_purposes(record: Record) -> frozenset[str]:
    """Return the standing purposes that are permitted, paused or not."""
    purposes = {event.purpose for event in record.events if event.purpose}
    grants = {purpose: record.permission(purpose).grant for purpose in purposes}
    return frozenset(p for p, grant in grants.items() if grant and _is_standing(grant, record))


def read_choices(
    raw: Raw, catalogue: Catalogue, record: Record, wordings: Mapping[str, Wording]
) -> Choices | ChoiceErrors:
    """Validate the form; `wordings` are those of the ticked boxes that were ever loaded."""
    digests, held = ticked(raw), standing_purposes(record)
    chosen = [wordings[digest] for digest in digests if digest in wordings]
    purposes = [wording.purpose for wording in chosen]
    errors: dict[str, str] = {}
    # A box twice, a wording that was never shown, or one that this form does not offer.
    is_altered = len(chosen) != len(set(raw.get("purpose", ())))
    is_altered |= len(set(purposes)) != len(purposes)
    if is_altered or not all(_is_offered(wording, catalogue, held) for wording in chosen):
        errors["purpose"] = "error_changed"
    choices = {}
    for purpose in purposes:
        declared = catalogue.purposes.get(purpose)
        before = choice_of(record, purpose)
        choice = _read_choice(raw, declared, before) if declared else Choice()
        if isinstance(choice, str):
            errors[purpose] = choice
        else:
            choices[purpose] = choice
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
    choices: Choices, record: Record, *, now: datetime, language: str, pending: str, limits: Limits
) -> Decision:
    """Record what the person chose. Choosing the same again writes nothing."""
    held = standing_purposes(record)
    wanted = {wording.purpose for wording in choices.wordings}
    left = [
        _entry(Kind.WITHDRAWN, purpose, language)
        for purpose in sorted(held & choices.shown - wanted)
    ]
    new = [wording for wording in choices.wordings if wording.purpose not in held]
    if Scope.ALL in record.suppressed:
        new = []
    grants, requests = [], []
    if record.is_known:
        grants = [_entry(Kind.CONFIRMED, w.purpose, language, wording=w.digest) for w in new]
    else:
        requests = _requests(new, record, now, language, limits)
    kept = held - {entry.purpose for entry in left}
    entries = (
        *left,
        *grants,
        *requests,
        *_changes(choices, kept | {entry.purpose for entry in grants}, record, language),
        *_pauses(choices.pause, sorted(kept), record, now, language),
    )
    first = tuple(range(len(left), len(left) + len(grants) + len(requests)))
    notices = []
    if grants:
        notices.append(Notice(template=Template.RECEIPT, about=first))
    elif requests:
        notices.append(Notice(template=Template.CONFIRM, about=first, pending=pending))
    expires = now + limits.pending
    return Decision(
        entries=entries,
        pending=Pending(id=pending, expires=expires, about=first) if requests else None,
        notices=tuple(notices),
    )


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and hour some months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


def _is_standing(grant: Event, record: Record) -> bool:
    return grant.wording in record.standing


def _is_offered(wording: Wording, catalogue: Catalogue, held: frozenset[str]) -> bool:
    if wording.lasts is not Lasts.STANDING:
        return False
    return wording.purpose in catalogue.purposes or wording.purpose in held


def _read_detail(detail: Mapping[str, Json]) -> Choice:
    frequency, topics = detail.get("frequency"), detail.get("topics")
    known = isinstance(frequency, str) and frequency in list(Frequency)
    return Choice(
        frequency=Frequency(str(frequency)) if known else None,
        topics=tuple(map(str, topics)) if isinstance(topics, list) else None,
    )


def _read_choice(raw: Raw, purpose: Purpose, before: Choice) -> Choice | str:
    """Return the choice, or the key of an error text."""
    frequency = "".join(raw.get(f"frequency-{purpose.id}", ())[:1])
    if frequency and frequency not in purpose.frequencies:
        return "error_choice"
    offered = [topic.value for topic in purpose.topics]
    chosen = set(raw.get(f"topic-{purpose.id}", ()))
    if not chosen <= set(offered):
        return "error_choice"
    # Without a topic nothing would ever be sent; to leave, there is the purpose's own box.
    if offered and f"topics-{purpose.id}" in raw and not chosen:
        return "error_topic"
    topics = tuple(value for value in offered if value in chosen)
    # The first frequency is preselected, so leaving it is no choice.
    is_unchosen = not frequency or (
        before.frequency is None and frequency == purpose.frequencies[0]
    )
    return Choice(
        frequency=None if is_unchosen else Frequency(frequency),
        # All topics stay "all", also when more are added later.
        topics=topics if topics and len(topics) < len(offered) else None,
    )


def _changes(
    choices: Choices, purposes: frozenset[str], record: Record, language: str
) -> list[Entry]:
    entries = []
    for purpose in sorted(purposes & choices.choices.keys()):
        choice = choices.choices[purpose]
        detail: dict[str, Json] = {}
        if choice.frequency is not None:
            detail["frequency"] = choice.frequency.value
        if choice.topics is not None:
            detail["topics"] = list(choice.topics)
        if choice == choice_of(record, purpose):
            continue
        entries.append(_entry(Kind.CHANGED, purpose, language, detail=detail))
    return entries


def _pauses(
    months: int | None, purposes: Sequence[str], record: Record, now: datetime, language: str
) -> list[Entry]:
    if months is None:
        return []
    if months == RESUME:
        # A pause that is over at once, so that its end depends on its date alone.
        purposes, until = [p for p in purposes if record.paused_until(p)], now
    else:
        until = months_after(now, months)
    detail = {"until": spell(until)}
    return [_entry(Kind.PAUSED, purpose, language, detail=detail) for purpose in purposes]


def _requests(
    wordings: Sequence[Wording], record: Record, now: datetime, language: str, limits: Limits
) -> list[Entry]:
    requests = [event for event in record.events if event.kind is Kind.REQUESTED]
    due = due_wordings(wordings, requests, record, now, limits)
    return [_entry(Kind.REQUESTED, w.purpose, language, wording=w.digest) for w in due]


def _entry(
    kind: Kind,
    purpose: str,
    language: str,
    *,
    wording: str = "",
    detail: Mapping[str, Json] | None = None,
) -> Entry:
    method = Method.PREFERENCES
    return Entry(
        kind, purpose, wording=wording, language=language, method=method, detail=detail or {}
    )
