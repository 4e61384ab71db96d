"""Validate parsed YAML with a pydantic model, and report errors with their place in the text."""

from collections.abc import Iterable
from textwrap import shorten
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ..model.diagnostic import Diagnostic, error, nearest, warning
from .yaml_text import Parsed

Model = TypeVar("Model", bound=BaseModel)


def without_empty_values(values: Any) -> Any:
    """Return `values` without the keys that have no value, and an empty mapping for None.

    For validators of the mode "before": an empty value in YAML counts as an absent key.
    """
    if values is None:
        return {}
    if not isinstance(values, dict):
        return values
    return {key: value for key, value in values.items() if value is not None}


class StrictModel(BaseModel):
    """A frozen model of a YAML mapping: unknown keys are errors, empty values count as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _present = model_validator(mode="before")(without_empty_values)


def validate(
    model: type[Model], parsed: Parsed, *, lenient: bool = False
) -> tuple[Model | None, list[Diagnostic]]:
    """Make a `model` of parsed YAML; None if a diagnostic is an error.

    With `lenient`, unknown keys of the outermost mapping are warnings and left out, else errors.
    """
    values = dict(parsed.values)
    known = {name: info.alias or name for name, info in model.model_fields.items()}
    findings: list[Diagnostic] = []
    if lenient:
        for key in [key for key in values if key not in known.values()]:
            del values[key]
            # A text without its quotes can be read as a key, and be long.
            message = f"unknown key '{shorten(key, 60, placeholder='…')}'"
            hint = nearest(key, known.values())
            findings.append(warning("unknown-key", message, at=parsed.at(key), hint=hint))
    try:
        return model.model_validate(values), findings
    except ValidationError as exception:
        errors = exception.errors(include_url=False, include_context=True)
        return None, [*findings, *(_diagnostic(parsed, e, known.values()) for e in errors)]


def _diagnostic(parsed: Parsed, details: ErrorDetails, known: Iterable[str]) -> Diagnostic:
    place = parsed.at(*details["loc"])
    path = ".".join(map(str, details["loc"]))
    match details["type"]:
        case "missing":
            return error("missing-key", f"'{path}' is missing", at=place)
        case "extra_forbidden":
            key = str(details["loc"][-1])
            hint = nearest(key, known) if len(details["loc"]) == 1 else ""
            return error("unknown-key", f"unknown key '{path}'", at=place, hint=hint)
        case "value_error":
            cause = details["ctx"]["error"]
            hint = getattr(cause, "hint", "")
            return error("bad-value", f"{path}: {cause}", at=place, hint=hint)
        case _:
            message = details["msg"][:1].lower() + details["msg"][1:]
            hint = f"got {details['input']!r:.60}"
            return error("bad-value", f"{path}: {message}", at=place, hint=hint)
