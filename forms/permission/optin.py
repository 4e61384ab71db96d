"""Opting in and out: a request and what is on record -> a decision. Pure, and all of the policy.

A `Decision` says what to write and which mails to owe; the store writes it in one transaction,
under the lock of the contact's row, under which the record was read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from ..catalogue import Lasts, Wording
from .ledger import (
    ENDINGS,
    GRANTS,
    SYSTEM,
    Entry,
    Event,
    Kind,
    State,
    is_recent,
    last_word,
    state_of,
)
from .record import (
    BY_BOUNCE,
    BY_LINK,
    BY_PREFERENCES,
    NOTHING,
    QUARANTINED,
    RELEASED,
    Decision,
    Limits,
    Notice,
    Pending,
    Record,
    Scope,
    Stage,
    Template,
)
from .subject_requests import is_open
from .submission import Submission


def request(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Somebody typed an address into a form; `pending` is a fresh id for what may come of it."""
    if submission.trapped:
        return _hold(submission, record, now=now, pending=pending, limits=limits)
    here = [w for w in submission.wordings if _is_here(w, record)]
    fresh = [w for w in submission.wordings if w not in here]
    asked = _asked(submission, fresh, record, now, limits)
    again = _reminded(submission, here, record, now, limits)
    entries = (*asked, *again)
    if Scope.ALL in record.suppressed:
        return Decision(entries=entries)
    first, rest = tuple(range(len(asked))), tuple(range(len(asked), len(entries)))
    notices = []
    if asked:
        notices.append(Notice(template=Template.CONFIRM, about=first, pending=pending))
    if again:
        notices.append(Notice(template=Template.ALREADY, about=rest))
    return Decision(
        entries=entries,
        pending=_waiting(pending, now, limits, first),
        notices=tuple(notices),
    )


def confirm(
    asked: Sequence[Event],
    record: Record,
    *,
    expires: datetime,
    now: datetime,
    answers: Mapping[str, str],
) -> Decision:
    """The person pressed *Yes, confirm*. Pressing twice, too late or after leaving does nothing."""
    if stage_of(asked, record, expires=expires, now=now) is not Stage.OPEN:
        return NOTHING
    if Scope.ALL in record.suppressed:
        return NOTHING
    entries = tuple(
        _echo(event, Kind.CONFIRMED, answers) for event in asked if _is_open(event, record)
    )
    about = tuple(range(len(entries)))
    # Who was erased and comes back has asked afresh, and confirmed it.
    lift = Scope.MARKETING if Scope.MARKETING in record.suppressed else None
    return Decision(
        entries=entries, notices=(Notice(template=Template.RECEIPT, about=about),), lift=lift
    )


def decline(asked: Sequence[Event], record: Record) -> Decision:
    """The person pressed *It wasn't me*: it ends what was asked for, confirmed or not."""
    states = (State.REQUESTED, State.CONFIRMED, State.PAUSED)
    return Decision(
        entries=tuple(
            _echo(event, Kind.DECLINED, {})
            for event in asked
            if state_of(record.events, event.purpose) in states
        )
    )


def withdraw(purposes: Sequence[str], record: Record, *, method: str, language: str) -> Decision:
    """The person leaves. Leaving twice is leaving once."""
    states = (State.REQUESTED, State.CONFIRMED, State.PAUSED)
    return Decision(
        entries=tuple(
            Entry(kind=Kind.WITHDRAWN, purpose=purpose, method=method, language=language)
            for purpose in dict.fromkeys(purposes)
            if state_of(record.events, purpose) in states
        )
    )


def bounce(record: Record, *, reply: str) -> Decision:
    """A mail server said for good that the address takes no mail: nothing more is sent there."""
    if Scope.ALL in record.suppressed or record.contact == SYSTEM:
        return NOTHING
    entry = Entry(kind=Kind.BOUNCED, method=BY_BOUNCE, detail={"reply": reply})
    return Decision(entries=(entry,), suppress=Scope.ALL, reason="bounced")


def stage_of(asked: Sequence[Event], record: Record, *, expires: datetime, now: datetime) -> Stage:
    """Where a pending request stands: open as long as one of its purposes is unanswered."""
    words = [last_word(record.events, event) for event in asked]
    if any(word is None for word in words):
        return Stage.OPEN if now < expires else Stage.EXPIRED
    granted = any(word is not None and word.kind in GRANTS for word in words)
    return Stage.CONFIRMED if granted else Stage.ENDED


def permits(template: Template, about: Sequence[Event], record: Record) -> bool:
    """Whether the mail may leave now: asked when it is claimed, and again before it is sent."""
    match template:
        case Template.CONFIRM:
            open_ones = any(_is_open(event, record) for event in about)
            return open_ones and Scope.ALL not in record.suppressed
        case Template.RECEIPT:
            return not record.suppressed and bool(unended(about, record))
        case Template.ALREADY:
            return not record.suppressed and any(record.lives(e.purpose) for e in about)
        case Template.REVEAL | Template.ERASE | Template.MOVE | Template.ARRIVE:
            # Each is a confirmation: of what reveals, destroys or moves.
            asked = bool(about) and is_open(about[0], record)
            return asked and Scope.ALL not in record.suppressed
        case Template.LINK:
            grants = [record.permission(event.purpose).grant for event in about]
            return not record.suppressed and bool(grants) and all(grants)
        case Template.SEALED | Template.HELD:
            # The owner asked for it, by the settings.
            return True
        case _:
            assert_never(template)


def asks(template: Template) -> frozenset[Kind]:
    """The kinds of event that may be the *because* of such a mail."""
    match template:
        case Template.CONFIRM | Template.ALREADY:
            return frozenset({Kind.REQUESTED})
        case Template.RECEIPT:
            return frozenset({Kind.CONFIRMED})
        case Template.REVEAL | Template.ERASE | Template.MOVE | Template.ARRIVE | Template.LINK:
            return frozenset({Kind.ACCESS_ASKED})
        case Template.SEALED:
            return frozenset({Kind.SEALED})
        case Template.HELD:
            return frozenset({Kind.HELD})
        case _:
            assert_never(template)


def unended(about: Sequence[Event], record: Record) -> tuple[Event, ...]:
    """Those of `about` that no later event put an end to, and that are not paused now."""
    return tuple(
        event
        for event in about
        if record.permission(event.purpose).pause is None
        and not any(
            later.seq > event.seq and later.kind in ENDINGS and later.purpose in ("", event.purpose)
            for later in record.events
        )
    )


def _is_here(wording: Wording, record: Record) -> bool:
    # What is asked for once is asked for anew each time, and confirmed anew.
    return wording.lasts is Lasts.STANDING and record.lives(wording.purpose)


def _is_open(event: Event, record: Record) -> bool:
    return last_word(record.events, event) is None


def _asked(
    submission: Submission,
    wordings: Sequence[Wording],
    record: Record,
    now: datetime,
    limits: Limits,
) -> tuple[Entry, ...]:
    by = (record.by_form, RELEASED, BY_PREFERENCES)
    mailed = [e for e in record.events if e.kind is Kind.REQUESTED and e.method in by]
    if too_many(mailed, now, limits):
        return ()
    # Leaving and coming back at once is a new wish, not the same one twice.
    lately = [e for e in mailed if is_recent(e.at, now, limits.window)]
    recent = {e.purpose for e in lately if _is_open(e, record)}
    return tuple(
        _entry(submission, wording, record.by_form)
        for wording in wordings
        if wording.purpose not in recent
    )


def _reminded(
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
            and event.method in (record.by_form, RELEASED)
            and is_recent(event.at, now, limits.again)
            and grant is not None
            and event.seq > grant.seq
            for event in record.events
        )

    # One mail speaks of all of them, so none of them may have had one.
    if not all(is_due(wording.purpose) for wording in wordings):
        return ()
    return tuple(_entry(submission, wording, record.by_form) for wording in wordings)


def _hold(
    submission: Submission, record: Record, *, now: datetime, pending: str, limits: Limits
) -> Decision:
    """Keep a suspicious request where its owner can find it, and write to nobody."""
    held = [e for e in record.events if e.kind is Kind.REQUESTED]
    quarantined = [e for e in held if e.method == QUARANTINED]
    recent = {e.purpose for e in held if is_recent(e.at, now, limits.window)}
    if too_many(quarantined, now, limits):
        return NOTHING
    entries = tuple(
        _entry(submission, wording, QUARANTINED)
        for wording in submission.wordings
        if wording.purpose not in recent
    )
    about = tuple(range(len(entries)))
    return Decision(entries=entries, pending=_waiting(pending, now, limits, about))


def too_many(requests: Sequence[Event], now: datetime, limits: Limits) -> bool:
    """Whether one more mail would be too many for an hour or a day."""
    # The purposes of one submission share their time, and one mail.
    moments = {event.at for event in requests}
    spans = ((timedelta(hours=1), limits.burst), (timedelta(days=1), limits.daily))
    return any(sum(is_recent(m, now, span) for m in moments) >= most for span, most in spans)


def _waiting(pending: str, now: datetime, limits: Limits, about: tuple[int, ...]) -> Pending | None:
    return Pending(id=pending, expires=now + limits.pending, about=about) if about else None


def _entry(submission: Submission, wording: Wording, method: str) -> Entry:
    return Entry(
        kind=Kind.REQUESTED,
        purpose=wording.purpose,
        wording=wording.digest,
        form=submission.form,
        form_version=submission.form_version,
        page=submission.page,
        language=submission.language,
        method=method,
        detail=submission.said,
    )


def _echo(event: Event, kind: Kind, answers: Mapping[str, str]) -> Entry:
    return Entry(
        kind=kind,
        purpose=event.purpose,
        wording=event.wording,
        form=event.form,
        form_version=event.form_version,
        page=event.page,
        language=event.language,
        campaign=event.campaign,
        method=BY_LINK,
        detail=dict(answers),
    )
