"""Read the declarations in content/_forms/ and content/_purposes/."""

# ruff: noqa: RUF012 (pydantic copies mutable defaults)

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field as Constraint, model_validator

from forms.catalogue import Field, Frequency, Lasts, Option, Texts

from ...model.diagnostic import Diagnostic, Location, error
from ...model.document import Source
from ...schema.validate import StrictModel, validate
from ...schema.yaml_text import Parsed, parse
from ..sources import read_text
from .consent import check_consent

ANY = ""
"""Language of a text that is written once for every language."""


def _texts(value: Any) -> Any:
    return {ANY: value} if isinstance(value, str) else value


Wordings = Annotated[Texts, BeforeValidator(_texts)]


class OptionFile(StrictModel, Option):
    """One choice of a `select`."""

    label: Wordings = {}


class FieldFile(StrictModel, Field):
    """One field of a form."""

    label: Wordings = {}
    hint: Wordings = {}
    options: tuple[OptionFile, ...] = ()


class FormFile(StrictModel):
    """A form: content/_forms/NAME.yaml."""

    purposes: Annotated[tuple[str, ...], Constraint(min_length=1)]
    fields: tuple[FieldFile, ...] = ()
    title: Wordings = {}
    intro: Wordings = {}
    button: Wordings = {}
    question: Wordings = {}
    after_submit: str = ""
    after_confirm: str = ""


class PurposeFile(StrictModel):
    """A purpose: content/_purposes/NAME.yaml."""

    version: Annotated[int, Constraint(ge=1)] = 1
    lasts: Lasts = Lasts.STANDING
    name: Wordings = {}
    wording: Wordings
    resource: Wordings = {}
    frequencies: tuple[Frequency, ...] = ()
    topics: tuple[OptionFile, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> "PurposeFile":
        if self.lasts is Lasts.ONCE and (self.frequencies or self.topics):
            raise ValueError("a purpose with `lasts: once` can't have `frequencies` or `topics`")
        values = [topic.value for topic in self.topics]
        if len(set(values)) != len(values) or len(set(self.frequencies)) != len(self.frequencies):
            raise ValueError("`frequencies` and `topics` can't have the same entry twice")
        return self


Declared = TypeVar("Declared", FormFile, PurposeFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Generic[Declared]):
    """A declaration; its id is the file's name."""

    id: str
    value: Declared
    parsed: Parsed

    def at(self, *path: str | int) -> Location:
        """Return the place of a part."""
        return self.parsed.at(*path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Every valid declaration of a site."""

    forms: tuple[Declaration[FormFile], ...] = ()
    purposes: tuple[Declaration[PurposeFile], ...] = ()
    invalid: frozenset[str] = frozenset()
    """Names of the invalid purposes."""


def read_declarations(
    forms: Iterable[Source], purposes: Iterable[Source]
) -> tuple[Declarations, tuple[Diagnostic, ...]]:
    """Read every declaration; one with an error is left out and reported."""
    valid_forms, form_errors = _read_all(forms, FormFile)
    every = tuple(purposes)
    valid_purposes, purpose_errors = _read_all(every, PurposeFile)
    names = frozenset(source.name.rpartition(".")[0] for source in every)
    invalid = names - {purpose.id for purpose in valid_purposes}
    declarations = Declarations(forms=valid_forms, purposes=valid_purposes, invalid=invalid)
    return declarations, (*form_errors, *purpose_errors)


def _read_all(
    sources: Iterable[Source], model: type[Declared]
) -> tuple[tuple[Declaration[Declared], ...], list[Diagnostic]]:
    results = [_read(source, model) for source in sources]
    findings = [finding for _, errors in results for finding in errors]
    return tuple(declaration for declaration, _ in results if declaration), findings


def _read(
    source: Source, model: type[Declared]
) -> tuple[Declaration[Declared] | None, list[Diagnostic]]:
    text, errors = read_text(source)
    if text is None:
        return None, errors
    name = source.name.rpartition(".")[0]
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        message = f"'{name}' can't be the name of a declaration"
        hint = "name the file with lower-case letters, digits and hyphens"
        return None, [error("form-name", message, at=Location(path=source.path), hint=hint)]
    parsed, errors = parse(text, path=source.path)
    if parsed is None:
        return None, errors
    refusals = check_consent(parsed, is_purpose=model is PurposeFile)
    value, model_errors = validate(model, parsed)
    # What `check_consent` explains isn't reported again as an unknown key.
    explained = {finding.at.line for finding in refusals if finding.at}
    if explained:
        # A list of refused purposes only is reported as an empty list.
        explained.add(parsed.at("purposes").line)
    errors += refusals
    errors += [e for e in model_errors if e.at is None or e.at.line not in explained]
    if value is None or errors:
        return None, errors
    return Declaration(id=name, value=value, parsed=parsed), []
