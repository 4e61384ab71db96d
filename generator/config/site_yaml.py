"""site.yaml as its author writes it -> what the site says of itself."""

import re
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from forms.catalogue import Controller, Texts

from ..errors import ConfigError, ContentError
from ..model.diagnostic import Diagnostic, error
from ..model.permalink import PLACEHOLDERS, unknown_placeholders
from ..model.settings import Language, MenuItem, Settings
from ..model.taxonomy import NOT_TAXONOMIES
from ..schema.validate import validate, without_empty_values
from ..schema.yaml_text import Parsed, parse

FILE = "site.yaml"
DEFAULT_BASE_URL = "http://localhost:8000/"


class Part(BaseModel):
    """A frozen part of site.yaml; an unknown key is an error, an empty value counts as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _present = model_validator(mode="before")(without_empty_values)


def _taxonomy_name(value: str) -> str:
    if value in NOT_TAXONOMIES:
        raise ValueError(f"'{value}' means something else in a document | choose another word")
    return value


TaxonomyName = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$"), AfterValidator(_taxonomy_name)
]


class LanguageFile(Part):
    """One entry of `languages`."""

    name: str = ""
    title: str = ""
    description: str = ""


class MenuFile(Part):
    """One entry of `menu`."""

    page: str = ""
    url: str = ""
    title: Texts = {}

    @model_validator(mode="after")
    def _leads_to_one_place(self) -> Self:
        if bool(self.page) == bool(self.url):
            raise ValueError("a `page` or a `url` | such as `page: about.md`")
        return self


class FeedFile(Part):
    """`feed`."""

    limit: Annotated[int, Field(ge=0)] = 20


class FormsFile(Part):
    """`forms`."""

    url: str = ""
    proof_of_work: bool = False


def _menu_item(value: Any) -> Any:
    if isinstance(value, str):
        return {"url": value} if "://" in value else {"page": value}
    return value


class SiteFile(Part):
    """site.yaml as an author writes it."""

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
    def _whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("not a whole address | write it as https://example.org/")
        if parts.query or parts.fragment:
            raise ValueError("an address with `?` or `#` | write it as https://example.org/")
        return value if value.endswith("/") else f"{value}/"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone '{value}' | such as Europe/Madrid or UTC") from None
        return value

    @field_validator("permalinks")
    @classmethod
    def _known_placeholders(cls, value: dict[str, str]) -> dict[str, str]:
        for pattern in value.values():
            if wrong := unknown_placeholders(pattern):
                known = ", ".join(f":{name}" for name in sorted(PLACEHOLDERS))
                raise ValueError(f"no placeholder :{wrong[0]} | there are {known}")
        return value

    @field_validator("language", "languages")
    @classmethod
    def _known_language(cls, value: Any) -> Any:
        for code in [value] if isinstance(value, str) else value:
            try:
                Locale.parse(code, sep="-")
            except (ValueError, UnknownLocaleError):
                raise ValueError(f"no language '{code}' | such as en, es or pt-BR") from None
        return value


def read_settings(root: Path, base_url: str | None) -> tuple[Settings, str]:
    """The settings in `root`/site.yaml, and the name of the theme; `base_url` goes over the one
    there.

    Raises `ConfigError` where there is none, `ContentError` with all that is wrong with it.
    """
    written = _read(root / FILE)
    if base_url is not None:
        try:
            written = SiteFile.model_validate(written.model_dump() | {"base_url": base_url})
        except ValueError:
            raise ConfigError(
                f"'{base_url}' is not a whole address", hint="write it as https://example.org/"
            ) from None
    return _settings(written, ZoneInfo(written.time_zone)), written.theme


def _read(file: Path) -> SiteFile:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no {FILE} in {file.parent}",
            hint="`atrae new site DIR` makes a site; -s names another folder",
        ) from None
    except UnicodeDecodeError as wrong:
        raise ConfigError(f"{FILE} is not UTF-8: {wrong.reason}") from None
    parsed, findings = parse(text, path=FILE, typed=("theme_options",))
    if parsed is None:
        raise ContentError(findings)
    written, invalid = validate(SiteFile, parsed)
    if written is None or findings:
        raise ContentError((*findings, *invalid))
    if unanswered := _unanswered(written, parsed):
        raise ContentError((unanswered,))
    return written


_NOBODY = re.compile(
    r"(?:no|do[-_.]?not|never)[-_.]?reply|no[-_.]?(?:responder|responda)", re.IGNORECASE
)


def _unanswered(written: SiteFile, parsed: Parsed) -> Diagnostic | None:
    """Who answers for personal data can be answered to (GDPR 12(2) and 13(1)(a))."""
    address = written.controller.email if written.controller else ""
    if not _NOBODY.match(address.strip().rpartition("<")[2]):
        return None
    message = f"nobody reads '{address}', and people have questions about their data"
    hint = "name an address that somebody answers, or leave `email` out"
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
        menu=tuple(
            MenuItem(page=item.page, url=item.url, title=item.title) for item in written.menu
        ),
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
