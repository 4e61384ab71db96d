"""Read site.yaml."""

# ruff: noqa: RUF012 (pydantic copies mutable defaults)

import re
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from forms.catalogue import Controller, Texts

from ..errors import ConfigError, ContentError, InvalidValueError
from ..model.diagnostic import Diagnostic, error
from ..model.permalink import PLACEHOLDERS, unknown_placeholders
from ..model.settings import Language, MenuItem, Settings
from ..model.taxonomy import RESERVED_NAMES
from ..schema.validate import StrictModel, validate, without_empty_values
from ..schema.yaml_text import Parsed, parse

FILE = "site.yaml"
DEFAULT_BASE_URL = "http://localhost:8000/"
_URL_HINT = "write it as https://example.org/"


def _taxonomy_name(value: str) -> str:
    if value in RESERVED_NAMES:
        message = f"'{value}' is a key of front matter"
        raise InvalidValueError(message, hint="choose another name")
    return value


TaxonomyName = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$"), AfterValidator(_taxonomy_name)
]


class LanguageFile(StrictModel):
    """One entry of `languages`."""

    name: str = ""
    title: str = ""
    description: str = ""


class MenuFile(StrictModel):
    """One entry of `menu`."""

    page: str = ""
    url: str = ""
    title: Texts = {}

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if bool(self.page) == bool(self.url):
            message = "an entry needs either `page` or `url`"
            raise InvalidValueError(message, hint="for example `page: about.md`")
        return self


class FeedFile(StrictModel):
    """The setting `feed`."""

    limit: Annotated[int, Field(ge=0)] = 20


class FormsFile(StrictModel):
    """The setting `forms`."""

    url: str = ""
    proof_of_work: bool = False


def _menu_item(value: Any) -> Any:
    if isinstance(value, str):
        return {"url": value} if "://" in value else {"page": value}
    return value


class SiteFile(StrictModel):
    """The settings in site.yaml."""

    title: Annotated[str, Field(min_length=1)]
    base_url: str = DEFAULT_BASE_URL
    description: str = ""
    language: str = "en"
    languages: dict[str, LanguageFile] = {}
    time_zone: str = "UTC"
    theme: str = "default"
    theme_options: dict[str, Any] = {}
    taxonomies: tuple[TaxonomyName, ...] = ("tags",)
    permalinks: dict[str, str] = {}
    page_size: Annotated[int, Field(ge=1, le=1000)] = 10
    feed: FeedFile = FeedFile()
    menu: tuple[Annotated[MenuFile, BeforeValidator(_menu_item)], ...] = ()
    forms: FormsFile = FormsFile()
    controller: Annotated[Controller | None, BeforeValidator(without_empty_values)] = None
    privacy: str = ""
    content_security_policy: dict[str, str] = {}

    @field_validator("base_url")
    @classmethod
    def _is_complete_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InvalidValueError("the URL is incomplete", hint=_URL_HINT)
        if parts.query or parts.fragment:
            raise InvalidValueError("the URL can't have `?` or `#`", hint=_URL_HINT)
        return value if value.endswith("/") else f"{value}/"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            hint = "for example Europe/Madrid or UTC"
            raise InvalidValueError(f"unknown time zone '{value}'", hint=hint) from None
        return value

    @field_validator("permalinks")
    @classmethod
    def _known_placeholders(cls, value: dict[str, str]) -> dict[str, str]:
        for pattern in value.values():
            if unknown := unknown_placeholders(pattern):
                hint = "use " + ", ".join(f":{name}" for name in sorted(PLACEHOLDERS))
                raise InvalidValueError(f"unknown placeholder :{unknown[0]}", hint=hint)
        return value

    @field_validator("language", "languages")
    @classmethod
    def _known_language(cls, value: Any) -> Any:
        for code in [value] if isinstance(value, str) else value:
            try:
                Locale.parse(code, sep="-")
            except (ValueError, UnknownLocaleError):
                hint = "for example en, es or pt-BR"
                raise InvalidValueError(f"unknown language '{code}'", hint=hint) from None
        return value


def read_settings(root: Path, base_url: str | None) -> tuple[Settings, str]:
    """Return the settings in `root`/site.yaml, and the theme's name.

    `base_url` replaces the one in the file. Raises `ConfigError` if the file can't be read,
    `ContentError` with every error in it.
    """
    written = _read(root / FILE)
    if base_url is not None:
        try:
            written = SiteFile.model_validate(written.model_dump() | {"base_url": base_url})
        except ValueError:
            raise ConfigError(f"'{base_url}' is not a complete URL", hint=_URL_HINT) from None
    return _settings(written, ZoneInfo(written.time_zone)), written.theme


def _read(file: Path) -> SiteFile:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {FILE} in {file.parent}",
            hint="create a site with `atrae new site DIR`, or set its folder with -s",
        ) from None
    except UnicodeDecodeError as cause:
        message = f"{FILE} is not UTF-8: {cause.reason}"
        raise ConfigError(message, hint="save the file as UTF-8") from None
    parsed, findings = parse(text, path=FILE, typed=("theme_options",))
    if parsed is None:
        raise ContentError(findings)
    written, invalid = validate(SiteFile, parsed)
    if written is None or findings:
        raise ContentError((*findings, *invalid))
    if no_reply := _no_reply(written, parsed):
        raise ContentError((no_reply,))
    return written


_NO_REPLY = re.compile(
    r"(?:no|do[-_.]?not|never)[-_.]?reply|no[-_.]?(?:responder|responda)", re.IGNORECASE
)


def _no_reply(written: SiteFile, parsed: Parsed) -> Diagnostic | None:
    """Return an error if the controller's address takes no mail (GDPR 12(2) and 13(1)(a))."""
    address = written.controller.email if written.controller else ""
    if not _NO_REPLY.match(address.strip().rpartition("<")[2]):
        return None
    message = f"people who ask about their data get no answer from '{address}'"
    hint = "use an address that you read, or remove `email`"
    return error("no-reply", message, at=parsed.at("controller", "email"), hint=hint)


def _settings(written: SiteFile, zone: ZoneInfo) -> Settings:
    codes = dict.fromkeys((written.language, *written.languages))
    return Settings(
        base_url=written.base_url,
        languages=tuple(_language(code, written) for code in codes),
        time_zone=zone,
        taxonomies=written.taxonomies,
        permalinks={section.strip("/"): pattern for section, pattern in written.permalinks.items()},
        page_size=written.page_size,
        feed_limit=written.feed.limit,
        menu=tuple(MenuItem(**dict(item)) for item in written.menu),
        forms_url=written.forms.url.rstrip("/"),
        proof_of_work=written.forms.proof_of_work,
        controller=written.controller,
        privacy=written.privacy,
        content_security_policy=written.content_security_policy,
        options=written.theme_options,
    )


def _language(code: str, written: SiteFile) -> Language:
    own = written.languages.get(code, LanguageFile())
    name = Locale.parse(code, sep="-").get_display_name() or code
    return Language(
        code=code,
        name=own.name or re.sub(r" \(.*", "", name).capitalize(),
        title=own.title or written.title,
        description=own.description or written.description,
        prefix="" if code == written.language else code,
    )
