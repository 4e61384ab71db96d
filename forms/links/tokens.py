"""Tokens: what the links in emails carry. They are signed, bound to one action, and never stored.

A token is the URL-safe JSON of an expiry and some ids, signed with HMAC-SHA-256 under a key that is
derived from the secret and the action, so a token of one action is worthless for another. It holds
no address. The ledger knows what has been answered already, so tokens need no single use.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self, TypeVar

from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

LONGEST = 1024
"""Characters; longer tokens are refused unread."""


class Action(StrEnum):
    """The action that a link permits: the first part of its path, and the salt of its token."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    RESOURCE = "resource"
    ME = "me"
    FRESH = "fresh"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Link:
    """Claims of a link. The values of a subclass's fields are the token's ids, in order."""

    action: ClassVar[Action]

    @classmethod
    def from_ids(cls, ids: Sequence[str]) -> Self:
        """Return the claims with these ids. Raises `TypeError` or `ValueError` for others' ids."""
        return cls(*ids)

    @property
    def ids(self) -> list[str]:
        """Ids for a token."""
        values = (value if isinstance(value, tuple) else (value,) for value in astuple(self))
        return [str(part) for value in values for part in value]


@dataclass(frozen=True, slots=True)
class ConfirmLink(Link):
    """Confirm or decline a pending request."""

    action = Action.CONFIRM
    pending: str


@dataclass(frozen=True, slots=True)
class UnsubscribeLink(Link):
    """Withdraw purposes."""

    action = Action.UNSUBSCRIBE
    contact: str
    language: str
    purposes: tuple[str, ...]

    @classmethod
    def from_ids(cls, ids: Sequence[str]) -> Self:
        """Return the claims with these ids."""
        contact, language, first, *rest = ids
        return cls(contact, language, (first, *rest))


@dataclass(frozen=True, slots=True)
class GuideLink(Link):
    """Download the file that a purpose delivers in a language.

    It names the file and not its content, so a new edition reaches everyone with an old link.
    """

    action = Action.RESOURCE
    contact: str
    purpose: str
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class SubjectRequestLink(Link):
    """Confirm a data-subject request: see all data, erase it, or change the address."""

    action = Action.FRESH
    contact: str
    event: int
    """Number of the event that recorded the request."""

    @classmethod
    def from_ids(cls, ids: Sequence[str]) -> Self:
        """Return the claims with these ids."""
        contact, event = ids
        return cls(contact, int(event))


@dataclass(frozen=True, slots=True)
class PreferencesLink(Link):
    """Open the preference centre, until the address changes or is erased."""

    action = Action.ME
    contact: str
    epoch: int
    """`Record.epoch` when the link was emailed."""
    language: str

    @classmethod
    def from_ids(cls, ids: Sequence[str]) -> Self:
        """Return the claims with these ids."""
        contact, epoch, language = ids
        return cls(contact, int(epoch), language)


@dataclass(frozen=True, slots=True)
class OffersLink(PreferencesLink):
    """Request guides without a form, until the address changes or is erased."""

    action = Action.MORE


LINKS: Mapping[str, type[Link]] = {
    link.action: link
    for link in (
        ConfirmLink,
        UnsubscribeLink,
        GuideLink,
        SubjectRequestLink,
        PreferencesLink,
        OffersLink,
    )
}
"""Action -> its link."""

AnyLink = TypeVar("AnyLink", bound=Link)


class TokenError(ValueError):
    """The token was altered, cut, made for another action or signed with an unknown key."""


class ExpiredError(TokenError):
    """The token is genuine but too old."""

    def __init__(self, link: Link) -> None:
        super().__init__("the token has expired")
        self.link = link


class _Signer(Signer):
    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        signature = sig if isinstance(sig, bytes) else sig.encode()
        # Base64 has several spellings of the same bytes; only the canonical one is accepted.
        try:
            canonical = base64_encode(base64_decode(signature))
        except BadData:
            return False
        is_canonical = hmac.compare_digest(canonical, signature)
        return is_canonical and super().verify_signature(value, sig)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Issues and reads tokens. The first of `keys` signs; all of them are accepted."""

    keys: tuple[str, ...]

    def issue(self, link: Link, *, expires: datetime | None = None) -> str:
        """Return a token for `link`. Without `expires` it is valid for ever."""
        until = int(expires.timestamp()) if expires else 0
        return str(self._serializer(link.action).dumps([until, *link.ids]))

    def read(self, link: type[AnyLink], token: str, *, now: datetime) -> AnyLink:
        """Return the claims of a token.

        Raises:
            ExpiredError: It is too old.
            TokenError: It isn't one of ours, or is for another kind of link.
        """
        if len(token) > LONGEST or not token.isascii():
            raise TokenError("this is no token of ours")
        try:
            until, *ids = self._serializer(link.action).loads(token)
            claims = link.from_ids(ids)
        except BadData as error:
            raise TokenError("the signature does not match") from error
        except (TypeError, ValueError) as error:
            raise TokenError("the payload is not ours") from error
        if until and now.timestamp() >= until:
            raise ExpiredError(claims)
        return claims

    def _serializer(self, action: Action) -> URLSafeSerializer:
        # itsdangerous signs with the last key of its list.
        return URLSafeSerializer(list(reversed(self.keys)), salt=f"atrae.{action}", signer=_Signer)
