"""Which wording was published under which version: a text that an author commits.

    # comment
    newsletter 1 en 2f1c…        purpose, version, language, digest of what was agreed to

A line stays for ever: the same version never says anything else again.
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
"""Where it stands, from the site's root."""

_HEAD = """\
# The wordings that were published, by purpose, version and language. `atrae build` adds to it.
# Commit it: whoever changes a wording must then change its version too.
"""
_LINE = re.compile(r"(\S+) ([1-9]\d{0,8}) (\S+) ([0-9a-f]{64})")


class Key(NamedTuple):
    """What a wording is known by."""

    purpose: str
    version: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Key -> digest, and the line on which it stands."""

    digests: Mapping[Key, str] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)


NONE = Lock()


def read_lock(text: str) -> tuple[Lock, list[Diagnostic]]:
    """What the text says; a line that says nothing is an error, for it may have been one."""
    digests: dict[Key, str] = {}
    lines: dict[Key, int] = {}
    findings = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        key = Key(found[1], int(found[2]), found[3]) if found else None
        if found is None or key is None or digests.get(key, found[4]) != found[4]:
            message = "this line does not say which wording was published"
            hint = "two branches may have met here: keep each line of both, once"
            place = Location(path=LOCK, line=number)
            findings.append(error("wordings-lock", message, at=place, hint=hint))
            continue
        digests[key], lines[key] = found[4], number
    return Lock(digests=digests, lines=lines), findings


def published(purposes: Mapping[str, "Purpose"]) -> dict[Key, str]:
    """What these purposes say now. Controller and privacy notice may change: each record keeps
    its own."""
    return {
        Key(purpose.id, purpose.version, language): _digest(text, purpose.lasts.value)
        for purpose in purposes.values()
        for language, text in purpose.wording.items()
    }


def _digest(text: str, lasts: str) -> str:
    return hashlib.sha256(f"{lasts}\n{text}".encode()).hexdigest()


def spelled(lock: Lock, more: Mapping[Key, str]) -> str:
    """The lock with more in it, in order: equal contents are equal bytes."""
    every = {**more, **lock.digests}
    rows = (f"{key.purpose} {key.version} {key.language} {every[key]}\n" for key in sorted(every))
    return _HEAD + "".join(rows)
