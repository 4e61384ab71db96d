"""What a proof is made of, read from the database in one view."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, select

from ...declared.address import Address
from ...permission.ledger import SYSTEM
from ..database.tables import contact, detail, form, outbox, wording
from ..records.rows import events_of

OF_A_MAIL = (
    "id",
    "template",
    "because",
    "created",
    "state",
    "at",
    "checked",
    "message_id",
    "reply",
)


def evidence_of(connection: Connection, who: Address | str) -> dict[str, Any] | None:
    """The evidence about whoever has the address, or is the contact with the id; `None`: nobody.

    After an erasure a person can only be found by the id, and what was erased is missing.
    """
    wanted = contact.c.id == who if isinstance(who, str) else contact.c.key == who.key
    person = connection.execute(select(contact).where(wanted)).one_or_none()
    if person is None or person.id == SYSTEM:
        return None
    events = events_of(connection, person.id)
    numbers = [event.seq for event in events]
    rows = connection.execute(select(detail).where(detail.c.event.in_(numbers)))
    return {
        "contact": person.id,
        "address": person.address or "",
        "created": person.created,
        "events": [asdict(event) | {"kind": str(event.kind)} for event in events],
        "details": {str(row.event): {"salt": row.salt, "body": row.body} for row in rows},
        "wordings": _bodies(connection, wording, "digest", {e.wording for e in events}),
        "forms": _bodies(connection, form, "version", {e.form_version for e in events}),
        "mails": _mails(connection, person.id),
    }


def _bodies(connection: Connection, table: Table, key: str, wanted: set[str]) -> dict[str, str]:
    query = select(table.c[key], table.c.body).where(table.c[key].in_(sorted(wanted - {""})))
    return {str(row[0]): str(row[1]) for row in connection.execute(query)}


def _mails(connection: Connection, contact_id: str) -> list[dict[str, Any]]:
    query = select(outbox).where(outbox.c.contact == contact_id).order_by(outbox.c.id)
    return [
        {name: row[name] for name in OF_A_MAIL} | {"events": json.loads(row["events"])}
        for row in connection.execute(query).mappings()
    ]
