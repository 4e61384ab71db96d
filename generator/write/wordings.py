"""Keeps what was published under which version, for the author to commit."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import PublishError
from ..model.diagnostic import Location
from ..model.wordings import LOCK, NONE, Key, read_lock, spelled


def keep_wordings(root: Path, now: Mapping[Key, str]) -> bool:
    """Add to the lock what was `published`; whether there was something to add.

    Raises `PublishError` where it cannot be written.
    """
    file = root / LOCK
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    lock, _ = read_lock(text) if text else (NONE, [])
    if now.keys() <= lock.digests.keys():
        return False
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_text(spelled(lock, now), encoding="utf-8")
        new.replace(file)
    except OSError as wrong:
        hint = "it says which wordings were published; make it writable, or commit it"
        place = Location(path=LOCK)
        raise PublishError(f"{LOCK}: {wrong.strerror}", at=place, hint=hint) from None
    return True
