"""Refuse declarations whose permission would not be free, specific or actively given.

GDPR, articles 4(11) and 7, recitals 32 and 43; Court of Justice of the European Union, C-673/17
(Planet49).
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
_REQUIRED = frozenset({"required", "mandatory"})
_SEVERAL = frozenset({"purposes", "covers", "includes", "and"})
_CONSENT = re.compile(
    r"consent|newsletter|subscri|opt[_-]?in|marketing|gdpr|rgpd|bolet|suscri|consentim|privacy"
    r"|privacidad|terms",
    re.I,
)
_NO = frozenset({"false", "no", "0", "", "none"})


def check_consent(parsed: Parsed, *, is_purpose: bool) -> list[Diagnostic]:
    """Return `pre-ticked`, `required-consent`, `bundled-consent` and `consent-field` errors."""
    values = parsed.values
    if is_purpose:
        return [*_box(parsed, values, ()), *_bundles(parsed, values, ())]
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
            yield from _box(parsed, box, ("purposes", i))
            yield from _bundles(parsed, box, ("purposes", i))
        elif isinstance(box, str) and len(words := re.split(r"[\s,+&]+", box.strip())) > 1:
            yield _bundle(words, place)


def _box(parsed: Parsed, box: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    for key, value in box.items():
        if str(value).strip().lower() in _NO:
            continue
        place = parsed.at(*path, key)
        if key in _TICKED:
            message = f"'{key}': only the visitor can tick a box"
            hint = "remove it: silence and pre-ticked boxes are not consent"
            yield error("pre-ticked", message, at=place, hint=hint)
        if key in _REQUIRED:
            message = f"'{key}': a required permission is not given freely"
            hint = "remove it: a form's only box is required anyway, and of several none is"
            yield error("required-consent", message, at=place, hint=hint)


def _bundles(
    parsed: Parsed, box: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[Diagnostic]:
    for key in _SEVERAL & box.keys():
        if isinstance(box[key], list):
            yield _bundle(box[key], parsed.at(*path, key))


def _bundle(names: Iterable[Any], place: Location) -> Diagnostic:
    purposes = ", ".join(str(name) for name in names)
    message = f"one box for several purposes: {purposes}"
    hint = f"write a box for each: purposes: [{purposes}]"
    return error("bundled-consent", message, at=place, hint=hint)


def _fields(parsed: Parsed, fields: Any) -> Iterator[Diagnostic]:
    for i, field in enumerate(fields if isinstance(fields, list) else ()):
        if not isinstance(field, dict):
            continue
        path = ("fields", i)
        if str(field.get("kind", "")).strip().lower() in ("checkbox", "radio", "consent"):
            message = "a box asks for a permission, and permissions are purposes"
            hint = "declare it in content/_purposes/, and add it to the form's `purposes`"
            yield error("consent-field", message, at=parsed.at(*path, "kind"), hint=hint)
        is_required = str(field.get("required", "")).strip().lower() not in _NO
        if is_required and _CONSENT.search(str(field.get("name", ""))):
            message = f"the field '{field['name']}' requires a permission"
            hint = "make it a purpose, which has an optional box of its own"
            place = parsed.at(*path, "required")
            yield error("required-consent", message, at=place, hint=hint)
        yield from (f for f in _box(parsed, field, path) if f.code == "pre-ticked")
