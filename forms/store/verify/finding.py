"""What a check says, and what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...catalogue import Lasts, Wording
from ...evidence.checkpoint import Checkpoint
from ...evidence.signing import PublicKey


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is off: the row it was found at, and what is wrong with it."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass(frozen=True)
class KnownTexts:
    """What events may name."""

    wordings: Mapping[str, Wording]
    forms: frozenset[str]

    @cached_property
    def standing(self) -> frozenset[str]:
        """The digests of the wordings that ask for a standing permission."""
        return frozenset(d for d, text in self.wordings.items() if text.lasts is Lasts.STANDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the owner holds that does not come from the database."""

    keys: tuple[PublicKey, ...] = ()
    """The last checkpoint must be by one of them."""
    mailed: Checkpoint | None = None
    """A checkpoint as it was mailed."""
