"""Opt-ins and withdrawals: decide on a request by the contact's record.

A `Decision` lists what to write and which emails to send. The store writes it in one transaction,
under the lock of the contact's row under which the record was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ..catalogue import Lasts, Wording
from .ledger import (
    GRANTS,
    SYSTEM,
    Entry,
    Event,
    Kind,
    Method,
    State,
    is_recent,
    last_word,
    state_of,
)
from .mail_rules import is_unanswered
from .record import NOTHING, Decision, Limits, Pending, Record, Scope, Stage, Template, owe
from .submission import Submission

COPIED = ("purpose", "wording", "form", "form_version", "page", "language", "campaign")
"""Fields that an answer has from its request."""
ENDABLE = (State.REQUESTED, State.CONFIRMED, State.PAUSED)
"""States of a permission that its person can end."""


def request(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Decide on a submitted form; `pending` is a new id for a request that may follow."""
    if submission.trapped:
        return _quarantine(submission, record, now=now, pending=pending, limits=limits)
    held = [wording for wording in submission.wordings if _is_held(wording, record)]
    new = [wording for wording in submission.wordings if wording not in held]
    is_silent = Scope.ALL in record.suppressed
    method = Method.UNANSWERED if is_silent else Method.FORM
    by_form = _requests_by(record, method, Method.RELEASED)
    mailed = _requests_by(record, method, Method.RELEASED, Method.PREFERENCES)
    if submission.quarantined:
        method = Method.RELEASED
    requests = _entries(submission, due_wordings(new, mailed, record, now, limits), method)
    # One email reminds of all of them, so it is due only if it is due for each.
    is_due = all(_may_remind(wording.purpose, by_form, record, now, limits) for wording in held)
    reminders = _entries(submission, held if is_due else (), method)
    entries = requests + reminders
    if is_silent:
        return Decision(entries=entries)
    return Decision(
        entries=entries,
        pending=pending_request(pending, requests, now, limits),
        notices=(
            *owe(Template.CONFIRM, requests, pending=pending),
            *owe(Template.ALREADY, reminders),
        ),
    )


def confirm(
    requests: Sequence[Event],
    record: Record,
    *,
    expires: datetime,
    now: datetime,
    answers: Mapping[str, str],
) -> Decision:
    """Confirm `requests`: *Yes, confirm*. Twice, too late or after leaving, it does nothing."""
    stage = stage_of(requests, record, expires=expires, now=now)
    if stage is not Stage.OPEN or Scope.ALL in record.suppressed:
        return NOTHING
    entries = tuple(
        _answer(event, Kind.CONFIRMED, answers)
        for event in requests
        if is_unanswered(event, record)
    )
    # A person who was erased has now signed up again and confirmed it.
    lift = Scope.MARKETING if Scope.MARKETING in record.suppressed else None
    return Decision(entries=entries, notices=owe(Template.RECEIPT, entries), lift=lift)


def decline(requests: Sequence[Event], record: Record) -> Decision:
    """End `requests`, confirmed or not: *It wasn't me*."""
    return Decision(
        entries=tuple(
            _answer(event, Kind.DECLINED, {})
            for event in requests
            if state_of(record.events, event.purpose) in ENDABLE
        )
    )


def withdraw(purposes: Sequence[str], record: Record, *, method: Method, language: str) -> Decision:
    """Withdraw `purposes`. Leaving twice changes nothing."""
    return Decision(
        entries=tuple(
            Entry(Kind.WITHDRAWN, purpose, method=method, language=language)
            for purpose in dict.fromkeys(purposes)
            if state_of(record.events, purpose) in ENDABLE
        )
    )


def bounce(record: Record, *, reply: str) -> Decision:
    """Suppress the address, because a mail server refused it permanently."""
    if Scope.ALL in record.suppressed or record.contact == SYSTEM:
        return NOTHING
    entry = Entry(kind=Kind.BOUNCED, method=Method.BOUNCE, detail={"reply": reply})
    return Decision(entries=(entry,), suppress=Scope.ALL, reason="bounced")


def stage_of(
    requests: Sequence[Event], record: Record, *, expires: datetime, now: datetime
) -> Stage:
    """Return the stage of a pending request: open while one of its purposes is unanswered."""
    words = [last_word(record.events, event) for event in requests]
    if any(word is None for word in words):
        return Stage.OPEN if now < expires else Stage.EXPIRED
    granted = any(word is not None and word.kind in GRANTS for word in words)
    return Stage.CONFIRMED if granted else Stage.ENDED


def due_wordings(
    wordings: Sequence[Wording],
    requests: Sequence[Event],
    record: Record,
    now: datetime,
    limits: Limits,
) -> list[Wording]:
    """Return the wordings that may be requested again after `requests`, which caused emails."""
    if _is_too_often(requests, now, limits):
        return []
    # An answered request isn't repeated: the person left and came back.
    recent = {
        event.purpose
        for event in requests
        if is_recent(event.at, now, limits.window) and is_unanswered(event, record)
    }
    return [wording for wording in wordings if wording.purpose not in recent]


def pending_request(
    pending: str, requests: Sequence[Entry], now: datetime, limits: Limits
) -> Pending | None:
    """Return the pending request with the id `pending`, or `None` if nothing is requested."""
    if not requests:
        return None
    return Pending(id=pending, expires=now + limits.pending, about=tuple(requests))


def _is_held(wording: Wording, record: Record) -> bool:
    # A guide is requested and confirmed anew each time.
    return wording.lasts is Lasts.STANDING and record.is_live(wording.purpose)


def _requests_by(record: Record, *methods: Method) -> list[Event]:
    return [e for e in record.events if e.kind is Kind.REQUESTED and e.method in methods]


def _may_remind(
    purpose: str, requests: Sequence[Event], record: Record, now: datetime, limits: Limits
) -> bool:
    grant = record.permission(purpose).grant
    return not any(
        event.purpose == purpose
        and is_recent(event.at, now, limits.reminder)
        and grant is not None
        and event.seq > grant.seq
        for event in requests
    )


def _quarantine(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Quarantine a suspicious request for the owner to see, without an email."""
    requests = [e for e in record.events if e.kind is Kind.REQUESTED]
    recent = {e.purpose for e in requests if is_recent(e.at, now, limits.window)}
    if _is_too_often(_requests_by(record, Method.QUARANTINED), now, limits):
        return NOTHING
    wordings = [wording for wording in submission.wordings if wording.purpose not in recent]
    entries = _entries(submission, wordings, Method.QUARANTINED)
    return Decision(entries=entries, pending=pending_request(pending, entries, now, limits))


def _is_too_often(requests: Sequence[Event], now: datetime, limits: Limits) -> bool:
    # The purposes of one submission share their time, and one email.
    return limits.confirmations.is_used_up({event.at for event in requests}, now)


def _entries(
    submission: Submission, wordings: Iterable[Wording], method: Method
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            Kind.REQUESTED,
            wording.purpose,
            wording=wording.digest,
            form=submission.form,
            form_version=submission.form_version,
            page=submission.page,
            language=submission.language,
            method=method,
            detail=submission.detail,
        )
        for wording in wordings
    )


def _answer(event: Event, kind: Kind, answers: Mapping[str, str]) -> Entry:
    copied = {name: getattr(event, name) for name in COPIED}
    return Entry(kind, method=Method.LINK, detail=dict(answers), **copied)
