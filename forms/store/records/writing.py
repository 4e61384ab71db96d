"""Insert the parts of a decision; each function adds to the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Table, insert, select

from ...catalogue import Catalogue, Wording
from ...permission.ledger import SYSTEM, Entry, Event, Kind, spell
from ...permission.record import Decision, Notice, Pending
from ...settings.environment import SuppressionKey
from ..database.tables import contact, form, webhook, wording
from .rows import append
from .statements import ADD_MAIL, ADD_PENDING
from .suppression import add, lift


class QueueState(StrEnum):
    """State of a row of the outbox or of the webhooks."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    """A mail server accepted the email."""
    DONE = "done"
    """An endpoint accepted the webhook."""
    CANCELLED = "cancelled"
    """The permission was gone when the email's turn came."""
    REFUSED = "refused"
    """A mail server refused the address permanently."""
    FAILED = "failed"
    """Given up after the last attempt, or at a permanent refusal that is not about the address."""


MAIL_STATES = frozenset(QueueState) - {QueueState.DONE}
"""States of a row of the outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The kinds of event that the endpoint with this id receives."""

    endpoint: str
    kinds: frozenset[Kind]


def insert_catalogue(
    connection: Connection, catalogue: Catalogue, *, now: datetime, salts: Iterable[str]
) -> None:
    """Insert the new wordings and forms of `catalogue`, each with an event in the system's chain.

    The caller holds the lock of that chain.
    """
    known = set(connection.scalars(select(wording.c.digest)))
    wordings = sorted(catalogue.wordings().items())
    new = [text for digest, text in wordings if digest not in known]
    insert_wordings(connection, new, now=now, salts=salts)
    known = set(connection.scalars(select(form.c.version)))
    versions = {declared.version: declared for declared in catalogue.forms.values()}
    forms = [declared for version, declared in sorted(versions.items()) if version not in known]
    rows = [
        {"version": declared.version, "id": declared.id, "body": declared.spelled().decode()}
        for declared in forms
    ]
    entries = [
        Entry(kind=Kind.FORM_LOADED, form=declared.id, form_version=declared.version)
        for declared in forms
    ]
    _insert_first_seen(connection, form, rows, entries, now=now, salts=salts)


def insert_wordings(
    connection: Connection, wordings: Sequence[Wording], *, now: datetime, salts: Iterable[str]
) -> None:
    """Insert wordings that are new, each with an event in the system's chain.

    The caller holds the lock of that chain.
    """
    columns = ("digest", "purpose", "language", "text")
    rows = [
        {name: getattr(text, name) for name in columns} | {"body": text.spelled().decode()}
        for text in wordings
    ]
    entries = [
        Entry(kind=Kind.WORDING_LOADED, wording=text.digest, purpose=text.purpose)
        for text in wordings
    ]
    _insert_first_seen(connection, wording, rows, entries, now=now, salts=salts)


def _insert_first_seen(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, str]],
    entries: Sequence[Entry],
    *,
    now: datetime,
    salts: Iterable[str],
) -> None:
    if rows:
        connection.execute(insert(table), [row | {"first_seen": spell(now)} for row in rows])
        append(connection, SYSTEM, entries, at=now, salts=salts)


def insert_pending(
    connection: Connection, contact_id: str, pending: Pending, events: Sequence[Event]
) -> None:
    """Insert the request that a confirmation link names."""
    seqs = [events[position].seq for position in pending.about]
    row = {"id": pending.id, "contact": contact_id}
    row |= {"events": json.dumps(seqs), "expires": spell(pending.expires)}
    ADD_PENDING.run_each(connection, [row])


def queue_mail(
    connection: Connection,
    contact_id: str,
    notice: Notice,
    events: Sequence[Event],
    *,
    now: datetime,
    message_id: str,
) -> None:
    """Add an email to the outbox. Its `because` is the first event that it is about."""
    seqs = [events[position].seq for position in notice.about]
    row = {
        "dedupe": f"{notice.template}:{seqs[0]}",
        "template": notice.template,
        "contact": contact_id,
        "events": json.dumps(seqs),
        "pending": notice.pending,
        "because": seqs[0],
        "created": spell(now),
        "due": spell(now),
        "attempts": 0,
        "state": QueueState.WAITING,
        "message_id": message_id,
        "reply": "",
        "at": spell(now),
        "checked": 0,
    }
    ADD_MAIL.run_each(connection, [row])


def apply_suppressions(
    connection: Connection,
    contact_id: str,
    decision: Decision,
    key: SuppressionKey,
    *,
    now: datetime,
    salts: Iterable[str],
) -> None:
    """Lift or add the suppressions of the contact's address that `decision` contains."""
    if decision.suppress is None and decision.lift is None:
        return
    address = connection.scalar(select(contact.c.key).where(contact.c.id == contact_id))
    if not address:
        return
    concealed, reason = key.conceal(address), decision.reason
    if decision.lift is not None:
        lift(connection, concealed, decision.lift, reason=reason, now=now, salts=salts)
    if decision.suppress is not None:
        scope = decision.suppress
        add(connection, concealed, scope, key_id=key.id, reason=reason, now=now, salts=salts)


def queue_webhooks(
    connection: Connection, hooks: Sequence[Hook], events: Sequence[Event], *, now: datetime
) -> None:
    """Queue each event for the endpoints that want it, in the transaction that writes the event."""
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
        "state": QueueState.WAITING,
        "reply": "",
        "at": moment,
    }
