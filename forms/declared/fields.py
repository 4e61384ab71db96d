"""The fields of a form: what a visitor may type or choose, as the build and the handler know it."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field as Constraint

from .canonical import canonical_json

Identifier = Annotated[str, Constraint(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Texts = dict[str, str]
"""Language code -> text."""


class Value(BaseModel):
    """A frozen value; an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def spelled(self) -> bytes:
        """Its canonical JSON: equal values are equal bytes."""
        return canonical_json(self.model_dump(mode="json"))


class Kind(StrEnum):
    """The kinds of input that a form may have."""

    EMAIL = "email"
    TEXT = "text"
    TEXTAREA = "textarea"
    SELECT = "select"
    TEL = "tel"
    URL = "url"


class Option(Value):
    """One choice of a `select`: the value recorded and the text shown."""

    value: Annotated[str, Constraint(min_length=1, max_length=200)]
    label: Texts


class Field(Value):
    """One input. It gives both the HTML attributes and the validation."""

    name: Identifier
    kind: Kind = Kind.TEXT
    required: bool = False
    label: Texts = {}
    hint: Texts = {}
    options: tuple[Option, ...] = ()
    max_length: Annotated[int, Constraint(ge=1, le=4000)] = 200
    autocomplete: str = ""
