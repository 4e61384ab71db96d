"""The outbox: the emails that are owed, claimed and settled row by row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from ...declared.address import parse_address
from ...permission.ledger import Event, Kind, spell
from ...permission.mail_rules import RULES, permits
from ...permission.optin import bounce
from ...permission.record import FRESH, WISH_TEMPLATES, Record, Template
from ..database.prepared import Prepared
from ..database.tables import contact, ledger, outbox
from ..records.rows import PendingRequest, read_pending
from ..records.store import Store
from ..records.writing import QueueState
from .ceiling import COUNTED, Ceiling
from .lease import UNFINISHED, Claim, LeasedQueue, Result, in_turn

FARTHEST = timedelta(hours=12)
"""No email is postponed further. A row that seems due later was written by a clock that was ahead,
and is due now: an email that was requested yesterday must not wait until tomorrow because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedEmail(Claim):
    """A claimed row of the outbox, with all that is needed to compose the email."""

    template: Template
    contact: str
    address: str
    events: tuple[Event, ...]
    pending: PendingRequest | None
    message_id: str
    record: Record

    def describe(self, result: Result) -> str:
        """Return the line for the log; replies may name people, so they stay in the outbox."""
        because = self.events[0].seq
        row = f"mail={self.id} template={self.template} because={because}"
        return f"{row} attempt={self.attempts} state={result.state}"


class ClaimableRow(NamedTuple):
    """A row of the outbox that may be claimed, and the current address of its contact."""

    id: int
    template: str
    contact: str
    events: str
    pending: str
    because: int
    attempts: int
    message_id: str
    address: str | None


class Outbox(LeasedQueue[ClaimedEmail]):
    """The emails that are owed. The permission is asked at the claim, and before each leaves."""

    def __init__(self, store: Store, ceiling: Ceiling | None = None) -> None:
        super().__init__(store.database, outbox, "checked")
        self.store = store
        self.ceiling = ceiling or Ceiling(store, most=0)
        self._full_until: datetime | None = None

    def claim(self, *, now: datetime, lease: timedelta) -> ClaimedEmail | None:
        """Claim the next email that is due and permitted; `None` if there is none.

        The permission is asked in the claiming transaction, under the contact's lock: after a
        withdrawal has committed, nothing that it forbids is claimed.
        """
        while True:
            with self.database.writing() as connection:
                full_until = self._full_until = self.ceiling.lock(connection, now)
                row = _next_claimable(connection, now, at_ceiling=full_until is not None)
                if row is None:
                    waits = full_until is not None and _next_claimable(connection, now) is not None
                    if waits and self.ceiling.notify_owner(connection, now):
                        continue
                    return None
                claim = self._take(connection, row, now, lease)
                if claim is not None:
                    return claim

    def may_leave(self, claim: ClaimedEmail) -> bool:
        """Return whether the email is still claimed and permitted; asked just before it leaves."""
        with self.database.reading() as connection:
            if not self.is_held(connection, claim):
                return False
            record = self.store.read_record(connection, claim.contact)
            if claim.template is Template.CONFIRM_MOVE:
                record = self._with_new_address(connection, record, claim.address)
            return permits(claim.template, claim.events, record)

    def has_changed(self, claim: ClaimedEmail) -> bool:
        """Return whether the email's text about the person's choices may be out of date.

        It may name several purposes, of which they have left one since it was composed, or they
        may have moved to another address.
        """
        if not RULES[claim.template].states_choices:
            return False
        seen = claim.record.events[-1].seq if claim.record.events else 0
        with self.database.reading() as connection:
            return bool(_CHANGED_SINCE.rows(connection, {"subject": claim.contact, "seen": seen}))

    def settle_in(
        self, connection: Connection, claim: ClaimedEmail, result: Result, now: datetime
    ) -> bool:
        """Settle; a refused address writes `bounced` and its suppression, too."""
        self.store.lock_contact(connection, claim.contact)
        if not super().settle_in(connection, claim, result, now):
            return False
        # A refusal by the new address of a move says nothing about the current one.
        if result.state is QueueState.REFUSED and claim.template is not Template.CONFIRM_MOVE:
            decide = partial(bounce, reply=result.reply)
            self.store.write_for_contact(connection, claim.contact, decide, now=now)
        return True

    def next_due(self) -> datetime | None:
        """Return when the next email that waits, or whose lease ends, is due.

        If the last claim met the ceiling, no confirmation is due before there is room again.
        """
        with self.database.reading() as connection:
            first = self.first_due(connection)
            if self._full_until is None:
                return first
            uncounted = self.first_due(connection, outbox.c.template.not_in(COUNTED))
        later = max(first, self._full_until) if first else None
        return min(filter(None, (uncounted, later)), default=None)

    def _take(
        self, connection: Connection, row: ClaimableRow, now: datetime, lease: timedelta
    ) -> ClaimedEmail | None:
        record = self.store.read_record(connection, row.contact, now)
        by_seq = {event.seq: event for event in record.events}
        events = tuple(by_seq[seq] for seq in json.loads(row.events) if seq in by_seq)
        address = row.address
        template = Template(row.template)
        if template is Template.CONFIRM_MOVE and address:
            address = str(record.details.get(row.because, {}).get("email") or "")
            record = self._with_new_address(connection, record, address)
        pending = read_pending(connection, row.pending) if row.pending else None
        is_permitted = bool(address) and permits(template, events, record)
        checked = record.events[-1].seq if record.events else 0
        if not is_permitted or _is_stale(template, events, pending, now):
            reason = {"state": QueueState.CANCELLED, "reply": "no longer permitted"}
            times = {"at": spell(now), "checked": checked}
            _CANCEL.run_each(connection, [{"claimed_id": row.id} | reason | times])
            return None
        claim = ClaimedEmail(
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
        return self.hold(connection, claim, now, lease, checked=checked)

    def _with_new_address(self, connection: Connection, record: Record, address: str) -> Record:
        """Add what is suppressed of the new address of a move."""
        if not address:
            return record
        suppressed = self.store.suppressed_scopes(connection, parse_address(address).key)
        return replace(record, suppressed=record.suppressed | suppressed)


def _next_claimable(
    connection: Connection, now: datetime, *, at_ceiling: bool = False
) -> ClaimableRow | None:
    """Return the row that is due first, locked with its contact's row.

    Rows that others have locked are skipped, so two workers on one contact never wait for each
    other. Neither are emails that the ceiling counts returned, while it is reached.
    """
    due, misdated = _CLAIMABLE[at_ceiling]
    for state in UNFINISHED:
        params = {"state_is": state, "by": spell(now)}
        rows = due.rows(connection, params)
        rows = rows or misdated.rows(connection, params | {"by": spell(now + FARTHEST)})
        for row in rows:
            return ClaimableRow(*row)
    return None


def _is_stale(
    template: Template, events: Sequence[Event], pending: PendingRequest | None, now: datetime
) -> bool:
    """Return whether the link that the email is about would be expired when it arrives."""
    if template is Template.CONFIRM:
        return pending is None or pending.expires <= now
    return template in WISH_TEMPLATES and now >= events[0].moment + FRESH


def _claimable(without: Sequence[Template]) -> tuple[Prepared, Prepared]:
    columns = (outbox.c[name] for name in ClaimableRow._fields[:-1])
    emails = (
        select(*columns, contact.c.address)
        .join(contact, contact.c.id == outbox.c.contact)
        .where(outbox.c.state == bindparam("state_is"))
        .where(*(outbox.c.template != template for template in without))
    )
    due = emails.where(outbox.c.due <= bindparam("by"))
    misdated = emails.where(outbox.c.due > bindparam("by"))
    return Prepared(in_turn(due, outbox)), Prepared(in_turn(misdated, outbox))


_CLAIMABLE = {False: _claimable(()), True: _claimable(COUNTED)}
"""Whether the ceiling is reached -> the rows that are due, and those that seem due far too late."""
_CANCEL = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("claimed_id"))
    .values({name: bindparam(name) for name in ("state", "reply", "at", "checked")})
)
_CHANGED_SINCE = Prepared(
    select(ledger.c.seq)
    .where(ledger.c.subject == bindparam("subject"), ledger.c.seq > bindparam("seen"))
    .where(ledger.c.kind.startswith("permission."), ledger.c.kind != Kind.REQUESTED)
    .limit(1)
)
