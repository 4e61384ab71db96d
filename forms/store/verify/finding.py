"""Types that the checks share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...catalogue import Lasts, Wording
from ...evidence.checkpoint import Checkpoint
from ...evidence.signing import PublicKey


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, with the row in which it was found."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass(frozen=True)
class KnownTexts:
    """Wordings and versions of forms that events may name."""

    wordings: Mapping[str, Wording]
    forms: frozenset[str]

    @cached_property
    def standing(self) -> frozenset[str]:
        """Digests of the wordings that ask for a standing permission."""
        return frozenset(d for d, text in self.wordings.items() if text.lasts is Lasts.STANDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Evidence that the owner keeps outside of the database."""

    keys: tuple[PublicKey, ...] = ()
    """Public keys, one of which must have signed the last checkpoint."""
    mailed: Checkpoint | None = None
    """A checkpoint as it was emailed."""
