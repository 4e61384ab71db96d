"""The ledger: append-only events, chained per subject, and the permission that they fold into.

An `Entry` becomes an `Event` when `sealed` gives it its place in the chain. Personal data goes into
a `Detail` beside it. The event has only a salted digest of the detail, so a detail can be erased
without breaking the chain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, fields as fields_of
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal, assert_never

from ..declared.canonical import Json, canonical_json, digest_of

SYSTEM = "system"
"""Subject of events that concern no contact, such as wordings when they are first loaded."""

AHEAD = timedelta(minutes=5)
"""How far the clocks of several machines may differ."""

START = ""
"""`prev` of the first event of a chain."""


class Kind(StrEnum):
    """Kinds of event. The first word is the family; only `permission` changes permissions."""

    REQUESTED = "permission.requested"
    CONFIRMED = "permission.confirmed"
    DECLINED = "permission.declined"
    CHANGED = "permission.changed"
    PAUSED = "permission.paused"
    WITHDRAWN = "permission.withdrawn"
    COMPLAINED = "permission.complained"
    BOUNCED = "permission.bounced"
    EXPIRED = "permission.expired"
    IMPORTED = "permission.imported"
    ERASED = "permission.erased"
    ACCESS_ASKED = "access.asked"
    """A request by a link in an email: a `Wish`, or a new link to a guide."""
    ACCESS_GIVEN = "access.given"
    ACCESS_STOPPED = "access.stopped"
    WORDING_LOADED = "catalogue.wording"
    FORM_LOADED = "catalogue.form"
    SEALED = "record.sealed"
    HELD = "outbox.held"
    """More confirmations were requested than may be sent in an hour; the rest waits."""
    SUPPRESSED = "suppression.added"
    """On the chain of a concealed address, which outlives an erasure; its detail has the row."""
    LIFTED = "suppression.lifted"
    DISCARDED = "quarantine.discarded"
    """The owner discarded a quarantined request."""


class Method(StrEnum):
    """How an event came about: by which form, link or button, or by which command or routine.

    The values are under the ledger's digests and never change.
    """

    FORM = "form"
    QUARANTINED = "form-quarantined"
    """A request that looks like a robot's: kept with its signals, never answered by email."""
    UNANSWERED = "form-unanswered"
    """A request for an address that is suppressed for all email. It owes no email and is marked so,
    because every other request must have its email on record."""
    RELEASED = "form-released"
    """A quarantined request that the owner released; it owes an email like any other."""
    LINK = "link"
    """A link in an email."""
    BUTTON = "button"
    ONE_CLICK = "one-click"
    """RFC 8058, by the recipient's mail program."""
    PREFERENCES = "preferences"
    """The preference centre, which is reached by a link in an email."""
    NEVER_AGAIN = "never-again"
    """A withdrawal that asks for no email at all from now on."""
    MOVE = "address"
    """A change of address."""
    OFFER = "offer"
    """A guide requested by a link in an email, without a form."""
    OPERATOR = "operator"
    """A command that the owner ran."""
    IMPORT = "import"
    BOUNCE = "bounce"
    PURGE = "purge"
    RULE = "rule"
    """A suppression that follows from another event."""
    MAILED = "mailed"
    """An event of the system that owes its owner an email."""
    SEALER = "sealer"
    """A checkpoint that is not emailed."""
    CEILING = "ceiling"
    """Confirmations held back without an owner to email."""


class Wish(StrEnum):
    """Requests in the preference centre that a person confirms by a new email.

    The method of `access.*` events, and the name of the email that confirms it.
    """

    REVEAL = "reveal"
    """See all data that is held about them."""
    ERASE = "erase"
    MOVE = "move"
    """Change the address; the email goes to the old one."""
    CONFIRM_MOVE = "arrive"
    """The second half of a move; the email goes to the new address."""


class State(StrEnum):
    """State of a contact's permission for a purpose."""

    NONE = "none"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    PAUSED = "paused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    ERASED = "erased"


GRANTS = frozenset({Kind.CONFIRMED, Kind.IMPORTED})
ENDINGS = frozenset({Kind.DECLINED, Kind.WITHDRAWN, Kind.COMPLAINED, Kind.BOUNCED, Kind.ERASED})
"""Kinds that end what was requested or confirmed before."""
SAYING = frozenset({Kind.CHANGED, Kind.PAUSED, Kind.ACCESS_ASKED})
"""Kinds whose detail decisions read; other details are only kept and shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event without a place in a chain."""

    kind: Kind
    purpose: str = ""
    """Empty if it concerns every purpose."""
    _: KW_ONLY
    wording: str = ""
    form: str = ""
    form_version: str = ""
    page: str = ""
    language: str = ""
    campaign: str = ""
    method: Method | Wish | Literal[""] = ""
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in a chain. `digest` covers every other field."""

    seq: int
    at: str
    """Time in UTC, as `spell` writes it."""
    subject: str
    purpose: str
    kind: Kind
    wording: str
    form: str
    form_version: str
    page: str
    language: str
    campaign: str
    method: str
    detail: str
    prev: str
    digest: str

    @property
    def moment(self) -> datetime:
        """Time of the event, in UTC."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Personal data of an event. The salt keeps its digest from being guessed."""

    event: int
    salt: str
    body: str

    @property
    def digest(self) -> str:
        """Digest in the event."""
        return digest_of([self.salt, self.body])


@dataclass(frozen=True, slots=True)
class Permission:
    """A state, with the events that granted and paused the permission, if it is permitted."""

    state: State = State.NONE
    grant: Event | None = None
    pause: Event | None = None


def spell(moment: datetime) -> str:
    """Return ISO 8601 in UTC to the microsecond, ending in Z, which sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_recent(at: str, now: datetime, time: timedelta) -> bool:
    """Return whether `at` is less than `time` before `now`.

    Times far ahead of `now` are not recent: if a clock was a day ahead and was corrected, requests
    must not be ignored for that day.
    """
    return spell(now - time) < at <= spell(now + AHEAD)


def digest_of_event(fields: Mapping[str, Json]) -> str:
    """Return the SHA-256 of the canonical JSON of every field of an event but `digest`."""
    return digest_of({name: value for name, value in fields.items() if name != "digest"})


_FLAT = tuple(f.name for f in fields_of(Entry) if f.name != "detail")


def sealed(
    entry: Entry, *, seq: int, at: datetime, subject: str, prev: str, salt: str
) -> tuple[Event, Detail | None]:
    """Return the event of `entry` after the event with digest `prev`, and its detail, if any."""
    detail = None
    if entry.detail:
        body = canonical_json(dict(entry.detail)).decode()
        detail = Detail(event=seq, salt=salt, body=body)
    fields: dict[str, Json] = {
        **{name: getattr(entry, name) for name in _FLAT},
        "seq": seq,
        "at": spell(at),
        "subject": subject,
        "detail": detail.digest if detail else "",
        "prev": prev,
    }
    event = Event(**fields, digest=digest_of_event(fields))  # type: ignore[arg-type]
    return event, detail


def concerns(event: Event, purpose: str) -> bool:
    """Return whether `event` concerns `purpose`."""
    return event.purpose in ("", purpose)


def permission_of(events: Iterable[Event], purpose: str) -> Permission:
    """Fold the events of one contact, in order, into the permission for `purpose`."""
    permission = Permission()
    for event in events:
        if concerns(event, purpose):
            permission = _after(permission, event)
    return permission


def state_of(events: Iterable[Event], purpose: str) -> State:
    """Return the state for `purpose`, with pauses that never end: only `Record` knows the time."""
    return permission_of(events, purpose).state


def _after(before: Permission, event: Event) -> Permission:
    granted = before.state in (State.CONFIRMED, State.PAUSED)
    match event.kind:
        case Kind.REQUESTED:
            # Anyone can enter an address, so a request never changes what was confirmed.
            return before if granted else Permission(State.REQUESTED)
        case Kind.CONFIRMED | Kind.IMPORTED:
            return Permission(State.CONFIRMED, event)
        case Kind.PAUSED:
            return Permission(State.PAUSED, before.grant, event) if granted else before
        case Kind.EXPIRED:
            return Permission(State.EXPIRED) if before.state is State.REQUESTED else before
        case Kind.DECLINED | Kind.WITHDRAWN | Kind.COMPLAINED | Kind.BOUNCED | Kind.ERASED:
            return Permission(State(event.kind.removeprefix("permission.")))
        case Kind.CHANGED | Kind.WORDING_LOADED | Kind.FORM_LOADED | Kind.SEALED | Kind.HELD:
            return before
        case Kind.ACCESS_ASKED | Kind.ACCESS_GIVEN | Kind.ACCESS_STOPPED:
            return before
        case Kind.SUPPRESSED | Kind.LIFTED | Kind.DISCARDED:
            return before
        case _:
            assert_never(event.kind)


def is_move(event: Event) -> bool:
    """Return whether the event is a change of address."""
    return event.kind is Kind.CHANGED and event.method == Method.MOVE


def last_word(events: Iterable[Event], request: Event) -> Event | None:
    """Return the last event since `request` that granted or ended its purpose, if any.

    A change of address ends it too, because its link went to the old mailbox.
    """
    answers = (
        event
        for event in events
        if event.seq > request.seq
        and concerns(event, request.purpose)
        and (event.kind in GRANTS | ENDINGS or is_move(event))
    )
    return max(answers, key=lambda event: event.seq, default=None)
