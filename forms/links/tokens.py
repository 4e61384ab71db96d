"""Tokens: what the links in emails carry. They are signed, bound to one action, and never stored.

A token is the URL-safe JSON of an expiry and some ids, signed with HMAC-SHA-256 under a key that is
derived from the secret and the action, so a token of one action is worthless for another. It holds
no address. The ledger knows what has been answered already, so tokens need no single use.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import ClassVar, Self, TypeVar

from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

LONGEST = 1024
"""Characters; longer tokens are refused unread."""


@dataclass(frozen=True, slots=True)
class Link:
    """Claims of a link. The values of a subclass's fields are the token's ids, in order."""

    action: ClassVar[str]
    """First part of the link's path, and the salt of its token."""

    @classmethod
    def from_ids(cls, ids: Sequence[str]) -> Self:
        """Return the claims with these ids. Raises `ValueError` for the ids of another link."""
        pairs = zip(fields(cls), ids, strict=True)
        return cls(*(int(text) if field.type is int else text for field, text in pairs))

    @property
    def ids(self) -> list[str]:
        """Ids for a token."""
        values = (value if isinstance(value, tuple) else (value,) for value in astuple(self))
        return [str(part) for value in values for part in value]


@dataclass(frozen=True, slots=True)
class ConfirmLink(Link):
    """Confirm or decline a pending request."""

    action = "confirm"
    pending: str


@dataclass(frozen=True, slots=True)
class UnsubscribeLink(Link):
    """Withdraw purposes."""

    action = "unsubscribe"
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

    action = "resource"
    contact: str
    purpose: str
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class SubjectRequestLink(Link):
    """Confirm a data-subject request: see all data, erase it, or change the address."""

    action = "fresh"
    contact: str
    event: int
    """Number of the event that recorded the request."""


@dataclass(frozen=True, slots=True)
class PreferencesLink(Link):
    """Open the preference centre, until the address changes or is erased."""

    action = "me"
    contact: str
    epoch: int
    """`Record.epoch` when the link was emailed."""
    language: str


@dataclass(frozen=True, slots=True)
class OffersLink(PreferencesLink):
    """Request guides without a form, until the address changes or is erased."""

    action = "more"


_EVERY = (ConfirmLink, UnsubscribeLink, GuideLink, SubjectRequestLink, PreferencesLink, OffersLink)
LINKS: Mapping[str, type[Link]] = {link.action: link for link in _EVERY}
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

    def _serializer(self, action: str) -> URLSafeSerializer:
        # itsdangerous signs with the last key of its list.
        return URLSafeSerializer(list(reversed(self.keys)), salt=f"atrae.{action}", signer=_Signer)
