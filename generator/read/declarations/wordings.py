"""Check that no version of a purpose changes its wording after it was published."""

from collections.abc import Iterator
from pathlib import Path

from forms.catalogue import Purpose

from ...model.diagnostic import Diagnostic, error
from ...model.document import Source, SourceKind
from ...model.wordings import LOCK, Lock, published, read_lock
from ..sources import read_text
from .forms import Declaration, PurposeFile


def find_lock(root: Path) -> tuple[Lock, list[Diagnostic]]:
    """Return the site's lock of wordings, empty if it has none."""
    file = root / LOCK
    if not file.is_file():
        return Lock(), []
    text, findings = read_text(Source(path=LOCK, kind=SourceKind.PURPOSE, location=str(file)))
    return read_lock(text) if text is not None else (Lock(), findings)


def check_wording(
    declared: Declaration[PurposeFile], purpose: Purpose, lock: Lock
) -> Iterator[Diagnostic]:
    """Yield `changed-wording` for each changed text."""
    for key, digest in published({purpose.id: purpose}).items():
        if lock.digests.get(key, digest) == digest:
            continue
        message = (
            f"version {key.version} of '{key.purpose}' was published with another wording in"
            f" '{key.language}'"
        )
        hint = (
            f"write `version: {_next_version(purpose, lock)}`; if nobody ever saw the old text,"
            f" delete line {lock.lines[key]} of {LOCK} instead"
        )
        place = declared.at("wording", key.language)
        yield error("changed-wording", message, at=place, hint=hint)


def _next_version(purpose: Purpose, lock: Lock) -> int:
    published_versions = (key.version for key in lock.digests if key.purpose == purpose.id)
    return max(purpose.version, *published_versions) + 1
