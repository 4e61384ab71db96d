"""Convert rows of the database to values, and append events to a chain."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from ...catalogue import Wording
from ...declared.canonical import Json
from ...permission.ledger import SAYING, START, Detail, Entry, Event, Kind, sealed
from ..database.tables import contact, detail, ledger, wording
from . import statements
from .statements import row_of

EVENT_COLUMNS = tuple(column.name for column in ledger.columns)
STREAMED = {"yield_per": 1000}
"""Execution options of a query over a whole table: rows are fetched in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRequest:
    """A stored request: the `requested` events, and until when they can be confirmed."""

    id: str
    contact: str
    events: tuple[Event, ...]
    expires: datetime


def event_from_row(row: Sequence[Any]) -> Event:
    """Return the event of a row that begins with the columns of the ledger, in its order.

    Raises `ValueError` for an unknown kind.
    """
    fields = dict(zip(EVENT_COLUMNS, row, strict=False))
    return Event(**{**fields, "kind": Kind(fields["kind"])})


def read_chain(connection: Connection, subject: str) -> tuple[Event, ...]:
    """Return all events of a subject, in order."""
    return tuple(map(event_from_row, statements.CHAIN.rows(connection, {"subject": subject})))


def read_events(connection: Connection, seqs: Iterable[int]) -> tuple[Event, ...]:
    """Return the events with these numbers, in the order of `seqs`; unknown ones are left out."""
    results = (statements.EVENT.rows(connection, {"seq": seq}) for seq in seqs)
    return tuple(event_from_row(row) for rows in results for row in rows)


def read_wordings(connection: Connection, digests: Iterable[str]) -> Mapping[str, Wording]:
    """Return the wordings with these digests, as they were loaded."""
    wanted = tuple(set(digests))
    if not wanted:
        return {}
    query = select(wording.c.digest, wording.c.body).where(wording.c.digest.in_(wanted))
    return {row.digest: Wording.model_validate_json(row.body) for row in connection.execute(query)}


def read_detail_rows(connection: Connection, events: Iterable[Event]) -> Sequence[Row[Any]]:
    """Return the rows of `detail` that belong to `events`."""
    seqs = [event.seq for event in events if event.detail]
    if not seqs:
        return ()
    return connection.execute(select(detail).where(detail.c.event.in_(seqs))).all()


def read_details(
    connection: Connection, events: Iterable[Event]
) -> Mapping[int, Mapping[str, Json]]:
    """Return the details that decisions read, by the number of their event."""
    rows = read_detail_rows(connection, (event for event in events if event.kind in SAYING))
    return {row.event: json.loads(row.body) for row in rows}


def read_pending(connection: Connection, pending_id: str) -> PendingRequest | None:
    """Return the pending request with this id."""
    rows = statements.PENDING.rows(connection, {"id": pending_id})
    if not rows:
        return None
    [(contact_id, seqs, expires)] = rows
    return PendingRequest(
        id=pending_id,
        contact=contact_id,
        events=read_events(connection, json.loads(seqs)),
        expires=datetime.fromisoformat(expires),
    )


def read_address(connection: Connection, contact_id: str) -> str:
    """Return a contact's address as typed, or the empty string if it is erased or unknown."""
    query = select(contact.c.address).where(contact.c.id == contact_id)
    return str(connection.scalar(query) or "")


class LedgerWriter(NamedTuple):
    """Appends events to chains within a transaction; each detail takes one of `salts`."""

    connection: Connection
    now: datetime
    salts: Iterable[str]

    def append(
        self,
        subject: str,
        entries: Sequence[Entry],
        *,
        head: str | None = None,
        seqs: Iterable[int] | None = None,
    ) -> tuple[Event, ...]:
        """Append `entries` to the chain of `subject`, whose lock the caller holds.

        `head` is the digest of the chain's last event and `seqs` are reserved numbers, if the
        caller has read them under that lock; both are read here otherwise.
        """
        if not entries:
            return ()
        if head is None:
            head = statements.HEAD.scalar(self.connection, {"subject": subject}) or START
        events, details = list[Event](), list[Detail]()
        seqs = _next_seqs(self.connection) if seqs is None else seqs
        # `entries` first: when they are used up, no further number is taken.
        for entry, seq, salt in zip(entries, seqs, self.salts, strict=False):
            event, event_detail = sealed(
                entry, seq=seq, at=self.now, subject=subject, prev=head, salt=salt
            )
            events.append(event)
            head = event.digest
            details += [event_detail] if event_detail else []
        statements.ADD_EVENT.run_each(self.connection, list(map(row_of, events)))
        if details:
            statements.ADD_DETAIL.run_each(self.connection, list(map(row_of, details)))
        return tuple(events)


def _next_seqs(connection: Connection) -> Iterator[int]:
    if connection.dialect.name == "postgresql":
        while True:
            yield int(statements.NEXT_SEQS.scalar(connection, {"number": 1}))
    yield from count(int(statements.LAST_SEQ.scalar(connection, {}) or 0) + 1)
