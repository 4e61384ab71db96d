"""Days and moments, as authors write them."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

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
