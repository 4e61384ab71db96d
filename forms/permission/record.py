"""A contact's record, and the decisions about it: frozen values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ..declared.canonical import Json
from .ledger import (
    GRANTS,
    START,
    Entry,
    Event,
    Kind,
    Permission,
    State,
    Wish,
    is_move,
    is_recent,
    permission_of,
)

FRESH = timedelta(hours=24)
"""How long a link that reveals, erases or moves is valid."""


class Scope(StrEnum):
    """How far a suppression reaches."""

    MARKETING = "marketing"
    """After an erasure: a new request may be answered with one confirmation."""
    ALL = "all"
    """After a complaint, a hard bounce or "never again": no email until the owner lifts it."""


class Template(StrEnum):
    """The emails that can be sent. `mail_rules.RULES` has the rule of each."""

    CONFIRM = "confirm"
    RECEIPT = "receipt"
    ALREADY = "already"
    LINK = "link"
    """A new link to a guide that was confirmed."""
    REVEAL = "reveal"
    """The link to all data that is held about the person."""
    ERASE = "erase"
    MOVE = "move"
    """To the old address: approve the new one."""
    CONFIRM_MOVE = "arrive"
    """To the new address: confirm it."""
    SEALED = "sealed"
    """To the owner: a checkpoint."""
    HELD = "held"
    """To the owner: confirmations are waiting, because too many were requested."""


WISH_TEMPLATES = frozenset(Template(wish) for wish in Wish)
"""Emails whose link confirms a wish."""


class Stage(StrEnum):
    """The stage of a pending request."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many emails one address may cause in an hour and in a day."""

    hourly: int
    daily: int

    def is_used_up(self, times: Collection[str], now: datetime) -> bool:
        """Return whether one more email would be too many; `times` are those of the others."""
        spans = ((timedelta(hours=1), self.hourly), (timedelta(days=1), self.daily))
        return any(sum(is_recent(at, now, span) for at in times) >= most for span, most in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often an address gets emails because someone entered it or followed a link."""

    window: timedelta = timedelta(minutes=10)
    """Time in which there is one request per purpose, wish or guide."""
    reminder: timedelta = timedelta(hours=24)
    """Time between two emails "you're already subscribed"."""
    pending: timedelta = timedelta(days=14)
    """How long a confirmation link is valid."""
    confirmations: Allowance = Allowance(hourly=3, daily=8)
    """Emails that anyone can cause by entering an address."""
    wishes: Allowance = Allowance(hourly=6, daily=8)
    """Emails that the holder of a preferences link can cause: there are several wishes."""
    guides: Allowance = Allowance(hourly=9, daily=16)
    """Emails that the holder of a guide's link can cause: there may be many guides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything on record about one contact, read under its lock."""

    contact: str
    events: tuple[Event, ...] = ()
    standing: frozenset[str] = frozenset()
    """Digests of its wordings for standing permissions."""
    suppressed: frozenset[Scope] = frozenset()
    details: Mapping[int, Mapping[str, Json]] = field(default_factory=dict)
    """Event number -> its detail; only of the kinds in `ledger.SAYING`."""
    at: datetime | None = None
    """When it was read. Pauses end by their date; without a time, none has ended."""

    def is_live(self, purpose: str) -> bool:
        """Return whether there is a standing permission for `purpose` that is not paused."""
        permission = self.permission(purpose)
        if permission.state is not State.CONFIRMED or permission.grant is None:
            return False
        return permission.grant.wording in self.standing

    def permission(self, purpose: str) -> Permission:
        """Return the permission for `purpose`. A pause ends without an event."""
        permission = permission_of(self.events, purpose)
        end = self._end(permission.pause)
        if self.at is None or end is None or end > self.at:
            return permission
        return Permission(State.CONFIRMED, permission.grant)

    def paused_until(self, purpose: str) -> datetime | None:
        """Return when the pause of `purpose` ends by itself; `None` if it is not paused."""
        return self._end(self.permission(purpose).pause)

    @property
    def head(self) -> str:
        """Digest of the chain's last event."""
        return self.events[-1].digest if self.events else START

    @property
    def is_known(self) -> bool:
        """Whether a confirmation by the person, if only of a guide, still holds."""
        grants = (event for event in self.events if event.kind in GRANTS)
        return any(self.permission(event.purpose).grant is not None for event in grants)

    @property
    def epoch(self) -> int:
        """Number of the last move or erasure, which invalidates the links emailed before it."""
        marks = (event.seq for event in self.events if event.kind is Kind.ERASED or is_move(event))
        return max(marks, default=0)

    def _end(self, pause: Event | None) -> datetime | None:
        until = self.details.get(pause.seq, {}).get("until") if pause else None
        return datetime.fromisoformat(until) if isinstance(until, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request without its confirmation."""

    id: str
    expires: datetime
    about: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An email that is owed. The first entry that it is about is its *because*."""

    template: Template
    about: tuple[Entry, ...]
    pending: str = ""


def owe(template: Template, about: Sequence[Entry], *, pending: str = "") -> tuple[Notice, ...]:
    """Return the email about these entries in a tuple, which is empty if there are none."""
    return (Notice(template=template, about=tuple(about), pending=pending),) if about else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything to write, in one transaction."""

    entries: tuple[Entry, ...] = ()
    pending: Pending | None = None
    notices: tuple[Notice, ...] = ()
    suppress: Scope | None = None
    lift: Scope | None = None
    reason: str = ""


NOTHING = Decision()
