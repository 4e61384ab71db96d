"""The front matter of a document: what stands between two lines of `---`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    model_validator,
)

from ..model.diagnostic import Diagnostic, Location, error
from ..schema import Parsed, parse, validate, without_empty_values

_FENCE = re.compile(r"---[ \t]*(\n|$)")
_CLOSING = re.compile(r"^(---|\.\.\.)[ \t]*(\n|\Z)", re.M)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ]\s*(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?"
    r"\s*(Z|z|UTC|[+-]\d{1,2}(?::?\d{2})?)?)?"
)


def moment(value: Any) -> date | datetime:
    """A day, or a moment with or without a zone: ISO 8601, RFC 3339, YAML 1.1's timestamps.

    Raises `ValueError`, with a way out behind ` | `.
    """
    found = _MOMENT.fullmatch(str(value).strip())
    try:
        # At both ends of time there are moments that some zones have no date for.
        if not found or found[1] < "0002" or (found[2] and found[1] >= "9999"):
            raise ValueError
        day = date.fromisoformat(found[1])
        if not found[2]:
            return day
        at = datetime.combine(
            day, time.fromisoformat(found[2] if found[2][2] == ":" else f"0{found[2]}")
        )
        return at.replace(tzinfo=_zone(found[3])) if found[3] else at
    except ValueError:
        raise ValueError(
            f"no such date: '{value}' | write 2026-11-21 or 2026-11-21T09:30:00+01:00"
        ) from None


def _zone(text: str) -> timezone:
    if text in ("Z", "z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if text[0] == "-" else ahead)


def in_zone(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A day begins at midnight, and a moment without a zone is, in the site's zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(value, time(), tzinfo=zone)


def _several(value: Any) -> Any:
    """One text is one, or several between commas; nothing twice, nothing empty."""
    return _listed(value.split(",") if isinstance(value, str) else value)


def _one(value: Any) -> Any:
    """One alias may be written without a list."""
    return _listed([value] if isinstance(value, str) else value)


def _listed(value: Any) -> Any:
    if not isinstance(value, list) or not all(v is None or isinstance(v, str) for v in value):
        return value
    words = (word.strip() for word in value if word)
    return tuple(dict.fromkeys(word for word in words if word))


def _path(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("//")
    if value and (value != parts.path or value != "".join(value.split())):
        raise ValueError(f"'{value}' is no path on the site | write it as /blog/hello/")
    return value


def _from_root(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError(f"'{value}' does not begin with a slash | write it as /blog/hello/")
    return value


Moment = Annotated[date | datetime, BeforeValidator(moment)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
Path = Annotated[str, AfterValidator(_path)]


class Terms(RootModel[dict[str, Several]]):
    """The terms of each taxonomy beside those that `FrontMatter` has."""


class FrontMatter(BaseModel):
    """What an author may say of a document. Every key may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _present = model_validator(mode="before")(without_empty_values)

    title: str = ""
    date: Moment | None = None
    lastmod: Moment | None = None
    description: str = ""
    summary: str = ""
    slug: Annotated[str, Field(pattern=r"^[^/?#\x00-\x20]*$")] = ""
    permalink: Annotated[Path, AfterValidator(_from_root)] = ""
    tags: Several = ()
    authors: Several = ()
    draft: bool = False
    expires: Moment | None = None
    aliases: Annotated[tuple[Path, ...], BeforeValidator(_one)] = ()
    image: str = ""
    image_alt: str = ""
    layout: Annotated[str, Field(pattern=r"^[a-z0-9_-]*$")] = ""
    weight: int = 0
    translation_key: str = ""
    extra: dict[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A source cut in two. `body_line` is the line of the source on which the body begins."""

    front: str
    body: str
    body_line: int


def split(text: str, *, path: str) -> tuple[Split | None, list[Diagnostic]]:
    """Cut off the front matter. None, and an error, where it is opened and never closed.

    `text` has `\\n` for line ends and no byte order mark.
    """
    opening = _FENCE.match(text)
    if not opening:
        return Split(front="", body=text, body_line=1), []
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        return None, [
            error(
                "front-matter-unclosed",
                "the front matter is opened here and never closed",
                at=Location(path=path, line=1, column=1),
                hint="end it with a line of `---`",
            )
        ]
    front = text[opening.end() : closing.start()]
    return (
        Split(front=front, body=text[closing.end() :], body_line=front.count("\n") + 3),
        [],
    )


def read_front_matter(
    front: str, *, path: str, taxonomies: tuple[str, ...] = ("tags",)
) -> tuple[FrontMatter | None, dict[str, tuple[str, ...]], Parsed, list[Diagnostic]]:
    """The values, the terms of each taxonomy, where each key stands, and what is wrong with it.

    Without values there is an error among the findings.
    """
    parsed, findings = parse(front, path=path, first_line=2, typed=("extra",))
    if parsed is None:
        return None, {}, Parsed(path=path), findings
    others = [name for name in taxonomies if name not in FrontMatter.model_fields]
    filed = {name: parsed.values.pop(name, None) or [] for name in others}
    terms, wrong_terms = validate(Terms, Parsed(path=path, values=filed, places=parsed.places))
    values, wrong = validate(FrontMatter, parsed, lenient=True)
    wrong = [*findings, *wrong_terms, *wrong]
    if values is None or terms is None or findings:
        return None, {}, parsed, wrong
    own = {name: getattr(values, name) for name in taxonomies if name not in filed}
    return values, own | terms.root, parsed, wrong
