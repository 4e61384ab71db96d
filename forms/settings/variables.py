"""Read environment variables, and collect every fault in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

from ..errors import SettingsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable(Generic[T]):
    """How a field is read from the environment, declared in the field's `Annotated` type.

    `parse` raises a `ValueError` that must not repeat a secret. `hint` tells how to set a variable:
    one with a hint is required unless it is `optional`.
    """

    parse: Callable[[str], T]
    hint: str = ""
    optional: bool = False
    words: Callable[[Iterable[T]], Any] | None = None
    """Makes the value of words that are parsed one by one; spaces or commas separate them."""
    name: str = ""
    """Without its prefix; by default the field's, in upper case."""


class Environment:
    """Environment variables, and the faults that were found in them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.faults: list[str] = []

    def read(self, name: str, variable: Variable[T]) -> tuple[T, ...]:
        """Return a variable's value or those of its words, without any that `parse` refuses."""
        text, values = self.variables.get(name, "").strip(), []
        words = text.replace(",", " ").split() if variable.words else [text] if text else []
        if variable.hint and not variable.optional and not words:
            self.faults.append(f"{name} is missing: {variable.hint}")
        for word in words:
            try:
                values.append(variable.parse(word))
            except ValueError as error:
                hint = f"; {variable.hint}" if variable.words else ""
                self.faults.append(f"{name}: {error}{hint}")
        return tuple(values)

    def read_fields(self, owner: type, prefix: str = "ATRAE_", suffix: str = "") -> dict[str, Any]:
        """Return the values of those fields of `owner` that have a `Variable` and are set.

        Required ones are always there, perhaps empty.
        """
        fields = {}
        for field, declared in get_type_hints(owner, include_extras=True).items():
            for variable in getattr(declared, "__metadata__", ()):
                values = self.read(f"{prefix}{variable.name or field.upper()}{suffix}", variable)
                if values or (variable.hint and not variable.optional):
                    fields[field] = (variable.words or _only)(values)
        return fields


def _only(values: Iterable[Any]) -> Any:
    return next(iter(values), "")


Variables: TypeAlias = Mapping[str, str] | Environment


@contextmanager
def reading(variables: Variables) -> Iterator[Environment]:
    """Collect the faults of a block. Blocks within it that read its `Environment` add theirs.

    Raises `SettingsError` at the end of the outermost block if there were faults.
    """
    if isinstance(variables, Environment):
        yield variables
        return
    environment = Environment(variables)
    yield environment
    if environment.faults:
        raise SettingsError(*environment.faults)
