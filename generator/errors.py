"""Errors that stop a build. What an author can fix is collected as diagnostics instead.

SiteError               message, location, hint
├─ ConfigError          the site or its settings can't be read
├─ TemplateError        a template is invalid
├─ PublishError         the output folder can't be written
└─ ContentError         every diagnostic of the content together

InvalidValueError is raised by functions that read one value; its caller knows the location.
"""

from collections.abc import Iterable

from .model.diagnostic import Diagnostic, Location, Severity


class SiteError(Exception):
    """An error with its location and a hint."""

    code = "error"

    def __init__(self, message: str, *, at: Location | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The error as diagnostics."""
        return (Diagnostic(code=self.code, message=self.message, at=self.at, hint=self.hint),)

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


class ConfigError(SiteError):
    """The site or its settings can't be read."""

    code = "config"


class TemplateError(SiteError):
    """A template is invalid, or uses something that doesn't exist."""

    code = "template"


class PublishError(SiteError):
    """The output folder can't be written."""

    code = "publish"


class ContentError(SiteError):
    """Every diagnostic of a site's content, warnings included."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._diagnostics = tuple(diagnostics)
        super().__init__(f"{len(self._diagnostics)} findings")

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every diagnostic, in the order of the build."""
        return self._diagnostics


class InvalidValueError(ValueError):
    """A value that can't be used; `hint` is the fix. Pydantic reports it like any `ValueError`."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def refuse_errors(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> None:
    """Raise `ContentError` if a diagnostic is an error; with `strict`, if there is any."""
    diagnostics = tuple(diagnostics)
    if any(strict or diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
        raise ContentError(diagnostics)
