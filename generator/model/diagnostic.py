"""Diagnostics: findings with a message, a location, a code and a severity."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """Severity of a diagnostic. An error stops a build, a warning only a strict one."""

    ERROR = "error"
    WARNING = "warning"


class Location(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """A location in a file of the site: `path` from its root with `/`, line and column from 1.

    Line 0 is the whole file, column 0 the whole line.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        numbers = (number for number in (self.line, self.column) if number)
        return ":".join((self.path, *map(str, numbers)))


class Diagnostic(Struct, frozen=True, kw_only=True, array_like=True):
    """A finding. `code` is stable and names its kind; `hint` says how to fix it."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    at: Location | None = None
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.severity}: {self.message}{hint} [{self.code}]"


def warning(code: str, message: str, *, at: Location, hint: str = "") -> Diagnostic:
    """Return a warning: only a strict build refuses to publish with it."""
    return Diagnostic(code=code, message=message, severity=Severity.WARNING, at=at, hint=hint)


def error(code: str, message: str, *, at: Location, hint: str = "") -> Diagnostic:
    """Return an error: a build refuses to publish with it."""
    return Diagnostic(code=code, message=message, at=at, hint=hint)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by location, then code and message."""
    nowhere = Location(path="")
    return tuple(sorted(diagnostics, key=lambda d: (d.at or nowhere, d.code, d.message)))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean '…'?` with the known word most like `word`; empty if none is."""
    from difflib import get_close_matches  # slow to import, and only findings need it

    matches = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{matches[0]}'?" if matches else ""
