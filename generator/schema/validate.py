"""Values -> a pydantic model: what the model refuses is said with its place in the text."""

from collections.abc import Iterable
from textwrap import shorten
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..model.diagnostic import Diagnostic, error, nearest, warning
from .yaml_text import Parsed

Model = TypeVar("Model", bound=BaseModel)


def without_empty_values(values: Any) -> Any:
    """For models, to be called before they validate: an empty value counts as absent, and what is
    empty altogether as a mapping without keys."""
    if values is None:
        return {}
    if not isinstance(values, dict):
        return values
    return {key: value for key, value in values.items() if value is not None}


def validate(
    model: type[Model], parsed: Parsed, *, lenient: bool = False
) -> tuple[Model | None, list[Diagnostic]]:
    """Make a `model` of what was parsed; None where there is an error among the findings.

    Unknown keys of the outermost mapping are warnings with `lenient`, and left out; else errors.
    """
    values = dict(parsed.values)
    known = {name: info.alias or name for name, info in model.model_fields.items()}
    findings: list[Diagnostic] = []
    if lenient:
        for key in [key for key in values if key not in known.values()]:
            del values[key]
            findings.append(
                warning(
                    "unknown-key",
                    # A text that lost its quotes may be taken for a key, and a long one.
                    f"unknown key '{shorten(key, 60, placeholder='…')}'",
                    at=parsed.at(key),
                    hint=nearest(key, known.values()),
                )
            )
    try:
        return model.model_validate(values), findings
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=True)
        return None, [*findings, *(_finding(parsed, e, known.values()) for e in errors)]


def _finding(parsed: Parsed, wrong: ErrorDetails, known: Iterable[str]) -> Diagnostic:
    place = parsed.at(*wrong["loc"])
    path = ".".join(map(str, wrong["loc"]))
    match wrong["type"]:
        case "missing":
            return error("missing-key", f"'{path}' is missing", at=place)
        case "extra_forbidden":
            key = str(wrong["loc"][-1])
            hint = nearest(key, known) if len(wrong["loc"]) == 1 else ""
            return error("unknown-key", f"unknown key '{path}'", at=place, hint=hint)
        case "value_error":
            message, _, hint = str(wrong["ctx"]["error"]).partition(" | ")
            return error("bad-value", f"{path}: {message}", at=place, hint=hint)
        case _:
            said = wrong["msg"][:1].lower() + wrong["msg"][1:]
            return error(
                "bad-value", f"{path}: {said}", at=place, hint=f"got {wrong['input']!r:.60}"
            )
