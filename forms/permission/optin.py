"""Opt-ins and withdrawals: decide on a request by the contact's record.

A `Decision` lists what to write and which emails to send. The store writes it in one transaction,
under the lock of the contact's row under which the record was read.
"""

from collections.abc import Mapping, Sequence
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
from .record import NOTHING, Decision, Limits, Notice, Pending, Record, Scope, Stage, Template
from .submission import Submission

COPIED = ("purpose", "wording", "form", "form_version", "page", "language", "campaign")
"""Fields that an answer has from its request."""


def request(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Decide on a submitted form; `pending` is a new id for a request that may follow."""
    if submission.trapped:
        return _quarantine(submission, record, now=now, pending=pending, limits=limits)
    held = [wording for wording in submission.wordings if _is_held(wording, record)]
    new = [wording for wording in submission.wordings if wording not in held]
    requests = _requests(submission, new, record, now, limits)
    reminders = _reminders(submission, held, record, now, limits)
    entries = (*requests, *reminders)
    if Scope.ALL in record.suppressed:
        return Decision(entries=entries)
    first, rest = tuple(range(len(requests))), tuple(range(len(requests), len(entries)))
    notices = []
    if requests:
        notices.append(Notice(template=Template.CONFIRM, about=first, pending=pending))
    if reminders:
        notices.append(Notice(template=Template.ALREADY, about=rest))
    return Decision(
        entries=entries,
        pending=_waiting(pending, now, limits, first),
        notices=tuple(notices),
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
    if stage_of(requests, record, expires=expires, now=now) is not Stage.OPEN:
        return NOTHING
    if Scope.ALL in record.suppressed:
        return NOTHING
    entries = tuple(
        _answer(event, Kind.CONFIRMED, answers)
        for event in requests
        if is_unanswered(event, record)
    )
    about = tuple(range(len(entries)))
    # A person who was erased has now signed up again and confirmed it.
    lift = Scope.MARKETING if Scope.MARKETING in record.suppressed else None
    return Decision(
        entries=entries, notices=(Notice(template=Template.RECEIPT, about=about),), lift=lift
    )


def decline(requests: Sequence[Event], record: Record) -> Decision:
    """End `requests`, confirmed or not: *It wasn't me*."""
    states = (State.REQUESTED, State.CONFIRMED, State.PAUSED)
    return Decision(
        entries=tuple(
            _answer(event, Kind.DECLINED, {})
            for event in requests
            if state_of(record.events, event.purpose) in states
        )
    )


def withdraw(purposes: Sequence[str], record: Record, *, method: Method, language: str) -> Decision:
    """Withdraw `purposes`. Leaving twice changes nothing."""
    states = (State.REQUESTED, State.CONFIRMED, State.PAUSED)
    return Decision(
        entries=tuple(
            Entry(Kind.WITHDRAWN, purpose, method=method, language=language)
            for purpose in dict.fromkeys(purposes)
            if state_of(record.events, purpose) in states
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


def _is_held(wording: Wording, record: Record) -> bool:
    # A guide is requested and confirmed anew each time.
    return wording.lasts is Lasts.STANDING and record.is_live(wording.purpose)


def _requests(
    submission: Submission,
    wordings: Sequence[Wording],
    record: Record,
    now: datetime,
    limits: Limits,
) -> tuple[Entry, ...]:
    methods = (record.form_method, Method.RELEASED, Method.PREFERENCES)
    mailed = [e for e in record.events if e.kind is Kind.REQUESTED and e.method in methods]
    due = due_wordings(wordings, mailed, record, now, limits)
    return tuple(_entry(submission, wording, record.form_method) for wording in due)


def _reminders(
    submission: Submission,
    wordings: Sequence[Wording],
    record: Record,
    now: datetime,
    limits: Limits,
) -> tuple[Entry, ...]:
    def is_due(purpose: str) -> bool:
        grant = record.permission(purpose).grant
        return not any(
            event.kind is Kind.REQUESTED
            and event.purpose == purpose
            and event.method in (record.form_method, Method.RELEASED)
            and is_recent(event.at, now, limits.reminder)
            and grant is not None
            and event.seq > grant.seq
            for event in record.events
        )

    # One email reminds of all of them, so it is due only if it is due for each.
    if not all(is_due(wording.purpose) for wording in wordings):
        return ()
    return tuple(_entry(submission, wording, record.form_method) for wording in wordings)


def _quarantine(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Quarantine a suspicious request for the owner to see, without an email."""
    requests = [e for e in record.events if e.kind is Kind.REQUESTED]
    quarantined = [e for e in requests if e.method == Method.QUARANTINED]
    recent = {e.purpose for e in requests if is_recent(e.at, now, limits.window)}
    if _is_too_often(quarantined, now, limits):
        return NOTHING
    entries = tuple(
        _entry(submission, wording, Method.QUARANTINED)
        for wording in submission.wordings
        if wording.purpose not in recent
    )
    about = tuple(range(len(entries)))
    return Decision(entries=entries, pending=_waiting(pending, now, limits, about))


def _is_too_often(requests: Sequence[Event], now: datetime, limits: Limits) -> bool:
    # The purposes of one submission share their time, and one email.
    return limits.confirmations.is_used_up({event.at for event in requests}, now)


def _waiting(pending: str, now: datetime, limits: Limits, about: tuple[int, ...]) -> Pending | None:
    return Pending(id=pending, expires=now + limits.pending, about=about) if about else None


def _entry(submission: Submission, wording: Wording, method: Method) -> Entry:
    return Entry(
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


def _answer(event: Event, kind: Kind, answers: Mapping[str, str]) -> Entry:
    copied = {name: getattr(event, name) for name in COPIED}
    return Entry(kind, method=Method.LINK, detail=dict(answers), **copied)
