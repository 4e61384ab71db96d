"""Signing: Ed25519 (RFC 8032) keys, as checkpoints and proofs use them.

The secret is 32 random bytes, spelled in URL-safe base64 (43 characters), as
`secrets.token_urlsafe(32)` makes it. A public key and a signature are lower-case hexadecimal (64
and 128 characters), one spelling for each, so that no byte of them can be altered unseen.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
PUBLIC = re.compile(r"[0-9a-f]{64}")
SIGNATURE = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True)
class PublicKey:
    """What vouches can be checked with. `hex` is its 32 bytes."""

    hex: str

    def __post_init__(self) -> None:
        if not PUBLIC.fullmatch(self.hex):
            raise ValueError("a public key is 64 hexadecimal digits in lower case")

    @property
    def id(self) -> str:
        """The first 16 digits of its SHA-256: how a key is named."""
        return sha256(bytes.fromhex(self.hex)).hexdigest()[:16]

    def vouches(self, message: bytes, signature: str) -> bool:
        """Whether `signature` is the one of `message` by the holder of this key."""
        if not SIGNATURE.fullmatch(signature):
            return False
        try:
            self._key.verify(bytes.fromhex(signature), message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.hex))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs; its secret does not show when it is printed."""

    public: PublicKey
    sign: Callable[[bytes], str] = field(repr=False)
    """A message -> its signature, in hexadecimal."""


def signing_key(secret: str) -> SigningKey:
    """The key of `secret`. Raises `ValueError` where it is not one; the secret is not repeated."""
    if not SECRET.fullmatch(secret):
        raise ValueError("it must be 32 random bytes in URL-safe base64, 43 characters")
    try:
        key = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(secret + "="))
    except NotBase64 as fault:
        raise ValueError("it must be 32 random bytes in URL-safe base64") from fault
    return SigningKey(
        public=PublicKey(key.public_key().public_bytes_raw().hex()),
        sign=lambda message: key.sign(message).hex(),
    )
