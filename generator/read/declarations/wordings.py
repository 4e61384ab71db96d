"""A wording is what people agreed to: under the same version it never says anything else."""

from collections.abc import Iterator
from pathlib import Path

from forms.catalogue import Purpose

from ...model.diagnostic import Diagnostic, error
from ...model.document import Source, SourceKind
from ...model.wordings import LOCK, NONE, Lock, published, read_lock
from ..documents import read_text
from .forms import Declaration, PurposeFile


def find_lock(root: Path) -> tuple[Lock, list[Diagnostic]]:
    """What the site's lock says; nothing where there is none."""
    file = root / LOCK
    if not file.is_file():
        return NONE, []
    text, findings = read_text(Source(path=LOCK, kind=SourceKind.PURPOSE, where=str(file)))
    if text is None:
        return NONE, findings
    return read_lock(text)


def changed(
    declared: Declaration[PurposeFile], purpose: Purpose, lock: Lock
) -> Iterator[Diagnostic]:
    """`changed-wording`, where it stands."""
    for key, digest in published({purpose.id: purpose}).items():
        if lock.digests.get(key, digest) == digest:
            continue
        message = (
            f"version {key.version} of '{key.purpose}' was published with another wording in"
            f" '{key.language}'"
        )
        hint = (
            f"write `version: {_free(purpose, lock)}`; or take line {lock.lines[key]} out of"
            f" {LOCK}, if nobody ever saw that text"
        )
        place = declared.at("wording", key.language)
        yield error("changed-wording", message, at=place, hint=hint)


def _free(purpose: Purpose, lock: Lock) -> int:
    taken = (key.version for key in lock.digests if key.purpose == purpose.id)
    return max(purpose.version, *taken) + 1
