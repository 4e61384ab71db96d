"""Digests that identify content."""

import hashlib


def digest_of(content: bytes | str) -> str:
    """Return the BLAKE2b digest as 32 lower-case hexadecimal characters."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
