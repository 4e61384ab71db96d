"""The texts of a theme in one language, as its templates ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The `t` of the handler's templates: a key and its arguments -> text in one language.

    `t("sent", name="Ana")` fills the format fields of the text. `t(key, default="…")` answers
    the default where there is no such key; without one, `KeyError` names what is missing.
    """

    texts: Mapping[str, str]

    def __call__(self, key: str, *, default: str | None = None, **arguments: object) -> str:
        if key in self.texts:
            return self.texts[key].format_map(arguments)
        if default is None:
            raise KeyError(f"there is no text {key!r}")
        return default
