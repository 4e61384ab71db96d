"""Why each mail left, and which mails there must be: the outbox against a chain of events. Pure.

`verify` asks it of the database, and of a proof that stands without one.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ..declared.canonical import Json
from ..permission.ledger import Event, Kind, State, last_word, spell, state_of
from ..permission.optin import asks, permits
from ..permission.record import (
    BY_FORM,
    BY_PREFERENCES,
    MAILED,
    RELEASED,
    UNANSWERED,
    Limits,
    Record,
    Template,
)

OWED: Mapping[tuple[Kind, str], frozenset[Template]] = {
    (Kind.REQUESTED, BY_FORM): frozenset({Template.CONFIRM, Template.ALREADY}),
    (Kind.REQUESTED, RELEASED): frozenset({Template.CONFIRM, Template.ALREADY}),
    (Kind.REQUESTED, BY_PREFERENCES): frozenset({Template.CONFIRM}),
    (Kind.SEALED, MAILED): frozenset({Template.SEALED}),
    (Kind.HELD, MAILED): frozenset({Template.HELD}),
}
"""What an event of a kind and method is never written without: one of these mails."""
LAPSED = "asked"
"""In the detail of an `expired` event: the number of the request that it is about."""
TEMPLATES = frozenset(map(str, Template))


@dataclass(frozen=True, kw_only=True)
class Story:
    """A chain that holds, with what is needed to judge its mails."""

    subject: str
    events: tuple[Event, ...]
    details: Mapping[int, Mapping[str, Json]]
    """Those that are there, by event."""
    standing: frozenset[str]
    """The digests of the wordings that ask for a standing permission."""

    @cached_property
    def erased(self) -> int:
        """The number of the last `erased` event; 0: there is none."""
        return max((event.seq for event in self.events if event.kind is Kind.ERASED), default=0)

    def about(self, numbers: object) -> tuple[Event, ...]:
        """The events that a row names; empty where one of them is not in the chain."""
        found = self._by_number
        if not isinstance(numbers, list) or not all(_is_in(number, found) for number in numbers):
            return ()
        return tuple(found[number] for number in numbers)

    @cached_property
    def _by_number(self) -> Mapping[int, Event]:
        return {event.seq: event for event in self.events}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A row of the outbox, as much of it as can be judged."""

    template: str
    because: int
    events: tuple[Event, ...]
    """What it is about; empty where the chain has not all of it."""
    created: str
    sent: str
    """When it was; empty: it was not."""
    checked: int
    """The contact's last event when the permission was asked."""


def faults(mail: Mail, story: Story) -> Iterator[str]:
    """What is off with a mail: at most one thing, the plainest."""
    if not mail.events or mail.events[0].seq != mail.because:
        yield "no event of its contact asked for it"
    elif any(event.kind not in asks(Template(mail.template)) for event in mail.events):
        yield f"event {mail.because} does not ask for such a mail"
    elif mail.created != mail.events[0].at:
        yield f"it was not written down together with event {mail.because}"
    elif mail.sent and not _was_permitted(mail, story):
        yield "it was sent without a permission"


def unwritten(story: Story, mails: Collection[Mail]) -> Iterator[tuple[Event, str]]:
    """The events whose mail is gone: each of them, and what is missing."""
    there = {(event.seq, mail.template) for mail in mails for event in mail.events}
    for event in story.events:
        owed = _owed(event)
        if owed and not any((event.seq, template) in there for template in owed):
            yield event, f"the mail that it asked for is gone ({' or '.join(sorted(owed))})"


def unheld(
    story: Story, mails: Collection[Mail], held: Collection[int]
) -> Iterator[tuple[Event, str]]:
    """The requests that still wait for their answer, and that no row of `pending` waits for;
    `held` are the events that such rows name."""
    reminded = {e.seq for mail in mails if mail.template == Template.ALREADY for e in mail.events}
    for event in story.events:
        waits = event.kind is Kind.REQUESTED and event.method != UNANSWERED
        if not waits or event.seq in reminded or event.seq in held:
            continue
        is_open = last_word(story.events, event) is None and not _has_lapsed(event, story)
        if is_open and state_of(story.events, event.purpose) is State.REQUESTED:
            yield event, "what it waits for is gone: nobody can confirm it any more"


def _has_lapsed(asked: Event, story: Story) -> bool:
    """Whether a purge came by when it could no longer be confirmed: it says so of each."""
    return any(
        _is_lapse(story.details.get(event.seq, {}), event, asked)
        for event in story.events
        if event.kind is Kind.EXPIRED and event.purpose == asked.purpose
    )


def _is_lapse(told: Mapping[str, Json], event: Event, asked: Event) -> bool:
    if LAPSED in told:
        return told[LAPSED] == asked.seq
    # Those of earlier versions do not say which request they are about.
    return event.moment >= asked.moment + Limits().pending


def _owed(event: Event) -> frozenset[Template]:
    if event.kind is Kind.CONFIRMED:
        return frozenset({Template.RECEIPT})
    if event.kind is Kind.ACCESS_ASKED and event.method in TEMPLATES:
        return frozenset({Template(event.method)})
    return OWED.get((event.kind, event.method), frozenset())


def _was_permitted(mail: Mail, story: Story) -> bool:
    """Whether it was when it was claimed: judged by the events that there were then."""
    then = tuple(event for event in story.events if event.seq <= mail.checked)
    try:
        at = datetime.fromisoformat(mail.sent)
    except ValueError:
        return False
    record = Record(
        contact=story.subject,
        events=then,
        standing=story.standing,
        details={**story.details, **_ended_pauses(story, at)},
        at=at,
    )
    known = then[-1:] == story.about([mail.checked]) and all(e in then for e in mail.events)
    return known and permits(Template(mail.template), mail.events, record)


def _ended_pauses(story: Story, at: datetime) -> dict[int, Mapping[str, Json]]:
    """Pauses whose end was erased with the person: nobody can say any more that they held."""
    return {
        event.seq: {"until": spell(min(at, event.moment))}
        for event in story.events
        if event.kind is Kind.PAUSED and event.seq <= story.erased
        if event.seq not in story.details
    }


def _is_in(number: object, found: Mapping[int, Event]) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number in found
