"""content/_forms/ and content/_purposes/: what marketers declare, as they write it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field as Constraint,
    model_validator,
)

from forms.catalogue import Frequency, Identifier, Kind, Lasts, Texts

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Source
from ...schema.validate import validate, without_empty_values
from ...schema.yaml_text import Parsed, parse
from ..documents import read_text
from .consent import refused

ANY = ""
"""The language of a text that is written once, for every language."""


def _texts(value: Any) -> Any:
    return {ANY: value} if isinstance(value, str) else value


Wordings = Annotated[Texts, BeforeValidator(_texts)]


class Part(BaseModel):
    """A frozen part of a declaration: no unknown keys; an empty value counts as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _present = model_validator(mode="before")(without_empty_values)


class OptionFile(Part):
    """One choice of a `select`."""

    value: Annotated[str, Constraint(min_length=1, max_length=200)]
    label: Wordings = {}


class FieldFile(Part):
    """One field of a form."""

    name: Identifier
    kind: Kind = Kind.TEXT
    required: bool = False
    label: Wordings = {}
    hint: Wordings = {}
    options: tuple[OptionFile, ...] = ()
    max_length: Annotated[int, Constraint(ge=1, le=4000)] = 200
    autocomplete: str = ""


class FormFile(Part):
    """content/_forms/NAME.yaml."""

    purposes: Annotated[tuple[str, ...], Constraint(min_length=1)]
    fields: tuple[FieldFile, ...] = ()
    title: Wordings = {}
    intro: Wordings = {}
    button: Wordings = {}
    question: Wordings = {}
    after_submit: str = ""
    after_confirm: str = ""


class PurposeFile(Part):
    """content/_purposes/NAME.yaml."""

    version: Annotated[int, Constraint(ge=1)] = 1
    lasts: Lasts = Lasts.STANDING
    name: Wordings = {}
    wording: Wordings
    resource: Wordings = {}
    frequencies: tuple[Frequency, ...] = ()
    topics: tuple[OptionFile, ...] = ()

    @model_validator(mode="after")
    def _only_what_stands(self) -> "PurposeFile":
        if self.lasts is Lasts.ONCE and (self.frequencies or self.topics):
            raise ValueError("what is sent once has neither `frequencies` nor `topics`")
        values = [topic.value for topic in self.topics]
        if len(set(values)) != len(values) or len(set(self.frequencies)) != len(self.frequencies):
            raise ValueError("each of `frequencies` and `topics` may be there once only")
        return self


Declared = TypeVar("Declared", FormFile, PurposeFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Generic[Declared]):
    """What one file declares; its name is the id."""

    id: str
    value: Declared
    parsed: Parsed

    def at(self, *path: str | int) -> Location:
        """Where a part of it stands."""
        return self.parsed.at(*path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Every form and purpose of a site, as written."""

    forms: tuple[Declaration[FormFile], ...] = ()
    purposes: tuple[Declaration[PurposeFile], ...] = ()
    left_out: frozenset[str] = frozenset()
    """The purposes that are there, and wrong."""


def read_declarations(
    forms: Iterable[Source], purposes: Iterable[Source]
) -> tuple[Declarations, tuple[Diagnostic, ...]]:
    """Read them all; one with an error is left out, and said."""
    read_forms, wrong_forms = _read_all(forms, FormFile)
    every = tuple(purposes)
    read_purposes, wrong_purposes = _read_all(every, PurposeFile)
    there = frozenset(source.name.rpartition(".")[0] for source in every)
    left_out = there - {purpose.id for purpose in read_purposes}
    return (
        Declarations(forms=read_forms, purposes=read_purposes, left_out=left_out),
        (*wrong_forms, *wrong_purposes),
    )


def _read_all(
    sources: Iterable[Source], model: type[Declared]
) -> tuple[tuple[Declaration[Declared], ...], list[Diagnostic]]:
    declared: list[Declaration[Declared]] = []
    findings: list[Diagnostic] = []
    for source in sources:
        text, found = read_text(source)
        findings += found
        if text is None:
            continue
        name = source.name.rpartition(".")[0]
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
            hint = "name the file with lower-case letters, digits and hyphens"
            place = Location(path=source.path)
            findings.append(error("form-name", f"'{name}' is no name", at=place, hint=hint))
            continue
        parsed, found = parse(text, path=source.path)
        findings += found
        if parsed is None:
            continue
        wrong = refused(parsed, purpose=model is PurposeFile)
        value, invalid = validate(model, parsed)
        # What was said in words of its own is not said again.
        said = {finding.at.line for finding in wrong if finding.at}
        if said:
            # A list of nothing but what was refused is complained of as an empty one.
            said.add(parsed.at("purposes").line)
        found += wrong
        findings += wrong
        findings += [f for f in invalid if f.at is None or f.at.line not in said]
        if value is not None and not found:
            declared.append(Declaration(id=name, value=value, parsed=parsed))
    return tuple(declared), findings
