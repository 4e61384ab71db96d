"""A solved proof-of-work challenge, as the decision and the record of a request need it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

VALID_FOR = timedelta(minutes=20)
"""How long a challenge can be solved after it was issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A solved challenge: when it was issued, and the nonce that makes it unique."""

    issued: datetime
    nonce: str
