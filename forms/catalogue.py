"""The door: what marketers declared, as the build compiles it and the handler reads it.

A `Catalogue` travels as `handler/catalogue.json`. Everything in it is frozen. What a visitor was
shown is a `Wording`, addressed by the digest of its canonical JSON; each rendered box carries that
digest, so that a page cached yesterday is recorded with yesterday's text.
"""

# pydantic copies defaults for each model; ruff cannot see from here that a Value is one.
# ruff: noqa: RUF012

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Constraint

from .declared.canonical import canonical_json as canonical_json, digest_of as digest_of
from .declared.fields import (
    Field as Field,
    Identifier as Identifier,
    Kind as Kind,
    Option as Option,
    Texts as Texts,
    Value as Value,
)
from .declared.phrases import Phrases as Phrases

HONEYPOT = "website"
"""The input that people do not see and simple robots fill in."""

RESERVED_FIELDS = frozenset({HONEYPOT, "page", "language", "purpose", "version", "altcha"})
"""Names that the form itself uses; no declared field may bear them."""


class Controller(Value):
    """Who answers for the personal data: named in every form and every mail."""

    name: Annotated[str, Constraint(min_length=1)]
    address: Annotated[str, Constraint(min_length=1)]
    email: str = ""


class Resource(Value):
    """A gated file. It lies in the handler's tree at `path`, never in the public one."""

    name: Annotated[str, Constraint(pattern=r"^[^/\\\x00-\x1f]{1,200}$")]
    digest: Annotated[str, Constraint(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Constraint(ge=0)]
    media_type: str = "application/octet-stream"

    @property
    def path(self) -> str:
        """Relative to the handler's tree; by content, so that a new edition is a new file."""
        return f"gated/{self.digest}/{self.name}"


class Lasts(StrEnum):
    """How long a permission holds."""

    STANDING = "standing"
    """Until it is withdrawn: a newsletter."""
    ONCE = "once"
    """For this one delivery: a guide. It never becomes a standing permission."""


class Frequency(StrEnum):
    """How often a person wants to hear of a standing purpose."""

    EVERY = "every"
    """Each article, when it comes out."""
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Purpose(Value):
    """What we ask permission for, and the exact text with which we ask, in each language."""

    id: Identifier
    version: Annotated[int, Constraint(ge=1)] = 1
    lasts: Lasts = Lasts.STANDING
    name: Texts
    wording: Texts
    resource: dict[str, Resource] = {}
    """Language code -> the file that a confirmed request delivers; empty: none is gated by this."""
    frequencies: tuple[Frequency, ...] = ()
    """What the preference centre offers; the first holds until the person chooses another."""
    topics: tuple[Option, ...] = ()
    """What the preference centre offers; all of them until the person chooses among them."""


class Wording(Value):
    """The exact text shown beside one box, with who asked and where the privacy notice stands."""

    purpose: str
    version: int
    language: str
    text: str
    controller: Controller
    privacy: str
    lasts: Lasts = Lasts.STANDING
    """Part of what was agreed to: a guide asked for once stays once, whatever is declared later."""

    @property
    def digest(self) -> str:
        """The address of this text: changes when a byte of what the visitor read changes."""
        return digest_of(self.model_dump(mode="json"))


class Form(Value):
    """A form: its purposes, one unticked box each, its fields, and where each state leads."""

    id: Identifier
    purposes: Annotated[tuple[str, ...], Constraint(min_length=1)]
    fields: tuple[Field, ...]
    title: Texts = {}
    intro: Texts = {}
    button: Texts = {}
    question: Texts = {}
    """An optional question on the confirmation page: what were you looking for?"""
    after_submit: Texts = {}
    """Language code -> path of the page "look in your inbox"; empty: the theme's own."""
    after_confirm: Texts = {}

    @property
    def address(self) -> Field | None:
        """The field that holds the address to confirm: the first of kind `email`, if any."""
        return next((asked for asked in self.fields if asked.kind is Kind.EMAIL), None)

    @property
    def version(self) -> str:
        """The digest of all that the form is: recorded with each event."""
        return digest_of(self.model_dump(mode="json"))


class State(StrEnum):
    """The fixed states, each a static page of the theme reached by `303 See Other`."""

    CHECK_INBOX = "check-your-inbox"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LEFT = "unsubscribed"


class Catalogue(Value):
    """All that the handler knows of a site."""

    title: Texts
    default_language: str
    languages: tuple[str, ...]
    controller: Controller
    privacy: Texts
    """Language code -> path of the privacy notice."""
    states: dict[State, Texts]
    """State -> language code -> path of its static page."""
    purposes: dict[str, Purpose] = {}
    forms: dict[str, Form] = {}
    solver: str = ""
    """Path of the script that does the forms' proof of work; empty: none is asked for."""

    def wording(self, purpose: str, language: str) -> Wording:
        """The text that asks for `purpose` in `language`. Raises `KeyError` where there is none."""
        asked = self.purposes[purpose]
        return Wording(
            purpose=purpose,
            version=asked.version,
            language=language,
            text=asked.wording[language],
            controller=self.controller,
            privacy=self.privacy[language],
            lasts=asked.lasts,
        )

    def wordings(self) -> dict[str, Wording]:
        """Every wording in every language, by digest."""
        return {
            wording.digest: wording
            for purpose in self.purposes.values()
            for wording in (self.wording(purpose.id, language) for language in purpose.wording)
        }

    def text(self, texts: Texts, language: str) -> str:
        """The text in `language`, else in the default language, else empty."""
        return texts.get(language) or texts.get(self.default_language, "")

    def to_json(self) -> bytes:
        """Canonical: equal catalogues are equal bytes."""
        return self.spelled()

    @classmethod
    def from_json(cls, text: bytes) -> "Catalogue":
        """Raises `pydantic.ValidationError`, which names every fault."""
        return cls.model_validate_json(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a sheet: the field in the visitor's language, what it holds, what is wrong."""

    field: Field
    label: str
    hint: str
    value: str
    error: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of a sheet. `ticked` is only ever true where the visitor ticked it themselves."""

    wording: Wording
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the theme's `form.html` may ask: the same from the build and from the handler."""

    form: Form
    language: str
    action: str
    page: str
    title: str
    intro: str
    button: str
    inputs: tuple[Input, ...]
    boxes: tuple[Box, ...]
    controller: Controller
    privacy: str
    errors: Mapping[str, str] = field(default_factory=dict)
    """Field name, or `purpose`, -> the key of an error text; empty on a fresh form."""
    challenge: str = ""
    """Where the script `solver` gets its challenge; both are empty where none is asked for."""
    solver: str = ""


def sheet(
    catalogue: Catalogue,
    form: Form,
    language: str,
    *,
    action: str,
    page: str,
    values: Mapping[str, str] | None = None,
    ticked: frozenset[str] = frozenset(),
    errors: Mapping[str, str] | None = None,
    challenge: str = "",
) -> Sheet:
    """Lay out `form` for a visitor; `values`, `ticked` (digests), `errors` are what they sent."""
    given, wrong = values or {}, errors or {}

    def say(texts: Texts) -> str:
        return catalogue.text(texts, language)

    return Sheet(
        form=form,
        language=language,
        action=action,
        page=page,
        title=say(form.title),
        intro=say(form.intro),
        button=say(form.button),
        inputs=tuple(
            Input(
                field=asked,
                label=say(asked.label),
                hint=say(asked.hint),
                value=given.get(asked.name, ""),
                error=wrong.get(asked.name, ""),
                options=tuple((option.value, say(option.label)) for option in asked.options),
            )
            for asked in form.fields
        ),
        boxes=tuple(
            Box(wording=wording, ticked=wording.digest in ticked)
            for wording in (catalogue.wording(purpose, language) for purpose in form.purposes)
        ),
        controller=catalogue.controller,
        privacy=catalogue.privacy[language],
        errors=wrong,
        challenge=challenge if catalogue.solver else "",
        solver=catalogue.solver if challenge else "",
    )
