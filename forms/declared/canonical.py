"""Canonical JSON and its digest, for everything that is addressed by its content."""

import hashlib
import json
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""A value of JSON."""

# Once, because `json.dumps` would make an encoder for each call.
_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def canonical_json(value: Json) -> bytes:
    """Return the only spelling that is hashed: sorted keys, no spaces, UTF-8."""
    return _ENCODE(value).encode()


def digest_of(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON in lower-case hexadecimal (64 characters)."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
