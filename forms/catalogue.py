"""The contract between build and handler: forms and purposes as a site declares them.

The build writes a `Catalogue` as `handler/catalogue.json`, and the handler reads it. The text of a
box is a `Wording`, addressed by the digest of its canonical JSON. The box has that digest as its
value, so a submission from a cached page is recorded with the text on that page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field as Constraint

from .declared.canonical import canonical_json, digest_of

Identifier = Annotated[str, Constraint(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Texts = dict[str, str]
"""Language code -> text."""

HONEYPOT = "website"
"""Input that people do not see and simple robots fill in."""

RESERVED_FIELDS = frozenset({HONEYPOT, "page", "language", "purpose", "version", "altcha"})
"""Names that forms use themselves; no declared field may have them."""


class Value(BaseModel):
    """A frozen value; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> bytes:
        """Return canonical JSON: equal values have equal bytes."""
        return canonical_json(self.model_dump(mode="json"))


class Kind(StrEnum):
    """Kinds of input."""

    EMAIL = "email"
    TEXT = "text"
    TEXTAREA = "textarea"
    SELECT = "select"
    TEL = "tel"
    URL = "url"


class Option(Value):
    """A choice of a `select`: the recorded value and the text shown."""

    value: Annotated[str, Constraint(min_length=1, max_length=200)]
    label: Texts


class Field(Value):
    """An input, for its HTML attributes and for its validation."""

    name: Identifier
    kind: Kind = Kind.TEXT
    required: bool = False
    label: Texts = {}
    hint: Texts = {}
    options: tuple[Option, ...] = ()
    max_length: Annotated[int, Constraint(ge=1, le=4000)] = 200
    autocomplete: str = ""


class Controller(Value):
    """The controller of personal data, named in every form and email."""

    name: Annotated[str, Constraint(min_length=1)]
    address: Annotated[str, Constraint(min_length=1)]
    email: str = ""


class Resource(Value):
    """A gated file. It is in the handler's tree at `path`, never in the public one."""

    name: Annotated[str, Constraint(pattern=r"^[^/\\\x00-\x1f]{1,200}$")]
    digest: Annotated[str, Constraint(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Constraint(ge=0)]
    media_type: str = "application/octet-stream"

    @property
    def path(self) -> str:
        """Path in the handler's tree; by content, so a new edition is a new file."""
        return f"gated/{self.digest}/{self.name}"


class Lasts(StrEnum):
    """How long a permission holds."""

    STANDING = "standing"
    """Until it is withdrawn: a newsletter."""
    ONCE = "once"
    """For one delivery: a guide. It never becomes a standing permission."""


class Frequency(StrEnum):
    """How often a person wants emails about a standing purpose."""

    EVERY = "every"
    """For each article, when it is published."""
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Purpose(Value):
    """A purpose that people can permit, with its exact text in each language."""

    id: Identifier
    version: Annotated[int, Constraint(ge=1)] = 1
    lasts: Lasts = Lasts.STANDING
    name: Texts
    wording: Texts
    resource: dict[str, Resource] = {}
    """Language code -> the file that a confirmed request delivers; empty if there is none."""
    frequencies: tuple[Frequency, ...] = ()
    """Choices in the preference centre; the first one is the default."""
    topics: tuple[Option, ...] = ()
    """Choices in the preference centre; by default all of them."""


class Wording(Value):
    """The exact text beside a box, with the controller and the privacy notice."""

    purpose: str
    version: int
    language: str
    text: str
    controller: Controller
    privacy: str
    lasts: Lasts = Lasts.STANDING
    """How long the permission lasts, even if the purpose changes later."""

    @property
    def digest(self) -> str:
        """Digest of this text, which changes with every byte that visitors read."""
        return digest_of(self.model_dump(mode="json"))


class Form(Value):
    """A form: its purposes, one unticked box each, its fields and its texts."""

    id: Identifier
    purposes: Annotated[tuple[str, ...], Constraint(min_length=1)]
    fields: tuple[Field, ...]
    title: Texts = {}
    intro: Texts = {}
    button: Texts = {}
    question: Texts = {}
    """Optional question on the confirmation page, such as "What were you looking for?"."""
    after_submit: Texts = {}
    """Language code -> path of the page "Check your inbox"; empty for the theme's own."""
    after_confirm: Texts = {}

    @property
    def address(self) -> Field | None:
        """Field with the address to confirm: the first of kind `email`, if any."""
        return next((field for field in self.fields if field.kind is Kind.EMAIL), None)

    @property
    def version(self) -> str:
        """Digest of the whole form, recorded with each event."""
        return digest_of(self.model_dump(mode="json"))


class State(StrEnum):
    """Static pages of the theme that the handler redirects to."""

    CHECK_INBOX = "check-your-inbox"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LEFT = "unsubscribed"


class Catalogue(Value):
    """Everything that the handler knows about a site."""

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
    """Path of the script for proof of work; empty if none is required."""

    def wording(self, purpose: str, language: str) -> Wording:
        """Return the wording of `purpose` in `language`. Raises `KeyError` if there is none."""
        declared = self.purposes[purpose]
        return Wording(
            purpose=purpose,
            version=declared.version,
            language=language,
            text=declared.wording[language],
            controller=self.controller,
            privacy=self.privacy[language],
            lasts=declared.lasts,
        )

    def wordings(self) -> dict[str, Wording]:
        """Return every wording in every language, by digest."""
        return {
            wording.digest: wording
            for purpose in self.purposes.values()
            for wording in (self.wording(purpose.id, language) for language in purpose.wording)
        }

    def text(self, texts: Texts, language: str) -> str:
        """Return the text in `language`, else in the default language, else an empty one."""
        return texts.get(language) or texts.get(self.default_language, "")

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read a catalogue. Raises `pydantic.ValidationError` with every fault."""
        return cls.model_validate_json(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input of a sheet: the field in the visitor's language, its value and its error."""

    field: Field
    label: str
    hint: str
    value: str
    error: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of a sheet. It is `ticked` only if the visitor ticked it."""

    wording: Wording
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Values for the theme's `form.html`, for the build and for the handler."""

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
    errors: Mapping[str, str]
    """Field name, or `purpose`, -> the key of an error text."""
    challenge: str
    """URL of the challenge for the script `solver`; both are empty if none is required."""
    solver: str


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
    """Return the sheet of a form, with the `values`, `ticked` digests and `errors` of a visitor."""
    values, errors = values or {}, errors or {}
    say = partial(catalogue.text, language=language)
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
                field=declared,
                label=say(declared.label),
                hint=say(declared.hint),
                value=values.get(declared.name, ""),
                error=errors.get(declared.name, ""),
                options=tuple((option.value, say(option.label)) for option in declared.options),
            )
            for declared in form.fields
        ),
        boxes=tuple(
            Box(wording=wording, ticked=wording.digest in ticked)
            for wording in (catalogue.wording(purpose, language) for purpose in form.purposes)
        ),
        controller=catalogue.controller,
        privacy=catalogue.privacy[language],
        errors=errors,
        challenge=challenge if catalogue.solver else "",
        solver=catalogue.solver if challenge else "",
    )
