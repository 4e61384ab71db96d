"""Signed times: proof of when the handler showed a form or issued a challenge. Pure.

Static pages have none, because nothing signs them when they are read.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

SIGNED_TIME = re.compile(r"([0-9]{1,15})\.([0-9a-f]{64})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """HMAC-SHA-256 with keys derived for one use. The first key signs; all are accepted."""

    use: ClassVar[str]
    """Purpose of the signatures; one made for another use is invalid."""
    keys: tuple[str, ...]

    def sign(self, message: bytes) -> str:
        """Return the signature: 64 hexadecimal digits."""
        return next(self._signatures(message))

    def verifies(self, message: bytes, signature: str) -> bool:
        """Tell whether one of the keys signed `message`. Compares in constant time."""
        expected = signature.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(s.encode(), expected) for s in self._signatures(message))

    def _signatures(self, message: bytes) -> Iterator[str]:
        for key in self.keys:
            own = hmac.new(key.encode(), f"atrae.{self.use}".encode(), hashlib.sha256).digest()
            yield hmac.new(own, message, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedTimes(Signer):
    """Signs and reads times: milliseconds since 1970, a dot and a signature.

    The signature covers the time and its subject. The subject itself is left out, so it may be an
    address.
    """

    use = "stamp"

    def make(self, now: datetime, *subject: str) -> str:
        """Return the signed time `now` at which `subject` was shown."""
        moment = str(milliseconds(now))
        return f"{moment}.{self.sign(_message(moment, subject))}"

    def read(self, signed: str, *subject: str) -> datetime | None:
        """Return when `subject` was shown; `None` if `signed` isn't ours or has another subject."""
        match = SIGNED_TIME.fullmatch(signed)
        if match is None or not self.verifies(_message(match[1], subject), match[2]):
            return None
        return moment_of(int(match[1]))


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(number: int) -> datetime:
    """Return the moment, from the milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=number)


def _message(moment: str, subject: tuple[str, ...]) -> bytes:
    # With the number of parts and their lengths, a part that holds the separator isn't ambiguous.
    parts = (moment, *subject)
    return "\n".join((str(len(parts)), *(f"{len(part)}:{part}" for part in parts))).encode(
        "utf-8", "surrogatepass"
    )
