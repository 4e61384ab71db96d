"""What is found wrong: a message with place, code and severity."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """An error stops a build; a warning does not, unless it is strict."""

    ERROR = "error"
    WARNING = "warning"


class Location(Struct, frozen=True, kw_only=True, array_like=True):
    """A place in a file of the site: `path` from its root with `/`; line and column from 1.

    Line or column 0: the file, or the line, as a whole.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        numbers = (number for number in (self.line, self.column) if number)
        return ":".join((self.path, *map(str, numbers)))


class Diagnostic(Struct, frozen=True, kw_only=True, array_like=True):
    """One finding. `code` is stable and names the kind; `hint` is the way out."""

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
    """A finding that an author should look at, and that a strict build refuses."""
    return Diagnostic(code=code, message=message, severity=Severity.WARNING, at=at, hint=hint)


def error(code: str, message: str, *, at: Location, hint: str = "") -> Diagnostic:
    """A finding that nothing is published with."""
    return Diagnostic(code=code, message=message, at=at, hint=hint)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by location, then code and message."""
    return tuple(sorted(diagnostics, key=lambda d: (_position(d), d.code, d.message)))


def _position(diagnostic: Diagnostic) -> tuple[str, int, int]:
    at = diagnostic.at
    return (at.path, at.line, at.column) if at else ("", 0, 0)


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean '…'?` for the known word most like `word`, or an empty string."""
    from difflib import get_close_matches  # only what is wrong needs it

    found = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""
