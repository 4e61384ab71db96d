"""Dates and times as authors write them."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import InvalidValueError

_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ]\s*(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?"
    r"\s*(Z|z|UTC|[+-]\d{1,2}(?::?\d{2})?)?)?"
)


def parse_date(value: Any) -> date | datetime:
    """Parse a date, or a date with a time and possibly a zone.

    Reads ISO 8601, RFC 3339 and the timestamps of YAML 1.1. Raises `InvalidValueError`.
    """
    match = _DATE.fullmatch(str(value).strip())
    try:
        # Some zones have no date for the first and the last moments.
        if not match or match[1] < "0002" or (match[2] and match[1] >= "9999"):
            raise ValueError
        day = date.fromisoformat(match[1])
        if not match[2]:
            return day
        clock = match[2] if match[2][2] == ":" else f"0{match[2]}"
        moment = datetime.combine(day, time.fromisoformat(clock))
        return moment.replace(tzinfo=_parse_zone(match[3])) if match[3] else moment
    except ValueError:
        hint = "write 2026-11-21 or 2026-11-21T09:30:00+01:00"
        raise InvalidValueError(f"'{value}' is not a date", hint=hint) from None


def _parse_zone(text: str) -> timezone:
    if text in ("Z", "z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text[0] == "-" else offset)


def in_zone(value: date | datetime, zone: ZoneInfo) -> datetime:
    """Return a datetime with a zone: a date starts at midnight, and `zone` is the default."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(value, time(), tzinfo=zone)
