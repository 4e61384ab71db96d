"""What a visitor sent -> a submission, or an error beside each field. Pure.

The same `Field` gave the input its attributes, so nothing that a browser lets through is refused
here but what it cannot know: a wording that we never showed, a choice that was never offered.
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

Raw = Mapping[str, Sequence[str]]
"""The fields as they came: name -> values, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form that was filled in rightly."""

    form: str
    form_version: str
    """As the page had it; a page cached yesterday names yesterday's."""
    page: str
    language: str
    address: Address
    answers: Mapping[str, str]
    wordings: tuple[Wording, ...]
    trapped: bool
    """It is kept, and gets no mail: the honeypot was filled in, or what else is as telling."""
    signs: tuple[str, ...] = ()
    """All that looks like a robot (`suspicion.Sign`)."""

    @property
    def detail(self) -> dict[str, Json]:
        """The personal part of its events, which is erased with the person."""
        detail: dict[str, Json] = {"email": self.address.typed, "answers": dict(self.answers)}
        return {**detail, "signs": list(self.signs)} if self.signs else detail


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldErrors:
    """What must be mended: field name, or `purpose`, -> the key of an error text."""

    errors: Mapping[str, str]
    values: Mapping[str, str]
    ticked: frozenset[str]
    page: str
    language: str


def ticked(raw: Raw) -> tuple[str, ...]:
    """The digests of the ticked boxes, each once; whatever is no digest stays out."""
    given = dict.fromkeys(raw.get("purpose", ()))
    return tuple(digest for digest in given if DIGEST.match(digest))[:MOST_BOXES]


def validate(
    form: Form,
    raw: Raw,
    *,
    language: str,
    wordings: Mapping[str, Wording],
    versions: frozenset[str],
) -> Submission | FieldErrors:
    """Judge `raw`. `wordings` and `versions` are those that we know, by digest."""
    values = {asked.name: _first(raw, asked.name, asked.kind) for asked in form.fields}
    faults = {asked.name: fault_of(asked, values[asked.name]) for asked in form.fields}
    errors = {name: fault for name, fault in faults.items() if fault}
    version = _first(raw, "version") or form.version
    chosen = ticked(raw)
    fault = _fault_of_boxes(form, raw, chosen, wordings)
    if version not in versions | {form.version}:
        fault = "error_changed"
    if fault:
        errors["purpose"] = fault
    page = page_path(_first(raw, "page"))
    if errors or form.address is None:
        # A text that changed must be read again: it is never ticked on the visitor's behalf.
        kept = frozenset() if fault == "error_changed" else frozenset(chosen)
        return FieldErrors(errors=errors, values=values, ticked=kept, page=page, language=language)
    answers = {name: value for name, value in values.items() if value}
    return Submission(
        form=form.id,
        form_version=version,
        page=page,
        language=language,
        address=parse_address(answers.pop(form.address.name)),
        answers=answers,
        wordings=tuple(wordings[digest] for digest in chosen),
        trapped=bool(_first(raw, HONEYPOT)),
    )


def fault_of(asked: Field, value: str) -> str:
    """The key of what is wrong with `value`, or empty."""
    if not value:
        return "error_required" if asked.required or asked.kind is Kind.EMAIL else ""
    if len(value) > asked.max_length:
        return "error_long"
    if not is_clean(value, lines=asked.kind is Kind.TEXTAREA):
        return "error_characters"
    match asked.kind:
        case Kind.TEXT | Kind.TEXTAREA:
            return ""
        case Kind.EMAIL:
            return "" if _is_address(value) else "error_email"
        case Kind.SELECT:
            offered = {option.value for option in asked.options}
            return "" if value in offered else "error_choice"
        case Kind.TEL:
            return "" if PHONE.match(value) else "error_tel"
        case Kind.URL:
            return "" if _is_web_address(value) else "error_url"
        case _:
            assert_never(asked.kind)


def is_clean(text: str, *, lines: bool = False) -> bool:
    """Whether `text` has no control characters and no halves of characters."""
    allowed = "\n\t" if lines else ""
    return all(each in allowed or unicodedata.category(each) not in ("Cc", "Cs") for each in text)


def page_path(text: str) -> str:
    """A path on the site without query or fragment; empty where `text` is none."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return path if PAGE.fullmatch(path) else ""


def _fault_of_boxes(
    form: Form, raw: Raw, chosen: Sequence[str], wordings: Mapping[str, Wording]
) -> str:
    purposes = [wordings[digest].purpose for digest in chosen if digest in wordings]
    strange = len(purposes) != len(set(raw.get("purpose", ())))
    if strange or len(set(purposes)) != len(purposes) or not set(purposes) <= set(form.purposes):
        return "error_changed"
    return "" if purposes else "error_purpose"


def _first(raw: Raw, name: str, kind: Kind = Kind.TEXT) -> str:
    given = raw.get(name, ())
    value = given[0] if given else ""
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
