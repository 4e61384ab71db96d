"""Rows -> values, and the few statements that more than one room needs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, select

from ...catalogue import Wording
from ...declared.canonical import Json
from ...permission.ledger import SAYING, START, Entry, Event, Kind, sealed
from ..database.tables import detail as details, ledger, wording
from .statements import (
    ADD_DETAIL,
    ADD_EVENT,
    CHAIN,
    EVENT,
    HEAD,
    LAST_SEQ,
    NEXT_SEQS,
    PENDING,
    PENDING_ID,
    SEQ,
    SUBJECT,
    detail_row,
    event_row,
)


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
    rows = CHAIN.rows(connection, {SUBJECT: subject})
    return tuple(event_in(row) for row in rows)


def event_in(row: Sequence[Any]) -> Event:
    """The event of a row of the ledger, its columns in the order of the table."""
    return event_of(dict(zip(_EVENT, row, strict=True)))


def events_by_seq(connection: Connection, seqs: Sequence[int]) -> tuple[Event, ...]:
    """The events with these numbers, in the order of `seqs`; what there is not is left out."""
    found = (EVENT.rows(connection, {SEQ: seq}) for seq in seqs)
    return tuple(event_in(row) for rows in found for row in rows)


def wordings_of(connection: Connection, digests: Iterable[str]) -> Mapping[str, Wording]:
    """The wordings with these digests, as they were loaded."""
    wanted = tuple(set(digests))
    if not wanted:
        return {}
    query = select(wording.c.digest, wording.c.body).where(wording.c.digest.in_(wanted))
    return {row.digest: Wording.model_validate_json(row.body) for row in connection.execute(query)}


def said_in(connection: Connection, events: Sequence[Event]) -> Mapping[int, Mapping[str, Json]]:
    """The details that decisions ask for, of those of `events` that have one."""
    numbers = [event.seq for event in events if event.kind in SAYING and event.detail]
    if not numbers:
        return {}
    query = select(details.c.event, details.c.body).where(details.c.event.in_(numbers))
    return {row.event: json.loads(row.body) for row in connection.execute(query)}


def asked_of(connection: Connection, pending_id: str) -> Asked | None:
    """The pending request with this id."""
    found = PENDING.rows(connection, {PENDING_ID: pending_id})
    if not found:
        return None
    [(contact, events, expires)] = found
    return Asked(
        id=pending_id,
        contact=contact,
        events=events_by_seq(connection, json.loads(events)),
        expires=datetime.fromisoformat(expires),
    )


def append(
    connection: Connection,
    subject: str,
    entries: Iterable[Entry],
    *,
    at: datetime,
    salts: Iterable[str],
    head: str | None = None,
    seqs: Iterable[int] | None = None,
) -> tuple[Event, ...]:
    """Add `entries` to the chain of `subject`, whose lock the caller holds; `head` is the digest
    of its last event, and `seqs` numbers that nobody else has, where the caller has asked for them
    under that lock."""
    waiting = list(entries)
    if not waiting:
        return ()
    prev = head
    if prev is None:
        prev = HEAD.scalar(connection, {SUBJECT: subject}) or START
    events, told = [], []
    seqs = _next_seqs(connection) if seqs is None else seqs
    for entry, seq, salt in zip(waiting, seqs, salts, strict=False):
        event, detail = sealed(entry, seq=seq, at=at, subject=subject, prev=prev, salt=salt)
        events.append(event)
        prev = event.digest
        if detail is not None:
            told.append(detail_row(detail))
    ADD_EVENT.run_each(connection, [event_row(event) for event in events])
    if told:
        ADD_DETAIL.run_each(connection, told)
    return tuple(events)


def _next_seqs(connection: Connection) -> Iterator[int]:
    if connection.dialect.name == "postgresql":
        while True:
            yield int(NEXT_SEQS.scalar(connection, {"number": 1}))
    yield from count(int(LAST_SEQ.scalar(connection, {}) or 0) + 1)


_EVENT = tuple(column.name for column in ledger.columns)
