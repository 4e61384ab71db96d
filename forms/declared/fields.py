"""Fields of a form: the same values give the inputs and their validation."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field as Constraint

from .canonical import canonical_json

Identifier = Annotated[str, Constraint(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Texts = dict[str, str]
"""Language code -> text."""


class Value(BaseModel):
    """A frozen value; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def spelled(self) -> bytes:
        """Return canonical JSON: equal values have equal bytes."""
        return canonical_json(self.model_dump(mode="json"))


class Kind(StrEnum):
    """Kinds of input."""

    EMAIL = "email"
    TEXT = "text"
    TEXTAREA = "textarea"
    SELECT = "select"
    TEL = "tel"
    URL = "url"


class Option(Value):
    """A choice of a `select`: the recorded value and the text shown."""

    value: Annotated[str, Constraint(min_length=1, max_length=200)]
    label: Texts


class Field(Value):
    """An input, for its HTML attributes and for its validation."""

    name: Identifier
    kind: Kind = Kind.TEXT
    required: bool = False
    label: Texts = {}
    hint: Texts = {}
    options: tuple[Option, ...] = ()
    max_length: Annotated[int, Constraint(ge=1, le=4000)] = 200
    autocomplete: str = ""
