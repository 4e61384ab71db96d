"""Requests in quarantine, which looked like spam: list, release or discard them.

No email is sent for one until the owner releases it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from ...declared.canonical import Json
from ...errors import NotPossibleError
from ...permission import quarantine as decisions
from ...permission.ledger import Kind, Method
from ...permission.quarantine import held_with
from ...permission.record import Decision, Limits, Record, Scope
from ...permission.submission import HELD
from ..database.tables import contact, detail, ledger
from ..records.rows import STREAMED
from ..records.store import Store
from .export_all import ExportRow


def held_requests(connection: Connection) -> Iterator[ExportRow]:
    """Yield a row for each purpose of each request in quarantine, in order.

    `signs` is empty for requests that are older than signals. Left out are requests that the owner
    has decided on, those of an address that was erased, and those of an earlier address.
    """
    later = ledger.alias()
    moved = (
        (later.c.subject == ledger.c.subject)
        & (later.c.seq > ledger.c.seq)
        & (later.c.kind == Kind.CHANGED)
        & (later.c.method == Method.MOVE)
    )
    columns = (ledger.c.seq.label("id"), ledger.c.at, contact.c.address, ledger.c.purpose)
    query = _quarantined(*columns, ledger.c.form, ledger.c.page, detail.c.body.label("signs"))
    query = query.where(~exists().where(moved)).order_by(ledger.c.seq)
    decided = _decided_events(connection)
    for row in connection.execute(query, execution_options=STREAMED).mappings():
        if row["id"] not in decided:
            signs = ", ".join(json.loads(row["signs"]).get("signs", []))
            yield {str(name): value for name, value in row.items()} | {"signs": signs}


def release(store: Store, number: int, *, now: datetime, limits: Limits) -> int:
    """Release the request of event `number`; return how many purposes are requested now.

    Raises `NotPossibleError` if there is no such request, or if the address may get no email.
    """
    contact_id, submitted = _held(store, number)
    wordings = store.wordings(e.wording for e in store.current_record(contact_id).events)
    pending = store.new_id()

    def decide(record: Record) -> Decision:
        return decisions.release(
            held_with(number, record),
            submitted,
            wordings,
            record,
            now=now,
            pending=pending,
            limits=limits,
        )

    committed = store.commit_for_contact(contact_id, decide, now=now)
    if committed.decision.notices:
        return len(committed.events)
    if Scope.ALL in store.current_record(contact_id).suppressed:
        raise NotPossibleError("the address is suppressed: see `atrae forms lift`")
    raise NotPossibleError(
        "this address was sent a confirmation a moment ago, or too many today: try again later"
    )


def discard(store: Store, number: int, *, now: datetime) -> int:
    """Discard the request of event `number`; return how many purposes it had.

    Raises `NotPossibleError` if there is no such request.
    """
    contact_id, _ = _held(store, number)
    held = held_with(number, store.current_record(contact_id))
    store.commit_for_contact(contact_id, partial(decisions.discard, held), now=now)
    return len(held)


def _held(store: Store, number: int) -> tuple[str, Mapping[str, Json]]:
    """Return the contact of a request in quarantine, and the detail that it came with."""
    query = _quarantined(ledger.c.subject, detail.c.body).where(ledger.c.seq == number)
    with store.database.reading() as connection:
        row = connection.execute(query).one_or_none()
        is_open = row is not None and number not in _decided_events(connection)
    if row is None or not is_open or not held_with(number, store.current_record(row.subject)):
        raise NotPossibleError(f"no request with the number {number} is in quarantine")
    return str(row.subject), json.loads(row.body)


def _quarantined(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of the events in quarantine, of their contacts and of their details."""
    return (
        select(*columns)
        .join_from(ledger, contact, contact.c.id == ledger.c.subject)
        .join(detail, detail.c.event == ledger.c.seq)
        .where(ledger.c.method == Method.QUARANTINED, contact.c.address.is_not(None))
    )


def _decided_events(connection: Connection) -> frozenset[int]:
    """Return the events in quarantine that the owner has released or discarded."""
    is_decision = (ledger.c.kind == Kind.DISCARDED) | (ledger.c.method == Method.RELEASED)
    query = select(detail.c.body).join(ledger, detail.c.event == ledger.c.seq).where(is_decision)
    bodies = connection.scalars(query)
    return frozenset(number for body in bodies for number in json.loads(body).get(HELD, ()))
