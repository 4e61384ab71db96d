"""Rows -> values, and the few statements that more than one room needs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from ..catalogue import Wording
from ..ledger import START, Entry, Event, Kind, sealed
from .tables import detail as details, ledger, ledger_seq, pending, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A pending request as stored: what was asked for, until when it can be confirmed."""

    id: str
    contact: str
    events: tuple[Event, ...]
    expires: datetime


def event_of(fields: Mapping[str, Any]) -> Event:
    """Raises `ValueError` for a kind that there is not."""
    return Event(**{**fields, "kind": Kind(fields["kind"])})


def events_of(connection: Connection, subject: str) -> tuple[Event, ...]:
    """The whole chain of a subject, in order."""
    query = select(ledger).where(ledger.c.subject == subject).order_by(ledger.c.seq)
    return tuple(_events(connection, query))


def events_by_seq(connection: Connection, seqs: Sequence[int]) -> tuple[Event, ...]:
    """The events with these numbers, in the order of `seqs`; what there is not is left out."""
    query = select(ledger).where(ledger.c.seq.in_(seqs))
    found = {event.seq: event for event in _events(connection, query)}
    return tuple(found[seq] for seq in seqs if seq in found)


def wordings_of(connection: Connection, digests: Iterable[str]) -> Mapping[str, Wording]:
    """The wordings with these digests, as they were loaded."""
    wanted = tuple(set(digests))
    if not wanted:
        return {}
    query = select(wording.c.digest, wording.c.body).where(wording.c.digest.in_(wanted))
    return {row.digest: Wording.model_validate_json(row.body) for row in connection.execute(query)}


def asked_of(connection: Connection, pending_id: str) -> Asked | None:
    """The pending request with this id."""
    row = connection.execute(select(pending).where(pending.c.id == pending_id)).one_or_none()
    if row is None:
        return None
    return Asked(
        id=row.id,
        contact=row.contact,
        events=events_by_seq(connection, json.loads(row.events)),
        expires=datetime.fromisoformat(row.expires),
    )


def append(
    connection: Connection,
    subject: str,
    entries: Iterable[Entry],
    *,
    at: datetime,
    salts: Iterable[str],
) -> tuple[Event, ...]:
    """Add `entries` to the chain of `subject`, whose lock the caller holds."""
    mine = select(ledger.c.digest).where(ledger.c.subject == subject)
    head = connection.execute(mine.order_by(ledger.c.seq.desc()).limit(1)).scalar()
    prev, events = head or START, []
    for entry, salt in zip(entries, salts, strict=False):
        seq = _next_seq(connection)
        event, detail = sealed(entry, seq=seq, at=at, subject=subject, prev=prev, salt=salt)
        connection.execute(insert(ledger).values(asdict(event)))
        if detail is not None:
            connection.execute(insert(details).values(asdict(detail)))
        events.append(event)
        prev = event.digest
    return tuple(events)


def _events(connection: Connection, query: Select[Any]) -> Iterator[Event]:
    for row in connection.execute(query).mappings():
        yield event_of({str(name): value for name, value in row.items()})


def _next_seq(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.execute(ledger_seq.next_value().select()).scalar_one())
    last = select(ledger.c.seq).order_by(ledger.c.seq.desc()).limit(1)
    return int(connection.execute(last).scalar() or 0) + 1
