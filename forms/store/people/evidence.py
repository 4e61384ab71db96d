"""Read everything that a proof contains, in one snapshot."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, select

from ...declared.address import Address
from ...permission.ledger import SYSTEM
from ..database.tables import contact, form, wording
from ..records.rows import read_chain, read_detail_rows
from .export import read_mails

MAIL_COLUMNS = (
    "id",
    "template",
    "because",
    "created",
    "state",
    "at",
    "checked",
    "message_id",
    "reply",
    "events",
)


def read_evidence(connection: Connection, person: Address | str) -> dict[str, Any] | None:
    """Return the evidence about the person with this address or contact id, or `None`.

    After an erasure, only the id finds a person, and what was erased is missing.
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
        "mails": read_mails(connection, row.id, MAIL_COLUMNS),
    }


def _bodies(connection: Connection, table: Table, key: str, wanted: set[str]) -> dict[str, str]:
    query = select(table.c[key], table.c.body).where(table.c[key].in_(sorted(wanted - {""})))
    return {str(digest): str(body) for digest, body in connection.execute(query)}
