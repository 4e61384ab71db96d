"""What is on record of a contact, and what is decided about it: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ..declared.canonical import Json
from .ledger import GRANTS, START, Entry, Event, Kind, Permission, State, is_move, permission_of

BY_FORM = "form"
QUARANTINED = "form-quarantined"
"""The method of a request that looks like a robot's: kept with its signs, never answered with a
mail."""
UNANSWERED = "form-unanswered"
"""The method of a request of an address that is suppressed for all mail: it owes none, and says so,
for every other request must have its mail on record."""
RELEASED = "form-released"
"""The method of a request that was quarantined, and that its owner let go on: it is asked for by
the owner's command, and owes a mail like any other."""
BY_OPERATOR = "operator"
"""The owner recorded it, by a command."""
BY_LINK = "link"
BY_BUTTON = "button"
BY_ONE_CLICK = "one-click"
BY_PREFERENCES = "preferences"
"""In the preference centre, which is reached by a link of a mail."""
NEVER_AGAIN = "never-again"
"""The method of a withdrawal with which the person wants no mail at all any more."""
BY_BOUNCE = "bounce"
MAILED = "mailed"
"""The method of an event of the system's that owes its owner a mail."""


FRESH = timedelta(hours=24)
"""How long the link of a mail acts that reveals, erases or moves."""


class Scope(StrEnum):
    """How far a suppression reaches."""

    MARKETING = "marketing"
    """Erased: a fresh request may be answered with one confirmation."""
    ALL = "all"
    """A complaint, a hard bounce, "never again": nothing, until the owner lifts it."""


class Template(StrEnum):
    """The mails that there are."""

    CONFIRM = "confirm"
    RECEIPT = "receipt"
    ALREADY = "already"
    SEALED = "sealed"
    """To the owner: a checkpoint."""
    LINK = "link"
    """A fresh link to a guide that was confirmed."""
    HELD = "held"
    """To the owner: so many confirmations are asked for that some wait."""
    REVEAL = "reveal"
    """The link to all that is known of the person."""
    ERASE = "erase"
    MOVE = "move"
    """To the old address: may the person have another one?"""
    ARRIVE = "arrive"
    """To the new address: is it theirs?"""


ASKS = frozenset({Template.REVEAL, Template.ERASE, Template.MOVE, Template.ARRIVE})
"""Mails that confirm what was asked for in the preference centre."""


class Stage(StrEnum):
    """Where a pending request stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often one address is written to because somebody typed it."""

    window: timedelta = timedelta(minutes=10)
    """One request per purpose in it."""
    burst: int = 3
    """Confirmation mails an hour."""
    daily: int = 8
    again: timedelta = timedelta(hours=24)
    """Between two mails "you are already with us"."""
    pending: timedelta = timedelta(days=14)
    """How long a confirmation link is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What we hold of one contact, read under its lock."""

    contact: str
    events: tuple[Event, ...] = ()
    standing: frozenset[str] = frozenset()
    """The digests of those of its wordings that ask for a standing permission."""
    suppressed: frozenset[Scope] = frozenset()
    details: Mapping[int, Mapping[str, Json]] = field(default_factory=dict)
    """Event number -> what was said with it; of the kinds in `ledger.SAYING` alone."""
    at: datetime | None = None
    """When it was read. A pause ends by its date; without a time, it is taken to go on."""

    @property
    def by_form(self) -> str:
        """The method of a request that is made by a form now."""
        return UNANSWERED if Scope.ALL in self.suppressed else BY_FORM

    def lives(self, purpose: str) -> bool:
        """Whether there is a standing permission for `purpose` that is not paused."""
        permission = self.permission(purpose)
        if permission.state is not State.CONFIRMED or permission.grant is None:
            return False
        return permission.grant.wording in self.standing

    def permission(self, purpose: str) -> Permission:
        """The permission for `purpose`. A pause that is over needs no event to end it."""
        found = permission_of(self.events, purpose)
        if found.pause is None or not self._is_over(found.pause):
            return found
        return Permission(State.CONFIRMED, found.grant)

    def paused_until(self, purpose: str) -> datetime | None:
        """When the pause of `purpose` ends by itself; `None`: it is not paused."""
        pause = self.permission(purpose).pause
        return None if pause is None else self._end(pause)

    @property
    def head(self) -> str:
        """The digest of the last event of the chain, as the next one names it."""
        return self.events[-1].digest if self.events else START

    @property
    def is_known(self) -> bool:
        """Whether the person has confirmed anything, if only a guide, that still holds."""
        grants = (event for event in self.events if event.kind in GRANTS)
        return any(self.permission(event.purpose).grant is not None for event in grants)

    @property
    def epoch(self) -> int:
        """The last event that made this somebody else's, to a mail program: another address, or
        an erasure. Links that were mailed before it steer nothing any more."""
        marks = (event.seq for event in self.events if event.kind is Kind.ERASED or is_move(event))
        return max(marks, default=0)

    def _is_over(self, pause: Event) -> bool:
        end = self._end(pause)
        return self.at is not None and end is not None and end <= self.at

    def _end(self, pause: Event) -> datetime | None:
        until = self.details.get(pause.seq, {}).get("until")
        return datetime.fromisoformat(until) if isinstance(until, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request that waits for its confirmation; `about` are positions in the entries."""

    id: str
    expires: datetime
    about: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail that is owed. The first of `about` (positions in the entries) is its *because*."""

    template: Template
    about: tuple[int, ...]
    pending: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to write, in one transaction."""

    entries: tuple[Entry, ...] = ()
    pending: Pending | None = None
    notices: tuple[Notice, ...] = ()
    suppress: Scope | None = None
    lift: Scope | None = None
    reason: str = ""


NOTHING = Decision()
