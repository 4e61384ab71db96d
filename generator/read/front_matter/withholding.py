"""Keys that withhold a document from the public, in the words of this program and of others.

A site that moves here keeps its drafts and its dates: what Hugo, Jekyll, Ghost, Pelican, Eleventy
or WordPress would not publish isn't published, whatever the spelling of the key.
"""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from difflib import get_close_matches
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import InvalidValueError
from .dates import in_zone, parse_date


class Effect(Enum):
    """How the value of a key withholds a document."""

    IF_TRUE = auto()
    IF_FALSE = auto()
    STATUS = auto()
    """By any word but those for what is public."""
    PASSWORD = auto()
    BUILD = auto()
    """By `false`, or by a mapping with `render: never`."""
    FROM = auto()
    """Until a date."""
    UNTIL = auto()
    """From a date on."""


_NAMES = {
    Effect.IF_TRUE: "draft isdraft unpublished private hidden headless unlisted",
    Effect.IF_FALSE: "published publish public render visible listed",
    Effect.STATUS: "status state visibility poststatus publishstatus",
    Effect.PASSWORD: "password protected",
    Effect.BUILD: "build",
    Effect.FROM: "publishdate publisheddate publishedat publishedon publishat publishon pubdate"
    " scheduled scheduledat scheduledfor embargo embargountil",
    Effect.UNTIL: "expires expiresat expireson expiredate expirydate expiration expirationdate"
    " unpublishdate unpublishat unpublishon validuntil",
}
EFFECTS = {name: effect for effect, names in _NAMES.items() for name in names.split()}
"""Effect of each key, spelled by `name_of`."""

_FLAGS = [name for name, effect in EFFECTS.items() if effect in (Effect.IF_TRUE, Effect.IF_FALSE)]
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "off", "n", "f", "0", "never", "none"), False),
}
_PUBLIC = ("published", "publish", "public", "live", "visible", "active")


def name_of(key: str) -> str:
    """Return a key without case, spaces, hyphens and underscores, which programs differ in."""
    return "".join(letter for letter in key.casefold() if letter.isalnum())


def withhold(values: dict[str, Any], known: Collection[str]) -> dict[str, InvalidValueError]:
    """Replace the keys of other programs in `values` by `draft`, `date` and `expires`.

    Keys in `known` are left alone. Returns an error for each key whose value can't be read, or
    that is nearly one of these: what withholds must not be ignored.
    """
    errors: dict[str, InvalidValueError] = {}
    for key in [key for key in values if key not in known]:
        name = name_of(key)
        effect = EFFECTS.get(name)
        try:
            if effect is None:
                _refuse_typing_error(name, values[key])
            elif (value := values.pop(key)) is not None:
                _apply(effect, value, values)
        except InvalidValueError as error:
            errors[key] = error
    return errors


def _apply(effect: Effect, value: Any, values: dict[str, Any]) -> None:
    if effect is Effect.IF_FALSE and _flag(value) is None:
        # Jekyll's `published` is true or false, and others write the date there.
        effect = Effect.FROM
    if effect is Effect.FROM:
        values["date"] = _chosen(max, value, values.get("date"))
    elif effect is Effect.UNTIL:
        values["expires"] = _chosen(min, value, values.get("expires"))
    elif _hides(effect, value):
        values["draft"] = "true"


def _hides(effect: Effect, value: Any) -> bool:
    match effect:
        case Effect.STATUS:
            return str(value).casefold().strip() not in _PUBLIC
        case Effect.PASSWORD:
            return _flag(value) is not False
        case Effect.BUILD:
            return _flag(value.get("render") if isinstance(value, dict) else value) is False
    flag = _flag(value)
    if flag is None:
        raise InvalidValueError(f"'{value}' is neither true nor false", hint="write true or false")
    return flag is (effect is Effect.IF_TRUE)


def _flag(value: Any) -> bool | None:
    """Return the truth that a value spells; None if it's another value."""
    return _TRUTHS.get(str(value).casefold().strip())


def _chosen(choose: Callable[..., date | datetime], value: Any, other: Any) -> date | datetime:
    """Return the later or the earlier of two dates, of which the second may be missing."""
    dates = [parse_date(each) for each in (value, other) if each is not None]
    return choose(dates, key=lambda day: in_zone(day, ZoneInfo("UTC")).astimezone(UTC))


def _refuse_typing_error(name: str, value: Any) -> None:
    near = get_close_matches(name, _FLAGS, n=1, cutoff=0.8) if _flag(value) is not None else []
    if near:
        raise InvalidValueError(f"unknown key, similar to '{near[0]}'", hint=f"write '{near[0]}'")
