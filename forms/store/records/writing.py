"""Insert the parts of a decision; each function adds to the caller's transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Table, insert, select

from ...catalogue import Catalogue, Wording
from ...permission.ledger import SYSTEM, Entry, Event, Kind, spell
from ...permission.record import Decision, Notice, Pending
from ...settings.environment import SuppressionKey
from ..database.tables import form, webhook, wording
from .rows import LedgerWriter
from .statements import ADD_MAIL, ADD_PENDING, KEY_OF
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


def insert_catalogue(writer: LedgerWriter, catalogue: Catalogue) -> None:
    """Insert the new wordings and forms of `catalogue`, each with an event in the system's chain.

    The caller holds the lock of that chain.
    """
    known = set(writer.connection.scalars(select(wording.c.digest)))
    wordings = sorted(catalogue.wordings().items())
    insert_wordings(writer, [text for digest, text in wordings if digest not in known])
    known = set(writer.connection.scalars(select(form.c.version)))
    versions = {declared.version: declared for declared in catalogue.forms.values()}
    forms = [declared for version, declared in sorted(versions.items()) if version not in known]
    rows = [
        {"version": declared.version, "id": declared.id, "body": declared.to_json().decode()}
        for declared in forms
    ]
    entries = [
        Entry(kind=Kind.FORM_LOADED, form=declared.id, form_version=declared.version)
        for declared in forms
    ]
    _insert_first_seen(writer, form, rows, entries)


def insert_wordings(writer: LedgerWriter, wordings: Sequence[Wording]) -> None:
    """Insert wordings that are new, each with an event in the system's chain.

    The caller holds the lock of that chain.
    """
    columns = ("digest", "purpose", "language", "text")
    rows = [
        {name: getattr(text, name) for name in columns} | {"body": text.to_json().decode()}
        for text in wordings
    ]
    entries = [
        Entry(kind=Kind.WORDING_LOADED, wording=text.digest, purpose=text.purpose)
        for text in wordings
    ]
    _insert_first_seen(writer, wording, rows, entries)


def _insert_first_seen(
    writer: LedgerWriter, table: Table, rows: Sequence[dict[str, str]], entries: Sequence[Entry]
) -> None:
    if rows:
        first_seen = {"first_seen": spell(writer.now)}
        writer.connection.execute(insert(table), [row | first_seen for row in rows])
        writer.append(SYSTEM, entries)


def insert_pending(
    connection: Connection, contact_id: str, pending: Pending, seqs: Sequence[int]
) -> None:
    """Insert the request that a confirmation link names; `seqs` are its events."""
    row = {"id": pending.id, "contact": contact_id}
    row |= {"events": json.dumps(seqs), "expires": spell(pending.expires)}
    ADD_PENDING.run_each(connection, [row])


def queue_mail(
    writer: LedgerWriter, contact_id: str, notice: Notice, seqs: Sequence[int], message_id: str
) -> None:
    """Add an email to the outbox. It is about the events `seqs`; the first is its `because`."""
    row = {
        "dedupe": f"{notice.template}:{seqs[0]}",
        "template": notice.template,
        "contact": contact_id,
        "events": json.dumps(seqs),
        "pending": notice.pending,
        "because": seqs[0],
        "message_id": message_id,
        "checked": 0,
    }
    ADD_MAIL.run_each(writer.connection, [row | _due(writer.now)])


def apply_suppressions(
    writer: LedgerWriter, contact_id: str, decision: Decision, key: SuppressionKey
) -> None:
    """Lift or add the suppressions of the contact's address that `decision` contains."""
    if decision.suppress is None and decision.lift is None:
        return
    address = KEY_OF.scalar(writer.connection, {"id": contact_id})
    if not address:
        return
    concealed, reason = key.conceal(address), decision.reason
    if decision.lift is not None:
        lift(writer, concealed, decision.lift, reason=reason)
    if decision.suppress is not None:
        add(writer, concealed, decision.suppress, key_id=key.id, reason=reason)


def queue_webhooks(writer: LedgerWriter, hooks: Sequence[Hook], events: Sequence[Event]) -> None:
    """Queue each event for the endpoints that want it, in the transaction that writes the event."""
    rows = [
        webhook_row(hook.endpoint, event.seq, writer.now)
        for hook in hooks
        for event in events
        if event.kind in hook.kinds
    ]
    if rows:
        writer.connection.execute(insert(webhook), rows)


def webhook_row(endpoint: str, seq: int, now: datetime) -> dict[str, object]:
    """Return a new row of the webhook table: event `seq` for `endpoint`, due now."""
    return {"endpoint": endpoint, "event": seq} | _due(now)


def _due(now: datetime) -> dict[str, object]:
    """Return what a new row of any queue contains: it is due now."""
    new = {"attempts": 0, "state": QueueState.WAITING, "reply": ""}
    return dict.fromkeys(("created", "due", "at"), spell(now)) | new
