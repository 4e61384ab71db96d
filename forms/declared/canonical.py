"""Canonical JSON and its digest: how everything that is addressed by its content is hashed."""

import hashlib
import json
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What JSON can say."""


# Made once: `json.dumps` would make an encoder for each call.
_SPELL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def canonical_json(value: Json) -> bytes:
    """The one spelling of a value that is ever hashed: sorted keys, no spaces, UTF-8."""
    return _SPELL(value).encode()


def digest_of(value: Json) -> str:
    """SHA-256 of the canonical JSON, in lower-case hexadecimal (64 characters)."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
