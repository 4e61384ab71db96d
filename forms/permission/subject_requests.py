"""Data-subject requests: reveal, erase and move, requested by one link and confirmed by another.

A forwarded email gives away its link, so a link alone reveals, erases and moves nothing. Each wish
is recorded (`access.asked`), and an email goes to the person's own address. Only the link in that
email carries it out, for a day. A move must also be confirmed at the new address. Nothing is sent
there before the old address has approved the move, so nobody can make us email strangers.
"""

from datetime import datetime

from ..declared.address import Address
from ..declared.canonical import Json
from .ledger import Entry, Event, Kind, Method, Wish, is_recent
from .record import FRESH, NOTHING, Decision, Limits, Record, Scope, Template, owe


def request(
    wish: Wish,
    record: Record,
    *,
    now: datetime,
    limits: Limits,
    language: str,
    address: str = "",
) -> Decision:
    """Record a wish, unless it is repeated or too frequent; `address` is the new one of a move."""
    if Scope.ALL in record.suppressed or _is_too_often(wish, address, record, now, limits):
        return NOTHING
    return _owe(wish, language, {"email": address} if address else {})


def approve_move(event: Event, record: Record, *, now: datetime) -> Decision:
    """Approve a move at the old address, which asks the new one to confirm it."""
    if not is_answerable(event, Wish.MOVE, record, now=now):
        return NOTHING
    return _owe(Wish.CONFIRM_MOVE, event.language, dict(record.details.get(event.seq, {})))


def complete_move(event: Event, record: Record, address: Address, *, now: datetime) -> Decision:
    """Confirm a move at the new address; permissions and history go along.

    This lifts an erasure of the new address, because its owner confirmed the move. A complaint or
    "never again" stays.
    """
    if not is_answerable(event, Wish.CONFIRM_MOVE, record, now=now):
        return NOTHING
    detail: dict[str, Json] = {"email": address.typed}
    entry = Entry(Kind.CHANGED, method=Method.MOVE, language=event.language, detail=detail)
    return Decision(entries=(entry,), lift=Scope.MARKETING if record.is_known else None)


def disclose(event: Event, record: Record, *, now: datetime) -> Decision:
    """Record that the person sees their data, once for each request."""
    is_recorded = any(e.kind is Kind.ACCESS_GIVEN and e.seq > event.seq for e in record.events)
    if is_recorded or not is_answerable(event, Wish.REVEAL, record, now=now):
        return NOTHING
    entry = Entry(kind=Kind.ACCESS_GIVEN, method=Wish.REVEAL, language=event.language)
    return Decision(entries=(entry,))


def cancel(event: Event, record: Record) -> Decision:
    """Close every open wish of this kind: *It wasn't me*. Permissions stay as they are."""
    if not is_open(event, record):
        return NOTHING
    entry = Entry(kind=Kind.ACCESS_STOPPED, method=Wish(event.method), language=event.language)
    return Decision(entries=(entry,))


def erase_by_link(event: Event, record: Record, *, now: datetime) -> Decision:
    """Erase the person who confirms their request."""
    if not is_answerable(event, Wish.ERASE, record, now=now):
        return NOTHING
    return erase(record, language=event.language)


def erase(record: Record, *, method: Method = Method.LINK, language: str = "") -> Decision:
    """Erase all personal data and suppress the address; twice changes nothing."""
    if record.events and record.events[-1].kind is Kind.ERASED:
        return NOTHING
    entry = Entry(kind=Kind.ERASED, method=method, language=language)
    return Decision(entries=(entry,), suppress=Scope.MARKETING, reason="erased")


def is_answerable(event: Event, wish: Wish, record: Record, *, now: datetime) -> bool:
    """Return whether the link that confirms `event` is still valid, and about `wish`."""
    is_in_time = now < event.moment + FRESH
    return event.method == wish and is_in_time and is_open(event, record)


def is_open(event: Event, record: Record) -> bool:
    """Return whether no cancellation, other move or erasure has closed the wish since."""
    if event.kind is not Kind.ACCESS_ASKED or event.seq <= record.epoch:
        return False
    return not any(_closes(later, event) for later in record.events if later.seq > event.seq)


def _closes(later: Event, event: Event) -> bool:
    # A second move replaces the first.
    moves = (Wish.MOVE, Wish.CONFIRM_MOVE)
    match later.kind:
        case Kind.ACCESS_STOPPED:
            return later.method == event.method or event.method in moves
        case Kind.ACCESS_ASKED:
            return event.method in moves and later.method in moves
        case _:
            return False


def _owe(wish: Wish, language: str, detail: dict[str, Json]) -> Decision:
    entry = Entry(kind=Kind.ACCESS_ASKED, method=wish, language=language, detail=detail)
    return Decision(entries=(entry,), notices=owe(Template(wish), (entry,)))


def _is_too_often(wish: Wish, address: str, record: Record, now: datetime, limits: Limits) -> bool:
    events = [event for event in record.events if event.kind is Kind.ACCESS_ASKED]
    if limits.wishes.is_used_up([event.at for event in events], now):
        return True
    # A second move to another address may correct a typing error.
    return any(
        event.method == wish
        and is_recent(event.at, now, limits.window)
        and is_open(event, record)
        and record.details.get(event.seq, {}).get("email", "") == address
        for event in events
    )
