"""The lock file of wordings: which wording was published under which version.

    # comment
    newsletter 1 en 2f1c…        purpose, version, language, digest of the wording

The author commits the file. A line never changes: a version has one wording for ever.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .diagnostic import Diagnostic, Location, error

if TYPE_CHECKING:
    from forms.catalogue import Purpose

LOCK = "content/_purposes/wordings.lock"
"""Path of the lock file from the site's root."""

_HEAD = """\
# Wordings that were published, by purpose, version and language. `atrae build` adds to this file.
# Commit it. To change a wording, give it a new version.
"""
_LINE = re.compile(r"(\S+) ([1-9]\d{0,8}) (\S+) ([0-9a-f]{64})")


class Key(NamedTuple):
    """Identity of a wording."""

    purpose: str
    version: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Content of the lock file: key -> digest, and key -> line."""

    digests: Mapping[Key, str] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)


def read_lock(text: str) -> tuple[Lock, list[Diagnostic]]:
    """Parse a lock file. Each line that can't be read is an error."""
    digests: dict[Key, str] = {}
    lines: dict[Key, int] = {}
    errors = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        key = Key(match[1], int(match[2]), match[3]) if match else None
        if match is None or key is None or digests.get(key, match[4]) != match[4]:
            message = "this line doesn't name a published wording"
            hint = "after a merge conflict, keep every line of both branches once"
            place = Location(path=LOCK, line=number)
            errors.append(error("wordings-lock", message, at=place, hint=hint))
            continue
        digests[key], lines[key] = match[4], number
    return Lock(digests=digests, lines=lines), errors


def published(purposes: Mapping[str, "Purpose"]) -> dict[Key, str]:
    """Return the digests of the purposes' present wordings.

    Controller and privacy notice are not part of it: each consent record has its own.
    """
    return {
        Key(purpose.id, purpose.version, language): _digest(text, purpose.lasts.value)
        for purpose in purposes.values()
        for language, text in purpose.wording.items()
    }


def _digest(text: str, lasts: str) -> str:
    return hashlib.sha256(f"{lasts}\n{text}".encode()).hexdigest()


def text_of(lock: Lock, more: Mapping[Key, str]) -> str:
    """Return the text of a lock file with more wordings, in order."""
    digests = {**more, **lock.digests}
    rows = (f"{k.purpose} {k.version} {k.language} {digests[k]}\n" for k in sorted(digests))
    return _HEAD + "".join(rows)
