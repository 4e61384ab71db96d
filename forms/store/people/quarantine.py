"""The requests that looked like a robot's, and why: kept, never answered with a mail until the
owner lets one go on."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, exists, select

from ...declared.canonical import Json
from ...errors import NotDoneError
from ...permission.ledger import BY_MOVE, Kind
from ...permission.quarantine import HELD, discard, held_with, release
from ...permission.record import QUARANTINED, RELEASED, Decision, Limits, Record, Scope
from ..database.tables import contact, detail, ledger
from ..records.store import Store
from .export_all import STREAMED, Line


def quarantine(connection: Connection) -> Iterator[Line]:
    """One line for each purpose of each such request, in order; `signs` are those of
    `suspicion.Sign`, empty where the request is older than they are. What was erased or purged
    has no address any more, and is left out; so is what was asked for with another address than
    the person has now, and what the owner has decided on."""
    later = ledger.alias()
    moved = (
        (later.c.subject == ledger.c.subject)
        & (later.c.seq > ledger.c.seq)
        & (later.c.kind == Kind.CHANGED)
        & (later.c.method == BY_MOVE)
    )
    query = (
        select(
            ledger.c.seq,
            ledger.c.at,
            contact.c.address,
            ledger.c.purpose,
            ledger.c.form,
            ledger.c.page,
            detail.c.body,
        )
        .join(contact, contact.c.id == ledger.c.subject)
        .join(detail, detail.c.event == ledger.c.seq)
        .where(ledger.c.method == QUARANTINED, contact.c.address.is_not(None))
        .where(~exists().where(moved))
        .order_by(ledger.c.seq)
    )
    decided = _decided(connection)
    for row in connection.execute(query, execution_options=STREAMED):
        if row.seq in decided:
            continue
        yield {
            "id": row.seq,
            "at": row.at,
            "address": row.address,
            "purpose": row.purpose,
            "form": row.form,
            "page": row.page,
            "signs": ", ".join(json.loads(row.body).get("signs", [])),
        }


def let_go_on(store: Store, number: int, *, now: datetime, limits: Limits) -> int:
    """Release the request that event `number` belongs to; how many purposes are asked for now.

    Raises `NotDoneError` where there is none, or where no mail may leave to that address now.
    """
    contact_id, said = _held(store, number)
    wordings = store.wordings(e.wording for e in store.history(contact_id).events)
    pending = store.fresh()

    def decide(record: Record) -> Decision:
        return release(
            held_with(number, record),
            said,
            wordings,
            record,
            now=now,
            pending=pending,
            limits=limits,
        )

    done = store.for_contact(contact_id, decide, now=now)
    if done.decision.notices:
        return len(done.events)
    if Scope.ALL in store.history(contact_id).suppressed:
        raise NotDoneError("nothing may be sent there: the address is suppressed, see `lift`")
    raise NotDoneError("that address was asked a moment ago, or too often today: try again later")


def put_away(store: Store, number: int, *, now: datetime) -> int:
    """Discard the request that event `number` belongs to; how many purposes it had.

    Raises `NotDoneError` where there is none.
    """
    contact_id, _ = _held(store, number)
    record = store.history(contact_id)
    held = held_with(number, record)
    store.for_contact(contact_id, partial(discard, held), now=now)
    return len(held)


def _held(store: Store, number: int) -> tuple[str, Mapping[str, Json]]:
    """The contact of a held request, and what was said with it."""
    query = (
        select(ledger.c.subject, detail.c.body)
        .join(contact, contact.c.id == ledger.c.subject)
        .join(detail, detail.c.event == ledger.c.seq)
        .where(ledger.c.seq == number, ledger.c.method == QUARANTINED)
        .where(contact.c.address.is_not(None))
    )
    with store.database.reading() as connection:
        row = connection.execute(query).one_or_none()
        is_open = row is not None and number not in _decided(connection)
    if row is None or not is_open or not held_with(number, store.history(row.subject)):
        raise NotDoneError(f"no request with the number {number} is kept back")
    return str(row.subject), json.loads(row.body)


def _decided(connection: Connection) -> frozenset[int]:
    """The held events that the owner has released or discarded."""
    about = (ledger.c.kind == Kind.DISCARDED) | (ledger.c.method == RELEASED)
    query = select(detail.c.body).join(ledger, detail.c.event == ledger.c.seq).where(about)
    bodies = connection.execute(query).scalars()
    return frozenset(number for body in bodies for number in json.loads(body).get(HELD, ()))
