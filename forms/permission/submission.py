"""Validate a form that a visitor sent: a submission, or an error for each field.

The rules are those of the input's HTML attributes, so a browser reports most errors first. Only
forged values are new here, such as a wording that was never shown or a choice never offered.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from ..catalogue import HONEYPOT, Field, Form, Kind, Wording
from ..declared.address import Address, parse_address
from ..declared.canonical import Json

DIGEST = re.compile(r"^[0-9a-f]{64}$")
PHONE = re.compile(r"^[+]?[0-9 ()./-]{3,40}$")
PAGE = re.compile(r"^/(?!/)[\w%./~@!$&'()*+,;=:-]{0,500}$")
MOST_BOXES = 32
HELD = "held"
"""Key in the detail of a released or discarded request: the numbers of its quarantined events."""

Raw = Mapping[str, Sequence[str]]
"""Fields of a form: name -> values, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form that was filled in correctly."""

    form: str
    form_version: str
    """Version on the page, which may be cached and older than the current one."""
    page: str
    language: str
    address: Address
    answers: Mapping[str, str]
    wordings: tuple[Wording, ...]
    trapped: bool
    """The submission is quarantined: the honeypot was filled in, or signals are as strong."""
    signs: tuple[str, ...] = ()
    """Signals of a robot (`web.screening.signals.Signal`)."""
    quarantined: tuple[int, ...] = ()
    """Numbers of the quarantined events that the owner released; empty if it is sent now."""

    @property
    def detail(self) -> dict[str, Json]:
        """Detail of its events, which is erased with the person."""
        detail: dict[str, Json] = {"email": self.address.typed, "answers": dict(self.answers)}
        more: dict[str, Json] = {"signs": list(self.signs), HELD: list(self.quarantined)}
        return detail | {key: numbers for key, numbers in more.items() if numbers}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldErrors:
    """Errors in a form: field name, or `purpose`, -> the key of an error text."""

    errors: Mapping[str, str]
    values: Mapping[str, str]
    ticked: frozenset[str]
    page: str
    language: str


def ticked(raw: Raw) -> tuple[str, ...]:
    """Return the digests of the ticked boxes, each once, without values that are no digest."""
    values = dict.fromkeys(raw.get("purpose", ()))
    return tuple(value for value in values if DIGEST.match(value))[:MOST_BOXES]


def ticked_wordings(raw: Raw, wordings: Mapping[str, Wording]) -> tuple[tuple[Wording, ...], bool]:
    """Return the wordings of the ticked boxes, and whether the form was altered.

    That is a purpose twice, or a wording that was never shown.
    """
    chosen = tuple(wordings[digest] for digest in ticked(raw) if digest in wordings)
    are_shown = len(chosen) == len(set(raw.get("purpose", ())))
    return chosen, not are_shown or len({text.purpose for text in chosen}) < len(chosen)


def validate(
    form: Form,
    raw: Raw,
    *,
    language: str,
    wordings: Mapping[str, Wording],
    versions: frozenset[str],
) -> Submission | FieldErrors:
    """Validate `raw`. `wordings` and `versions` are all that were ever loaded, by digest."""
    values = {field.name: _first(raw, field.name, field.kind) for field in form.fields}
    faults = {field.name: fault_of(field, values[field.name]) for field in form.fields}
    errors = {name: fault for name, fault in faults.items() if fault}
    version = _first(raw, "version") or form.version
    chosen, fault = _read_boxes(form, raw, wordings)
    if version not in versions | {form.version}:
        fault = "error_changed"
    if fault:
        errors["purpose"] = fault
    page = page_path(_first(raw, "page"))
    if errors or form.address is None:
        # A changed wording must be read again, so its box is not ticked for the visitor.
        kept = frozenset() if fault == "error_changed" else frozenset(ticked(raw))
        return FieldErrors(errors=errors, values=values, ticked=kept, page=page, language=language)
    answers = {name: value for name, value in values.items() if value}
    return Submission(
        form=form.id,
        form_version=version,
        page=page,
        language=language,
        address=parse_address(answers.pop(form.address.name)),
        answers=answers,
        wordings=chosen,
        trapped=bool(_first(raw, HONEYPOT)),
    )


def fault_of(field: Field, value: str) -> str:
    """Return the key of an error text; empty if `value` is valid."""
    if not value:
        return "error_required" if field.required or field.kind is Kind.EMAIL else ""
    if len(value) > field.max_length:
        return "error_long"
    if not is_clean(value, lines=field.kind is Kind.TEXTAREA):
        return "error_characters"
    match field.kind:
        case Kind.TEXT | Kind.TEXTAREA:
            return ""
        case Kind.EMAIL:
            return "" if _is_address(value) else "error_email"
        case Kind.SELECT:
            offered = {option.value for option in field.options}
            return "" if value in offered else "error_choice"
        case Kind.TEL:
            return "" if PHONE.match(value) else "error_tel"
        case Kind.URL:
            return "" if _is_web_address(value) else "error_url"
        case _:
            assert_never(field.kind)


def is_clean(text: str, *, lines: bool = False) -> bool:
    """Return whether `text` has no control characters and no lone surrogates."""
    allowed = "\n\t" if lines else ""
    return all(char in allowed or unicodedata.category(char) not in ("Cc", "Cs") for char in text)


def page_path(text: str) -> str:
    """Return a path on the site without query and fragment; empty if `text` is no path."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return path if PAGE.fullmatch(path) else ""


def _read_boxes(
    form: Form, raw: Raw, wordings: Mapping[str, Wording]
) -> tuple[tuple[Wording, ...], str]:
    chosen, is_altered = ticked_wordings(raw, wordings)
    if is_altered or not {wording.purpose for wording in chosen} <= set(form.purposes):
        return chosen, "error_changed"
    return chosen, "" if chosen else "error_purpose"


def _first(raw: Raw, name: str, kind: Kind = Kind.TEXT) -> str:
    value = "".join(raw.get(name, ())[:1])
    if kind is Kind.TEXTAREA:
        value = value.replace("\r\n", "\n")
    return value.strip()


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except ValueError:
        return False
    return True


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
