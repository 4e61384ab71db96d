"""Texts of a theme in one language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The `t` of the handler's templates: `t("sent", name="Ana")` is a text in one language."""

    texts: Mapping[str, str]

    def __call__(self, key: str, *, default: str | None = None, **arguments: object) -> str:
        """Return the text of `key` with its format fields filled in, or `default`.

        Raises `KeyError` if there is no such text and no default.
        """
        if key in self.texts:
            return self.texts[key].format_map(arguments)
        if default is None:
            raise KeyError(f"there is no text {key!r}")
        return default
