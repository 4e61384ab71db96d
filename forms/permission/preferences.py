"""The preference centre: what a person chose, and what a new choice of theirs amounts to.

A confirmed person who ticks a further box, through a link in an email to their own address, has
opted in with the exact wording beside the box. It is recorded like a confirmation, and they get the
receipt. A person who has confirmed nothing yet gets the usual confirmation email instead, because
the link may have come with an email that someone else asked for.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ..catalogue import Catalogue, Frequency, Lasts, Purpose, Wording
from ..declared.canonical import Json
from .ledger import ENDINGS, Entry, Kind, Method, concerns, spell
from .optin import due_wordings, pending_request
from .record import Decision, Limits, Record, Scope, Template, owe
from .submission import Raw, ticked_wordings

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

    @property
    def detail(self) -> dict[str, Json]:
        """Detail of its event."""
        detail: dict[str, Json] = {}
        if self.frequency is not None:
            detail["frequency"] = self.frequency.value
        if self.topics is not None:
            detail["topics"] = list(self.topics)
        return detail


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
    return frozenset(p for p, grant in grants.items() if grant and grant.wording in record.standing)


def read_choices(
    raw: Raw, catalogue: Catalogue, record: Record, wordings: Mapping[str, Wording]
) -> Choices | dict[str, str]:
    """Validate the form; `wordings` are those of the ticked boxes that were ever loaded.

    Errors map a purpose, `purpose` or `pause` to the key of an error text.
    """
    offered = catalogue.purposes.keys() | standing_purposes(record)
    chosen, is_altered = ticked_wordings(raw, wordings)
    errors: dict[str, str] = {}
    if is_altered or not all(
        wording.lasts is Lasts.STANDING and wording.purpose in offered for wording in chosen
    ):
        errors["purpose"] = "error_changed"
    choices = {}
    for purpose in (wording.purpose for wording in chosen):
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
        return errors
    return Choices(
        wordings=chosen,
        shown=frozenset(raw.get("on", ())[:MOST_SHOWN]),
        choices=choices,
        pause=int(pause) if pause else None,
    )


def change(
    choices: Choices, record: Record, *, now: datetime, language: str, pending: str, limits: Limits
) -> Decision:
    """Record what the person chose. Choosing the same again writes nothing."""
    entry = partial(Entry, method=Method.PREFERENCES, language=language)
    held = standing_purposes(record)
    wanted = {wording.purpose for wording in choices.wordings}
    left = held & choices.shown - wanted
    kept = held - left
    new = [wording for wording in choices.wordings if wording.purpose not in held]
    if Scope.ALL in record.suppressed:
        new = []
    grants, requests = [], []
    if record.is_known:
        grants = [entry(Kind.CONFIRMED, w.purpose, wording=w.digest) for w in new]
    else:
        earlier = [event for event in record.events if event.kind is Kind.REQUESTED]
        due = due_wordings(new, earlier, record, now, limits)
        requests = [entry(Kind.REQUESTED, w.purpose, wording=w.digest) for w in due]
    permitted = kept | {grant.purpose for grant in grants}
    changes = [
        entry(Kind.CHANGED, purpose, detail=choices.choices[purpose].detail)
        for purpose in sorted(permitted & choices.choices.keys())
        if choices.choices[purpose] != choice_of(record, purpose)
    ]
    leavings = [entry(Kind.WITHDRAWN, purpose) for purpose in sorted(left)]
    until, paused = _pause(choices.pause, kept, record, now)
    pauses = [entry(Kind.PAUSED, purpose, detail={"until": until}) for purpose in paused]
    return Decision(
        entries=(*leavings, *grants, *requests, *changes, *pauses),
        pending=pending_request(pending, requests, now, limits),
        notices=(
            *owe(Template.RECEIPT, grants),
            *owe(Template.CONFIRM, requests, pending=pending),
        ),
    )


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and hour some months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


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


def _pause(
    months: int | None, purposes: frozenset[str], record: Record, now: datetime
) -> tuple[str, list[str]]:
    """Return until when to pause, and which of `purposes`."""
    if months is None:
        return "", []
    if months == RESUME:
        # A pause that is over at once, so that its end depends on its date alone.
        return spell(now), sorted(filter(record.paused_until, purposes))
    return spell(months_after(now, months)), sorted(purposes)
