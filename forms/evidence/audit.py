"""Audit of emails: why each was sent, and which are missing, judged by a chain of events.

`verify` audits the database, and `proof` an exported file.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from ..declared.canonical import Json
from ..permission.ledger import Event, Kind, Method, State, last_word, spell, state_of
from ..permission.mail_rules import RULES, owed_by, permits
from ..permission.record import Limits, Record, Template
from ..permission.retention import REQUEST_NUMBER

TEMPLATES = frozenset(map(str, Template))
SENT = "sent"
"""State of an email that was sent."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """An intact chain of events, with what is needed to judge its emails."""

    subject: str
    events: tuple[Event, ...]
    details: Mapping[int, Mapping[str, Json]]
    """Event number -> its detail; without those that were erased."""
    standing: frozenset[str]
    """Digests of the wordings that ask for a standing permission."""

    @cached_property
    def erased(self) -> int:
        """Number of the last `erased` event, or 0."""
        return max((event.seq for event in self.events if event.kind is Kind.ERASED), default=0)

    def about(self, numbers: object) -> tuple[Event, ...]:
        """Return the events that a row names; empty if one of them is not in the chain."""
        events = self._by_number
        if not isinstance(numbers, list) or not all(_is_in(number, events) for number in numbers):
            return ()
        return tuple(events[number] for number in numbers)

    @cached_property
    def _by_number(self) -> Mapping[int, Event]:
        return {event.seq: event for event in self.events}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A row of the outbox, as far as it can be judged."""

    template: str
    because: int
    events: tuple[Event, ...]
    """The events it is about; empty if one of them is not in the chain."""
    created: str
    sent: str
    """When it was sent, or empty."""
    checked: int
    """Number of the contact's last event when the permission was checked."""

    @classmethod
    def read(cls, row: Mapping[str, Any], numbers: object, chain: Chain) -> Self:
        """Return the columns of a row that is about the events `numbers` of `chain`."""
        return cls(
            template=row["template"],
            because=row["because"],
            events=chain.about(numbers),
            created=row["created"],
            sent=row["at"] if row["state"] == SENT else "",
            checked=row["checked"],
        )


def mail_faults(mail: MailRow, chain: Chain) -> Iterator[str]:
    """Yield the most basic fault of an email, if it has any."""
    if not mail.events or mail.events[0].seq != mail.because:
        yield "no event of its contact requested it"
    elif any(event.kind is not RULES[Template(mail.template)].asked_by for event in mail.events):
        yield f"event {mail.because} does not request this email"
    elif mail.created != mail.events[0].at:
        yield f"it was not created together with event {mail.because}"
    elif mail.sent and not _was_permitted(mail, chain):
        yield "it was sent without a permission"


def missing_mails(chain: Chain, mails: Collection[MailRow]) -> Iterator[tuple[Event, str]]:
    """Yield each event whose email is missing, and which one is."""
    there = {(event.seq, mail.template) for mail in mails for event in mail.events}
    for event in chain.events:
        owed = owed_by(event)
        if owed and not any((event.seq, template) in there for template in owed):
            yield event, f"its email is missing ({' or '.join(sorted(owed))})"


def missing_pending(
    chain: Chain, mails: Collection[MailRow], held: Collection[int]
) -> Iterator[tuple[Event, str]]:
    """Yield the requests that still wait for an answer but have no row in `pending`.

    `held` are the numbers of the events that such rows name.
    """
    reminded = {e.seq for mail in mails if mail.template == Template.ALREADY for e in mail.events}
    for event in chain.events:
        waits = event.kind is Kind.REQUESTED and event.method != Method.UNANSWERED
        if not waits or event.seq in reminded or event.seq in held:
            continue
        is_open = last_word(chain.events, event) is None and not _has_expired(event, chain)
        if is_open and state_of(chain.events, event.purpose) is State.REQUESTED:
            yield event, "its pending request is missing, so it cannot be confirmed"


def _has_expired(request: Event, chain: Chain) -> bool:
    return any(
        _is_expiry(chain.details.get(event.seq, {}), event, request)
        for event in chain.events
        if event.kind is Kind.EXPIRED and event.purpose == request.purpose
    )


def _is_expiry(detail: Mapping[str, Json], event: Event, request: Event) -> bool:
    if REQUEST_NUMBER in detail:
        return detail[REQUEST_NUMBER] == request.seq
    # Earlier versions did not record which request had expired.
    return event.moment >= request.moment + Limits().pending


def _was_permitted(mail: MailRow, chain: Chain) -> bool:
    """Return whether it was permitted by the events recorded when it was claimed."""
    then = tuple(event for event in chain.events if event.seq <= mail.checked)
    try:
        at = datetime.fromisoformat(mail.sent)
    except ValueError:
        return False
    record = Record(
        contact=chain.subject,
        events=then,
        standing=chain.standing,
        details={**chain.details, **_ended_pauses(chain, at)},
        at=at,
    )
    known = then[-1:] == chain.about([mail.checked]) and all(e in then for e in mail.events)
    return known and permits(Template(mail.template), mail.events, record)


def _ended_pauses(chain: Chain, at: datetime) -> dict[int, Mapping[str, Json]]:
    # The end of a pause is erased with the person, so such a pause is taken to be over.
    return {
        event.seq: {"until": spell(min(at, event.moment))}
        for event in chain.events
        if event.kind is Kind.PAUSED and event.seq <= chain.erased
        if event.seq not in chain.details
    }


def _is_in(number: object, events: Mapping[int, Event]) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number in events
