"""Ed25519 keys (RFC 8032) that sign checkpoints and proofs.

A secret is 32 random bytes in URL-safe base64 (43 characters), as from `secrets.token_urlsafe(32)`.
Public keys and signatures are lower-case hexadecimal (64 and 128 characters). Each has only one
valid spelling, so no byte can be altered unnoticed.
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
    """A key that checks signatures; `hex` is its 32 bytes."""

    hex: str

    def __post_init__(self) -> None:
        if not PUBLIC.fullmatch(self.hex):
            raise ValueError("a public key is 64 hexadecimal digits in lower case")

    @property
    def id(self) -> str:
        """First 16 digits of its SHA-256."""
        return sha256(bytes.fromhex(self.hex)).hexdigest()[:16]

    def vouches(self, message: bytes, signature: str) -> bool:
        """Return whether this key signed `message` with `signature`."""
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
    """A key that signs; printing it does not reveal its secret."""

    public: PublicKey
    sign: Callable[[bytes], str] = field(repr=False)
    """Return the signature of a message."""


def signing_key(secret: str) -> SigningKey:
    """Return the key of a secret. Raises a `ValueError` that does not repeat the secret."""
    if not SECRET.fullmatch(secret):
        raise ValueError("it must be 32 random bytes in URL-safe base64, 43 characters")
    try:
        key = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(secret + "="))
    except NotBase64 as error:
        raise ValueError("it must be 32 random bytes in URL-safe base64") from error
    return SigningKey(
        public=PublicKey(key.public_key().public_bytes_raw().hex()),
        sign=lambda message: key.sign(message).hex(),
    )
