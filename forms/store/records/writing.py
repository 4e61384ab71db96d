"""Writing: each function adds its part to the transaction that it is handed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from ...catalogue import Catalogue
from ...permission.ledger import SYSTEM, Entry, Event, Kind, spell
from ...permission.record import Decision, Notice, Pending
from ...settings.environment import SuppressionKey
from ..database.tables import contact, form, webhook, wording
from .rows import append
from .statements import ADD_MAIL, ADD_PENDING
from .suppression import Suppression, add, lift


class Delivery(StrEnum):
    """Where a webhook stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    """Given up; `forms webhooks replay` tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Which kinds of event the endpoint with this id is told of."""

    endpoint: str
    kinds: frozenset[Kind]


def keep(
    connection: Connection, catalogue: Catalogue, *, now: datetime, salts: Iterable[str]
) -> None:
    """Keep what is new of `catalogue`; an event of the system's chain says when it was first seen.

    The caller holds the lock of that chain.
    """
    wordings, forms = _new_wordings(connection, catalogue), _new_forms(connection, catalogue)
    seen = {"first_seen": spell(now)}
    if wordings:
        connection.execute(insert(wording), [row | seen for row in wordings])
    if forms:
        connection.execute(insert(form), [row | seen for row in forms])
    entries = [
        *(
            Entry(kind=Kind.WORDING_LOADED, wording=row["digest"], purpose=row["purpose"])
            for row in wordings
        ),
        *(
            Entry(kind=Kind.FORM_LOADED, form=row["id"], form_version=row["version"])
            for row in forms
        ),
    ]
    append(connection, SYSTEM, entries, at=now, salts=salts)


def write_pending(
    connection: Connection, contact_id: str, waiting: Pending, events: Sequence[Event]
) -> None:
    """The row that a confirmation link names."""
    about = [events[position].seq for position in waiting.about]
    row = {"id": waiting.id, "contact": contact_id}
    row |= {"events": json.dumps(about), "expires": spell(waiting.expires)}
    ADD_PENDING.run_each(connection, [row])


def owe(
    connection: Connection,
    contact_id: str,
    notice: Notice,
    events: Sequence[Event],
    *,
    now: datetime,
    message_id: str,
) -> None:
    """A row of the outbox. Its *because* is the first event that it is about."""
    about = [events[position].seq for position in notice.about]
    row = {
        "dedupe": f"{notice.template}:{about[0]}",
        "template": notice.template,
        "contact": contact_id,
        "events": json.dumps(about),
        "pending": notice.pending,
        "because": about[0],
        "created": spell(now),
        "due": spell(now),
        "attempts": 0,
        "state": "waiting",
        "message_id": message_id,
        "reply": "",
        "at": spell(now),
        "checked": 0,
    }
    ADD_MAIL.run_each(connection, [row])


def suppress(
    connection: Connection,
    contact_id: str,
    decision: Decision,
    key: SuppressionKey,
    *,
    now: datetime,
    salts: Iterable[str],
) -> None:
    """Suppress the contact's address, or lift that again, as `decision` says."""
    address = connection.execute(select(contact.c.key).where(contact.c.id == contact_id)).scalar()
    if not address:
        return
    concealed = key.conceal(address)
    if decision.lift is not None:
        why = decision.reason
        lift(connection, concealed, decision.lift, reason=why, now=now, salts=salts)
    if decision.suppress is not None:
        wanted = Suppression(
            address=concealed, scope=decision.suppress, key_id=key.id, reason=decision.reason
        )
        add(connection, wanted, now=now, salts=salts)


def _new_wordings(connection: Connection, catalogue: Catalogue) -> list[dict[str, str]]:
    there = set(connection.execute(select(wording.c.digest)).scalars())
    return [
        {
            "digest": digest,
            "purpose": text.purpose,
            "language": text.language,
            "text": text.text,
            "body": text.spelled().decode(),
        }
        for digest, text in sorted(catalogue.wordings().items())
        if digest not in there
    ]


def _new_forms(connection: Connection, catalogue: Catalogue) -> list[dict[str, str]]:
    there = set(connection.execute(select(form.c.version)).scalars())
    versions = sorted((each.version, each) for each in catalogue.forms.values())
    return [
        {"version": version, "id": each.id, "body": each.spelled().decode()}
        for version, each in versions
        if version not in there
    ]


def queue_hooks(
    connection: Connection, hooks: Sequence[Hook], events: Sequence[Event], *, now: datetime
) -> None:
    """Owe each event to the endpoints that want it, in the transaction that writes the event."""
    rows = [
        webhook_row(hook.endpoint, event.seq, now)
        for hook in hooks
        for event in events
        if event.kind in hook.kinds
    ]
    if rows:
        connection.execute(insert(webhook), rows)


def webhook_row(endpoint: str, seq: int, now: datetime) -> dict[str, str | int]:
    """Return a new row of the webhook table: event `seq` for `endpoint`, due now."""
    moment = spell(now)
    return {
        "endpoint": endpoint,
        "event": seq,
        "created": moment,
        "due": moment,
        "attempts": 0,
        "state": Delivery.WAITING,
        "reply": "",
        "at": moment,
    }
