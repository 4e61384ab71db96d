"""All that is on record of one person, with the exact words that they read."""

import json

from sqlalchemy import Connection, select

from ...catalogue import Wording
from ...declared.address import Address
from ...declared.canonical import Json
from ...permission.ledger import Event, spell
from ...permission.preferences import choice_of
from ...permission.record import Record
from ...settings.environment import SuppressionKey
from ..database.tables import contact, detail, outbox, pending, suppression
from ..records.rows import events_of, said_in, wordings_of


def export(
    connection: Connection, address: Address, key: SuppressionKey | None
) -> dict[str, Json] | None:
    """The record of whoever has `address`, ready for JSON; `None`: nobody of that address is known.

    Suppressions are found by their key alone; without it they are left out.
    """
    person = connection.execute(select(contact).where(contact.c.key == address.key)).one_or_none()
    if person is None:
        return None
    events = events_of(connection, person.id)
    record = Record(contact=person.id, events=events, details=said_in(connection, events))
    purposes = sorted({event.purpose for event in record.events if event.purpose})
    exported: dict[str, Json] = {
        "address": person.address,
        "contact": person.id,
        "first_seen": person.created,
        "last_asked": person.asked,
        "permissions": {purpose: str(record.permission(purpose).state) for purpose in purposes},
        "choices": {purpose: _choices(record, purpose) for purpose in purposes},
        "events": list(_events(connection, record)),
        "open_requests": list(_open_requests(connection, person.id)),
        "mails": list(_mails(connection, person.id)),
    }
    if key is not None:
        exported["suppressions"] = list(_suppressions(connection, key.conceal(address.key)))
    return exported


def _choices(record: Record, purpose: str) -> Json:
    """What was chosen. A pause is told with its end, whether that is past or not: an export says
    the same at any time."""
    choice, until = choice_of(record, purpose), record.paused_until(purpose)
    return {
        "frequency": str(choice.frequency or ""),
        "topics": None if choice.topics is None else list(choice.topics),
        "paused_until": spell(until) if until else "",
    }


def _open_requests(connection: Connection, contact_id: str) -> list[Json]:
    query = select(pending).where(pending.c.contact == contact_id).order_by(pending.c.id)
    return [
        {"events": json.loads(row.events), "expires": row.expires}
        for row in connection.execute(query)
    ]


def _events(connection: Connection, record: Record) -> list[Json]:
    texts = wordings_of(connection, (e.wording for e in record.events if e.wording))
    numbers = [event.seq for event in record.events]
    rows = connection.execute(select(detail).where(detail.c.event.in_(numbers)))
    details = {row.event: json.loads(row.body) for row in rows}
    return [_event(e, texts.get(e.wording), details.get(e.seq)) for e in record.events]


def _event(event: Event, wording: Wording | None, detail_of: Json) -> Json:
    return {
        "event": event.seq,
        "at": event.at,
        "kind": str(event.kind),
        "purpose": event.purpose,
        "wording": wording.model_dump(mode="json") if wording else None,
        "wording_digest": event.wording,
        "form": event.form,
        "form_version": event.form_version,
        "page": event.page,
        "language": event.language,
        "campaign": event.campaign,
        "method": event.method,
        "detail": detail_of,
        "digest": event.digest,
    }


def _mails(connection: Connection, contact_id: str) -> list[Json]:
    query = select(outbox).where(outbox.c.contact == contact_id).order_by(outbox.c.id)
    names = ("template", "because", "created", "state", "attempts", "at", "message_id", "reply")
    return [{name: row[name] for name in names} for row in connection.execute(query).mappings()]


def _suppressions(connection: Connection, concealed: str) -> list[Json]:
    query = select(suppression).where(suppression.c.address == concealed)
    return [
        {"scope": row.scope, "reason": row.reason, "at": row.at}
        for row in connection.execute(query)
    ]
