"""When we showed a form, in our own hand: a time that nobody else can write. Pure.

A static page cannot carry one, for nobody signs it when it is read. What the handler itself shows
can: a form with its errors, a form that is asked for once more, a challenge.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STAMP = re.compile(r"([0-9]{1,15})\.([0-9a-f]{64})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Signer:
    """HMAC-SHA-256 under keys derived for one use: the first of `keys` signs, all are read."""

    keys: tuple[str, ...]
    use: str
    """What it signs; what was signed for one use is worthless for another."""

    def sign(self, message: bytes) -> str:
        """64 hexadecimal digits."""
        return next(self._signatures(message))

    def knows(self, message: bytes, signature: str) -> bool:
        """Whether one of the keys has signed `message`. In constant time."""
        given = signature.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(s.encode(), given) for s in self._signatures(message))

    def _signatures(self, message: bytes) -> Iterator[str]:
        for key in self.keys:
            own = hmac.new(key.encode(), f"atrae.{self.use}".encode(), hashlib.sha256).digest()
            yield hmac.new(own, message, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Stamps:
    """Makes and reads stamps: milliseconds since 1970, a dot, and the signature of that time and
    of what it is about. What it is about is not in it, so an address may be."""

    keys: tuple[str, ...]

    def make(self, now: datetime, *about: str) -> str:
        """A stamp that says: `about` was shown at `now`."""
        moment = str(milliseconds(now))
        return f"{moment}.{self._signer.sign(_said(moment, about))}"

    def read(self, stamp: str, *about: str) -> datetime | None:
        """When `about` was shown; `None` where `stamp` is not ours, or about something else."""
        found = STAMP.fullmatch(stamp)
        if found is None or not self._signer.knows(_said(found[1], about), found[2]):
            return None
        return moment_of(int(found[1]))

    @property
    def _signer(self) -> Signer:
        return Signer(self.keys, "stamp")


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(number: int) -> datetime:
    """The other way."""
    return EPOCH + timedelta(milliseconds=number)


def _said(moment: str, about: tuple[str, ...]) -> bytes:
    # No part can hold the separator and pass for two: the number of parts and each length are said.
    parts = (moment, *about)
    return "\n".join((str(len(parts)), *(f"{len(part)}:{part}" for part in parts))).encode(
        "utf-8", "surrogatepass"
    )
