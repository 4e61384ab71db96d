"""Export everything on record about one person, with the exact wordings.

The export is for the person; the evidence is what a signed proof contains.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from ...declared.address import Address, parse_address
from ...declared.canonical import Json
from ...permission.ledger import SYSTEM, Event, spell
from ...permission.preferences import choice_of
from ...permission.record import Record
from ...settings.environment import SuppressionKey
from ..database.tables import contact, form, outbox, pending, suppression, wording
from ..records.rows import (
    read_address,
    read_chain,
    read_detail_rows,
    read_details,
    read_wordings,
)
from ..records.store import Store

MAIL_COLUMNS = ("template", "because", "created", "state", "attempts", "at", "message_id", "reply")
PROOF_MAIL_COLUMNS = (
    *("id", "template", "because", "created", "state", "at", "checked", "message_id", "reply"),
    "events",
)


def export_person(
    connection: Connection, address: Address, key: SuppressionKey | None
) -> dict[str, Json] | None:
    """Return the record of the person with `address`, or `None` if the address is unknown.

    Suppressions are left out without the key, because only the key finds them.
    """
    person = connection.execute(select(contact).where(contact.c.key == address.key)).one_or_none()
    if person is None:
        return None
    events = read_chain(connection, person.id)
    record = Record(contact=person.id, events=events, details=read_details(connection, events))
    purposes = sorted({event.purpose for event in events if event.purpose})
    exported: dict[str, Json] = {
        "address": person.address,
        "contact": person.id,
        "first_seen": person.created,
        "last_asked": person.asked,
        "permissions": {purpose: str(record.permission(purpose).state) for purpose in purposes},
        "choices": {purpose: _choices(record, purpose) for purpose in purposes},
        "events": _events(connection, events),
        "open_requests": _rows(connection, pending.c.contact, person.id, "events", "expires"),
        "mails": _rows(connection, outbox.c.contact, person.id, *MAIL_COLUMNS),
    }
    if key is not None:
        concealed = key.conceal(address.key)
        columns = ("scope", "reason", "at")
        exported["suppressions"] = _rows(connection, suppression.c.address, concealed, *columns)
    return exported


def read_own_data(store: Store, contact_id: str) -> dict[str, Json] | None:
    """Return the record of a contact, or `None` if the contact is erased or unknown."""
    with store.database.reading() as connection:
        address = read_address(connection, contact_id)
        return export_person(connection, parse_address(address), store.key) if address else None


def read_evidence(connection: Connection, person: Address | str) -> dict[str, Any] | None:
    """Return the evidence about the person with this address or contact id, or `None`.

    After an erasure, only the id identifies the person, and what was erased is missing.
    """
    is_person = contact.c.id == person if isinstance(person, str) else contact.c.key == person.key
    row = connection.execute(select(contact).where(is_person)).one_or_none()
    if row is None or row.id == SYSTEM:
        return None
    events = read_chain(connection, row.id)
    details = read_detail_rows(connection, events)
    return {
        "contact": row.id,
        "address": row.address or "",
        "created": row.created,
        "events": [asdict(event) | {"kind": str(event.kind)} for event in events],
        "details": {str(d.event): {"salt": d.salt, "body": d.body} for d in details},
        "wordings": _bodies(connection, wording, "digest", {e.wording for e in events}),
        "forms": _bodies(connection, form, "version", {e.form_version for e in events}),
        "mails": _rows(connection, outbox.c.contact, row.id, *PROOF_MAIL_COLUMNS),
    }


def _bodies(connection: Connection, table: Table, key: str, values: set[str]) -> dict[str, str]:
    query = select(table.c[key], table.c.body).where(table.c[key].in_(sorted(values - {""})))
    return {str(digest): str(body) for digest, body in connection.execute(query)}


def _rows(connection: Connection, owner: Column[str], value: str, *columns: str) -> list[Any]:
    """Return these columns of the rows with `value` in the column `owner`, in order."""
    query = select(owner.table).where(owner == value).order_by(*owner.table.primary_key)
    return [
        {name: json.loads(row[name]) if name == "events" else row[name] for name in columns}
        for row in connection.execute(query).mappings()
    ]


def _choices(record: Record, purpose: str) -> Json:
    # A pause is exported even after its end, so that an export doesn't depend on the time.
    choice, until = choice_of(record, purpose), record.paused_until(purpose)
    return {
        "frequency": str(choice.frequency or ""),
        "topics": None if choice.topics is None else list(choice.topics),
        "paused_until": spell(until) if until else "",
    }


def _events(connection: Connection, events: Sequence[Event]) -> list[Json]:
    wordings = read_wordings(connection, (event.wording for event in events if event.wording))
    texts = {digest: text.model_dump(mode="json") for digest, text in wordings.items()}
    details = {row.event: json.loads(row.body) for row in read_detail_rows(connection, events)}
    context = ("form", "form_version", "page", "language", "campaign", "method")
    return [
        {
            "event": event.seq,
            "at": event.at,
            "kind": str(event.kind),
            "purpose": event.purpose,
            "wording": texts.get(event.wording),
            "wording_digest": event.wording,
            **{name: getattr(event, name) for name in context},
            "detail": details.get(event.seq),
            "digest": event.digest,
        }
        for event in events
    ]
