"""The outbox in the database: claiming a mail, asking again, recording what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from ...declared.address import parse_address
from ...permission.ledger import Event, Kind, spell
from ...permission.mail_rules import RULES, permits
from ...permission.optin import bounce
from ...permission.record import FRESH, WISH_TEMPLATES, Decision, Record, Template
from ..database.prepared import Prepared
from ..database.tables import ledger, outbox
from ..records.rows import PendingRequest, read_pending
from ..records.statements import SUBJECT
from ..records.store import Store
from .ceiling import COUNTED, Ceiling
from .due import Fate, Waiting, next_claimable, next_due

__all__ = ["Fate", "Owed", "Queue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A claimed mail: all that is needed to compose it."""

    id: int
    template: Template
    contact: str
    address: str
    events: tuple[Event, ...]
    pending: PendingRequest | None
    attempts: int
    """This one included."""
    message_id: str
    record: Record


class Queue:
    """The outbox. Claims and records are transactions of their own; none is open while sending."""

    def __init__(self, store: Store, ceiling: Ceiling | None = None) -> None:
        self.store = store
        self.database = store.database
        self.ceiling = ceiling or Ceiling(store, most=0)
        self._held_until: datetime | None = None

    def claim(self, *, now: datetime, lease: timedelta) -> Owed | None:
        """The next mail that is due and permitted, ours until `lease` is over; `None`: none is.

        The permission is asked in the claiming transaction, under the contact's lock: after a
        withdrawal has committed, nothing that it forbids is claimed.
        """
        while True:
            with self.database.writing() as connection:
                held = self._held_until = self.ceiling.held(connection, now)
                row = next_claimable(connection, now, held=held is not None)
                if row is None:
                    waits = held is not None and next_claimable(connection, now) is not None
                    if waits and self.ceiling.tell(connection, now):
                        continue
                    return None
                owed = self._take(connection, row, now, lease)
                if owed is not None:
                    return owed

    def may_leave(self, owed: Owed) -> bool:
        """Whether the mail is still ours, and still permitted: asked just before it leaves."""
        with self.database.reading() as connection:
            if not _OURS.rows(connection, _held(owed)):
                return False
            record = self.store.read_record(connection, owed.contact)
            if owed.template is Template.CONFIRM_MOVE:
                record = self._of_both(connection, record, owed.address)
            return permits(owed.template, owed.events, record)

    def has_changed(self, owed: Owed) -> bool:
        """Whether what the mail says of the person's choices may be untrue by now: it speaks of
        several purposes perhaps, of which they have left one since it was composed; or they have
        another address by now."""
        if not RULES[owed.template].states_choices:
            return False
        seen = owed.record.events[-1].seq if owed.record.events else 0
        with self.database.reading() as connection:
            return bool(_SAID_SINCE.rows(connection, {SUBJECT: owed.contact, "seen": seen}))

    def settle(
        self,
        owed: Owed,
        fate: Fate,
        *,
        now: datetime,
        reply: str,
        due: datetime | None = None,
    ) -> bool:
        """Record what became of a mail; `due` is when a waiting one is tried again.

        A permanent refusal writes `bounced` and the suppression in the same transaction. False:
        the lease was over and somebody else has the mail by now; nothing was written.
        """
        values = {"state": fate, "reply": reply, "at": spell(now), "due": spell(due or now)}
        with self.database.writing() as connection:
            self.store.lock_contact(connection, owed.contact)
            if not _SETTLE.rows(connection, _held(owed) | values):
                return False
            # What the new address of a move refuses says nothing of the old one.
            if fate is Fate.REFUSED and owed.template is not Template.CONFIRM_MOVE:
                record = self.store.read_record(connection, owed.contact)
                decision: Decision = bounce(record, reply=reply)
                self.store.write(connection, owed.contact, decision, now=now)
            return True

    def next_due(self) -> datetime | None:
        """When the next mail that waits, or whose lease runs out, is due; where the last claim
        found the ceiling reached, a confirmation is not due before there is room again."""
        with self.database.reading() as connection:
            if self._held_until is None:
                return next_due(connection, ())
            free, waiting = next_due(connection, COUNTED), next_due(connection, ())
        later = max(waiting, self._held_until) if waiting else None
        return min(filter(None, (free, later)), default=None)

    def _take(
        self, connection: Connection, row: Waiting, now: datetime, lease: timedelta
    ) -> Owed | None:
        record = self.store.read_record(connection, row.contact, now)
        there = {event.seq: event for event in record.events}
        events = tuple(there[seq] for seq in json.loads(row.events) if seq in there)
        address = row.address
        template = Template(row.template)
        if template is Template.CONFIRM_MOVE and address:
            address = str(record.details.get(row.because, {}).get("email") or "")
            record = self._of_both(connection, record, address)
        pending = read_pending(connection, row.pending) if row.pending else None
        allowed = bool(address) and permits(template, events, record)
        allowed = allowed and not _is_stale(template, events, pending, now)
        checked = record.events[-1].seq if record.events else 0
        change = {"mail_is": row.id, "at": spell(now), "checked": checked}
        if not allowed:
            gone = {"state": Fate.CANCELLED, "reply": "no longer permitted"}
            _CANCEL.run_each(connection, [change | gone])
            return None
        ours = {"state": Fate.CLAIMED, "due": spell(now + lease), "attempts": row.attempts + 1}
        _CLAIM.run_each(connection, [change | ours])
        return Owed(
            id=row.id,
            template=template,
            contact=row.contact,
            address=str(address),
            events=events,
            pending=pending,
            attempts=row.attempts + 1,
            message_id=row.message_id,
            record=record,
        )

    def _of_both(self, connection: Connection, record: Record, address: str) -> Record:
        """What is suppressed of the new address of a move counts as well."""
        if not address:
            return record
        there = self.store.suppressed_scopes(connection, parse_address(address).key)
        return replace(record, suppressed=record.suppressed | there)


def _is_stale(
    template: Template, events: Sequence[Event], pending: PendingRequest | None, now: datetime
) -> bool:
    """Whether the link that such a mail is all about would be dead when it arrives."""
    if template is Template.CONFIRM:
        return pending is None or pending.expires <= now
    return template in WISH_TEMPLATES and now >= events[0].moment + FRESH


_CLAIM = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("mail_is"))
    .values({name: bindparam(name) for name in ("state", "due", "attempts", "at", "checked")})
)
_CANCEL = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("mail_is"))
    .values({name: bindparam(name) for name in ("state", "reply", "at", "checked")})
)

_IS_HELD = (
    (outbox.c.id == bindparam("held_id"))
    & (outbox.c.state == bindparam("held_state"))
    & (outbox.c.attempts == bindparam("held_attempts"))
)
_OURS = Prepared(select(outbox.c.id).where(_IS_HELD))
_SETTLE = Prepared(
    update(outbox)
    .where(_IS_HELD)
    .values({name: bindparam(name) for name in ("state", "reply", "at", "due")})
    .returning(outbox.c.id)
)
_SAID_SINCE = Prepared(
    select(ledger.c.seq)
    .where(ledger.c.subject == bindparam(SUBJECT), ledger.c.seq > bindparam("seen"))
    .where(ledger.c.kind.startswith("permission."), ledger.c.kind != Kind.REQUESTED)
    .limit(1)
)


def _held(owed: Owed) -> dict[str, object]:
    # Who claimed it later has counted another attempt.
    return {"held_id": owed.id, "held_state": Fate.CLAIMED, "held_attempts": owed.attempts}
