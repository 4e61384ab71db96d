"""What a declaration may not ask for: permission that is not free, not single or not given.

GDPR 4(11) and 7, recitals 32 and 43; Court of Justice of the European Union, C-673/17 (Planet49).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...model.diagnostic import Diagnostic, Location, error
from ...schema.yaml_text import Parsed

_TICKED = frozenset(
    {"checked", "ticked", "preselected", "pre_ticked", "prechecked", "selected", "default"}
    | {"default_checked", "opt_out"}
)
_DEMANDED = frozenset({"required", "mandatory"})
_SEVERAL = frozenset({"purposes", "covers", "includes", "and"})
_CONSENT = re.compile(
    r"consent|newsletter|subscri|opt[_-]?in|marketing|gdpr|rgpd|bolet|suscri|consentim|privacy"
    r"|privacidad|terms",
    re.I,
)
_NO = frozenset({"false", "no", "0", "", "none"})


def refused(parsed: Parsed, *, purpose: bool) -> list[Diagnostic]:
    """`pre-ticked`, `required-consent`, `bundled-consent` and `consent-field`: what a file asks
    for that no form here does."""
    values = parsed.values
    if purpose:
        return [*_box(parsed, values, ()), *_of_several(parsed, values, ())]
    return [
        *(finding for finding in _box(parsed, values, ()) if finding.code == "pre-ticked"),
        *_boxes(parsed, values.get("purposes")),
        *_fields(parsed, values.get("fields")),
    ]


def _boxes(parsed: Parsed, boxes: Any) -> Iterator[Diagnostic]:
    for i, box in enumerate(boxes if isinstance(boxes, list) else ()):
        place = parsed.at("purposes", i)
        if isinstance(box, list):
            yield _bundle(box, place)
        elif isinstance(box, dict):
            found = [
                *_box(parsed, box, ("purposes", i)),
                *_of_several(parsed, box, ("purposes", i)),
            ]
            yield from found
        elif isinstance(box, str) and len(words := re.split(r"[\s,+&]+", box.strip())) > 1:
            yield _bundle(words, place)


def _box(parsed: Parsed, box: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    for key, value in box.items():
        if str(value).strip().lower() in _NO:
            continue
        place = parsed.at(*path, key)
        if key in _TICKED:
            message = f"'{key}': a box is ticked by the person alone"
            hint = "leave it out: silence and boxes ticked beforehand are no consent"
            yield error("pre-ticked", message, at=place, hint=hint)
        if key in _DEMANDED:
            message = f"'{key}': a permission that is demanded is not given"
            hint = (
                "leave it out: where a form has one box it is its point, and of several each may"
                " stay empty"
            )
            yield error("required-consent", message, at=place, hint=hint)


def _of_several(
    parsed: Parsed, box: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[Diagnostic]:
    for key in _SEVERAL & box.keys():
        if isinstance(box[key], list):
            yield _bundle(box[key], parsed.at(*path, key))


def _bundle(names: Iterable[Any], place: Location) -> Diagnostic:
    named = [str(name) for name in names]
    message = f"one box for several purposes: {', '.join(named)}"
    hint = f"a box for each: purposes: [{', '.join(named)}]"
    return error("bundled-consent", message, at=place, hint=hint)


def _fields(parsed: Parsed, fields: Any) -> Iterator[Diagnostic]:
    for i, field in enumerate(fields if isinstance(fields, list) else ()):
        if not isinstance(field, dict):
            continue
        path = ("fields", i)
        if str(field.get("kind", "")).strip().lower() in ("checkbox", "radio", "consent"):
            message = "a box asks for permission, and a permission is a purpose"
            hint = "declare it in content/_purposes/, and name it among the form's `purposes`"
            yield error("consent-field", message, at=parsed.at(*path, "kind"), hint=hint)
        demanded = str(field.get("required", "")).strip().lower() not in _NO
        if demanded and _CONSENT.search(str(field.get("name", ""))):
            message = f"the field '{field['name']}' demands a permission"
            hint = "make it a purpose with a box of its own, which may stay empty"
            place = parsed.at(*path, "required")
            yield error("required-consent", message, at=place, hint=hint)
        for finding in _box(parsed, field, path):
            if finding.code == "pre-ticked":
                yield finding
