"""Why each mail left: the event that asked for it, and the permission at that moment."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ...canonical import Json
from ...decision import Record, Template
from ...ledger import Event, Kind, spell
from ...optin import asks, permits
from ..queue import Fate
from .finding import Finding, Known


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that holds, with the details that are there, by event."""

    subject: str
    events: tuple[Event, ...]
    details: Mapping[int, Mapping[str, Json]]
    erased: int
    """The number of the last `erased` event; 0: there is none."""


def mail(row: Row[Any], chain: Chain, known: Known) -> Iterator[Finding]:
    """A row of the outbox against the chain of its contact."""
    place = f"mail {row.id}"
    if row.template not in _TEMPLATES or row.state not in _FATES:
        yield Finding(place, "there is no such template or state")
        return
    template, events = Template(row.template), about(row.events, chain)
    if not events or events[0].seq != row.because:
        yield Finding(place, "no event of its contact asked for it")
    elif row.dedupe != f"{template}:{row.because}":
        yield Finding(place, "it is not the one mail that its event asked for")
    elif any(event.kind not in asks(template) for event in events):
        yield Finding(place, f"event {row.because} does not ask for such a mail")
    elif row.state == Fate.SENT and not _was_permitted(template, events, chain, known, row):
        yield Finding(place, "it was sent without a permission")


_TEMPLATES, _FATES = frozenset(map(str, Template)), frozenset(map(str, Fate))


def about(events: str, chain: Chain) -> tuple[Event, ...]:
    """The events of the chain that a row names; empty where one of them is not there."""
    try:
        wanted = json.loads(events)
    except ValueError:
        return ()
    found = {event.seq: event for event in chain.events}
    whole = isinstance(wanted, list) and all(seq in found for seq in wanted)
    return tuple(found[seq] for seq in wanted) if whole else ()


def _was_permitted(
    template: Template, events: tuple[Event, ...], chain: Chain, known: Known, row: Row[Any]
) -> bool:
    """Whether it was when it was claimed: judged by the events that there were then."""
    then = tuple(event for event in chain.events if event.seq <= row.checked)
    try:
        at = datetime.fromisoformat(row.at)
    except ValueError:
        return False
    record = Record(
        contact=chain.subject,
        events=then,
        standing=known.standing,
        details={**chain.details, **_ended_pauses(chain, at)},
        at=at,
    )
    return all(event in then for event in events) and permits(template, events, record)


def _ended_pauses(chain: Chain, at: datetime) -> dict[int, Mapping[str, Json]]:
    """Pauses whose end was erased with the person: nobody can say any more that they held."""
    return {
        event.seq: {"until": spell(min(at, event.moment))}
        for event in chain.events
        if event.kind is Kind.PAUSED and event.seq <= chain.erased
        if event.seq not in chain.details
    }
