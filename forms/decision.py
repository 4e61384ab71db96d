"""What is on record of a contact, and what is decided about it: frozen values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .ledger import Entry, Event, Permission, State, permission_of

BY_FORM = "form"
QUARANTINED = "form-quarantined"
"""The method of a request whose honeypot was filled in: kept, never answered with a mail."""
BY_LINK = "link"
BY_BUTTON = "button"
BY_ONE_CLICK = "one-click"
BY_BOUNCE = "bounce"


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

    def lives(self, purpose: str) -> bool:
        """Whether there is a standing permission for `purpose` that is not paused."""
        permission = self.permission(purpose)
        if permission.state is not State.CONFIRMED or permission.grant is None:
            return False
        return permission.grant.wording in self.standing

    def permission(self, purpose: str) -> Permission:
        """The permission for `purpose`."""
        return permission_of(self.events, purpose)


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
