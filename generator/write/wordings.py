"""Records which wording was published under which version, for the author to commit."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import PublishError
from ..model.diagnostic import Location
from ..model.wordings import LOCK, Key, read_lock, text_of


def keep_wordings(root: Path, published: Mapping[Key, str]) -> bool:
    """Add the published wordings to the lock file; return whether there were new ones.

    Raises:
        PublishError: The file can't be written.
    """
    file = root / LOCK
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    lock, _ = read_lock(text)
    if published.keys() <= lock.digests.keys():
        return False
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_text(text_of(lock, published), encoding="utf-8")
        new.replace(file)
    except OSError as fault:
        hint = "it records which wordings were published; make it writable, or commit it"
        place = Location(path=LOCK)
        raise PublishError(f"{LOCK}: {fault.strerror}", at=place, hint=hint) from None
    return True
