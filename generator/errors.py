"""What the program cannot do, raised; what the author can mend is collected as diagnostics.

SiteError               message, place, way out
├─ ConfigError          the site or its settings cannot be read
├─ TemplateError        a template is wrong
├─ PublishError         the output folder cannot be written
└─ ContentError         everything found wrong in the content, together
"""

from collections.abc import Iterable

from .model.diagnostic import Diagnostic, Location, Severity


class SiteError(Exception):
    """A fault with its place and a way out."""

    code = "error"

    def __init__(self, message: str, *, at: Location | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The same, as findings."""
        return (Diagnostic(code=self.code, message=self.message, at=self.at, hint=self.hint),)

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


class ConfigError(SiteError):
    """The site or its settings cannot be read."""

    code = "config"


class TemplateError(SiteError):
    """A template is wrong, or asks for what is not there."""

    code = "template"


class PublishError(SiteError):
    """The output folder cannot be written."""

    code = "publish"


class ContentError(SiteError):
    """Everything found wrong, warnings too: the author sees all of it at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._diagnostics = tuple(diagnostics)
        super().__init__(f"{len(self._diagnostics)} findings")

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._diagnostics


def refuse_errors(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> None:
    """Raise `ContentError` if one of them is an error; with `strict`, if there is one at all."""
    found = tuple(diagnostics)
    if any(strict or diagnostic.severity is Severity.ERROR for diagnostic in found):
        raise ContentError(found)
