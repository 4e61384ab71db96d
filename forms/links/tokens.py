"""Tokens: what a link in a mail carries. Signed, bound to one action, never stored.

A token is the URL-safe JSON of an expiry and some ids, signed with HMAC-SHA-256 under a key that is
derived from the secret and the action, so that a token of one action is worthless for another. It
holds no address. Single use is the ledger's business: it knows what has been answered already.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

LONGEST = 1024
"""Characters; no token of ours comes near it."""


class Action(StrEnum):
    """What a token permits."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    RESOURCE = "resource"
    ME = "me"
    FRESH = "fresh"
    MORE = "more"


class TokenError(ValueError):
    """The token was altered, cut, made for another action or signed with a key that we lack."""


class ExpiredError(TokenError):
    """The token is genuine and its time is over. `ids` are those that it was issued for."""

    def __init__(self, ids: Sequence[str] = ()) -> None:
        super().__init__("the token's time is over")
        self.ids = tuple(ids)


class _Signer(Signer):
    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        given = sig if isinstance(sig, bytes) else sig.encode()
        # Base64 has several spellings of the same bytes; only the one that we write is ours.
        try:
            canonical = base64_encode(base64_decode(given))
        except BadData:
            return False
        return hmac.compare_digest(canonical, given) and super().verify_signature(value, sig)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and reads tokens. The first of `keys` signs; all of them are read."""

    keys: tuple[str, ...]

    def issue(self, action: Action, ids: Sequence[str], *, expires: datetime | None) -> str:
        """A token for `ids`. Without `expires` it is good for ever: leaving must always work."""
        until = int(expires.timestamp()) if expires else 0
        return str(self._serializer(action).dumps([until, *ids]))

    def read(self, action: Action, token: str, *, now: datetime) -> tuple[str, ...]:
        """The ids that `token` was issued for. Raises `TokenError`, or its child `ExpiredError`."""
        if len(token) > LONGEST or not token.isascii():
            raise TokenError("this is no token of ours")
        try:
            payload = self._serializer(action).loads(token)
        except BadData as fault:
            raise TokenError("the signature does not match") from fault
        match payload:
            case [int(until), *ids] if all(isinstance(each, str) for each in ids):
                if until and now.timestamp() >= until:
                    raise ExpiredError([str(each) for each in ids])
                return tuple(str(each) for each in ids)
            case _:
                raise TokenError("the payload is not ours")

    def _serializer(self, action: Action) -> URLSafeSerializer:
        # itsdangerous signs with the last key of its list.
        return URLSafeSerializer(list(reversed(self.keys)), salt=f"atrae.{action}", signer=_Signer)
