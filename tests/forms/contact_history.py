"""One contact's life without a database: decisions are carried out on a list of events."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forms.catalogue import Lasts
from forms.declared.address import parse_address
from forms.declared.canonical import Json
from forms.permission.ledger import START, Entry, Event, Kind, sealed
from forms.permission.optin import request
from forms.permission.record import Decision, Limits, Notice, Record, Scope
from forms.permission.submission import Submission

from .declared import NOW, catalogue

CATALOGUE = catalogue()
WORDINGS = CATALOGUE.wordings()
STANDING = frozenset(d for d, text in WORDINGS.items() if text.lasts is Lasts.STANDING)
LIMITS = Limits()


@dataclass
class Asked:
    """A pending request of this life."""

    events: tuple[Event, ...]
    expires: datetime


@dataclass
class Life:
    """What the store would hold of one contact."""

    events: list[Event] = field(default_factory=list)
    pending: list[Asked] = field(default_factory=list)
    owed: list[tuple[Notice, tuple[Event, ...]]] = field(default_factory=list)
    suppressed: frozenset[Scope] = frozenset()
    details: dict[int, dict[str, Json]] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def record(self) -> Record:
        return Record(
            contact="c1",
            events=tuple(self.events),
            standing=STANDING,
            suppressed=self.suppressed,
            details=self.details,
            at=self.now,
        )

    def carry_out(self, decision: Decision) -> tuple[Event, ...]:
        """Write the decision, as the store does."""
        written = []
        for entry in decision.entries:
            self.details[len(self.events) + 1] = dict(entry.detail)
            event, _ = sealed(
                entry,
                seq=len(self.events) + 1,
                at=self.now,
                subject="c1",
                prev=self.events[-1].digest if self.events else START,
                salt="0" * 32,
            )
            self.events.append(event)
            written.append(event)

        def by_entry(entries: Iterable[Entry]) -> Iterator[Event]:
            return (written[decision.entries.index(entry)] for entry in entries)

        if decision.pending is not None:
            about = tuple(by_entry(decision.pending.about))
            self.pending.append(Asked(about, decision.pending.expires))
        for notice in decision.notices:
            self.owed.append((notice, tuple(by_entry(notice.about))))
        if decision.suppress is not None:
            self.suppressed |= {decision.suppress}
        if decision.lift is not None:
            self.suppressed -= {decision.lift}
        return tuple(written)

    def decide(self, decision: Callable[[Record], Decision]) -> Decision:
        """Decide on the record as it is, and carry it out."""
        made = decision(self.record)
        self.carry_out(made)
        return made

    def request(self, *purposes: str, trapped: bool = False) -> Decision:
        """Somebody sends a form with this contact's address."""
        asked = submission(*purposes, trapped=trapped)
        return self.decide(
            lambda record: request(asked, record, now=self.now, pending="p", limits=LIMITS)
        )

    def passes(self, time: timedelta) -> None:
        """The clock goes on."""
        self.now += time


def submission(*purposes: str, trapped: bool = False) -> Submission:
    """A form filled in rightly."""
    form = CATALOGUE.forms["guide"]
    return Submission(
        form=form.id,
        form_version=form.version,
        page="/",
        language="en",
        address=parse_address("ana@example.org"),
        answers={},
        wordings=tuple(CATALOGUE.wording(purpose, "en") for purpose in purposes),
        trapped=trapped,
    )


def last_answer(events: list[Event], purpose: str) -> Event | None:
    """Written apart from the code: the last thing that the person themselves, or a server, said."""
    said = [
        event
        for event in events
        if event.purpose in ("", purpose)
        and event.kind not in (Kind.REQUESTED, Kind.EXPIRED, Kind.CHANGED)
    ]
    return said[-1] if said else None
