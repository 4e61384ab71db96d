"""What destroys or reveals: asked for in the preference centre, confirmed by a fresh mail. Pure.

Whoever holds a forwarded mail holds its link. So the link alone erases nothing, shows nothing that
we know of the person, and moves nobody to another address: each is asked for (`access.asked`), a
mail goes to the person's own address, and only the link in that mail, good for a day, acts. A move
goes on to the new address, which has to confirm as well; until the old one has agreed, no mail is
sent to a new one, so that nobody can have us write to strangers.
"""

from datetime import datetime, timedelta

from ..declared.address import Address
from .ledger import BY_MOVE, Entry, Event, Kind, is_recent
from .record import ASKS, BY_LINK, FRESH, NOTHING, Decision, Limits, Notice, Record, Scope, Template


def ask(
    what: Template,
    record: Record,
    *,
    now: datetime,
    limits: Limits,
    language: str,
    address: str = "",
) -> Decision:
    """The person asks for one of `ASKS`; `address` is the new one of a move.

    The same wish within the window, or too many in an hour or a day, owe no further mail.
    """
    assert what in ASKS
    if Scope.ALL in record.suppressed or _too_often(what, address, record, now, limits):
        return NOTHING
    detail = {"email": address} if address else {}
    entry = Entry(kind=Kind.ACCESS_ASKED, method=what, language=language, detail=detail)
    return Decision(entries=(entry,), notices=(Notice(template=what, about=(0,)),))


def agree(asked: Event, record: Record, *, now: datetime) -> Decision:
    """The old address agrees to a move: now the new one is asked."""
    if not answerable(asked, Template.MOVE, record, now=now):
        return NOTHING
    entry = Entry(
        kind=Kind.ACCESS_ASKED,
        method=Template.ARRIVE,
        language=asked.language,
        detail=dict(record.details.get(asked.seq, {})),
    )
    return Decision(entries=(entry,), notices=(Notice(template=Template.ARRIVE, about=(0,)),))


def arrive(asked: Event, record: Record, address: Address, *, now: datetime) -> Decision:
    """The new address says that it is theirs: permissions and history go along with it.

    If it was erased once, whoever holds it now has come back by this: they read the mail there, and
    pressed the button. A complaint or "never again" stays.
    """
    if not answerable(asked, Template.ARRIVE, record, now=now):
        return NOTHING
    entry = Entry(
        kind=Kind.CHANGED,
        method=BY_MOVE,
        language=asked.language,
        detail={"email": address.typed},
    )
    return Decision(entries=(entry,), lift=Scope.MARKETING if record.is_known else None)


def give(asked: Event, record: Record, *, now: datetime) -> Decision:
    """The person sees all that is known of them: recorded once for each time that they asked."""
    given = any(e.kind is Kind.ACCESS_GIVEN and e.seq > asked.seq for e in record.events)
    if given or not answerable(asked, Template.REVEAL, record, now=now):
        return NOTHING
    entry = Entry(kind=Kind.ACCESS_GIVEN, method=asked.method, language=asked.language)
    return Decision(entries=(entry,))


def stop(asked: Event, record: Record) -> Decision:
    """*It wasn't me*: whatever is open of the kind ends. What was confirmed is left alone."""
    if not is_open(asked, record):
        return NOTHING
    entry = Entry(kind=Kind.ACCESS_STOPPED, method=asked.method, language=asked.language)
    return Decision(entries=(entry,))


def erase_by_link(asked: Event, record: Record, *, now: datetime) -> Decision:
    """The person confirms the erasure that they asked for."""
    if not answerable(asked, Template.ERASE, record, now=now):
        return NOTHING
    return erase(record, language=asked.language)


def erase(record: Record, *, method: str = BY_LINK, language: str = "") -> Decision:
    """All that is personal goes; that the address was erased is remembered by its HMAC.

    `store.erase.erase_in` carries it out. Erasing twice is erasing once.
    """
    if record.events and record.events[-1].kind is Kind.ERASED:
        return NOTHING
    entry = Entry(kind=Kind.ERASED, method=method, language=language)
    return Decision(entries=(entry,), suppress=Scope.MARKETING, reason="erased")


def answerable(asked: Event, what: Template, record: Record, *, now: datetime) -> bool:
    """Whether the link of the mail that `asked` for still acts."""
    in_time = now < asked.moment + FRESH
    return asked.method == what and in_time and is_open(asked, record)


def is_open(asked: Event, record: Record) -> bool:
    """Whether nothing was said since that closes it: a stop, another address, an erasure."""
    if asked.kind is not Kind.ACCESS_ASKED or asked.seq <= record.epoch:
        return False
    return not any(_closes(event, asked) for event in record.events if event.seq > asked.seq)


def _closes(event: Event, asked: Event) -> bool:
    # What is asked for anew takes the place of what was asked for before: of two moves on their
    # way at once, only the later one is meant.
    moves = (Template.MOVE, Template.ARRIVE)
    match event.kind:
        case Kind.ACCESS_STOPPED:
            return event.method == asked.method or asked.method in moves
        case Kind.ACCESS_ASKED:
            return asked.method in moves and event.method in moves
        case _:
            return False


def _too_often(what: Template, address: str, record: Record, now: datetime, limits: Limits) -> bool:
    asked = [event for event in record.events if event.kind is Kind.ACCESS_ASKED]

    def since(time: timedelta) -> list[Event]:
        return [event for event in asked if is_recent(event.at, now, time)]

    if len(since(timedelta(hours=1))) >= limits.burst * 2:
        return True
    if len(since(timedelta(days=1))) >= limits.daily:
        return True
    # A move names an address: one to another address may mend a slip of the first.
    return any(
        event.method == what
        and is_open(event, record)
        and record.details.get(event.seq, {}).get("email", "") == address
        for event in since(limits.window)
    )
