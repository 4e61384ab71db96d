"""Decode the bytes of a source."""

from codecs import BOM_UTF8

from ..model.diagnostic import Diagnostic, Location, error
from ..model.document import Source


def read_text(source: Source) -> tuple[str | None, list[Diagnostic]]:
    """Read and decode a source; None, with an error, if that fails."""
    try:
        raw = source.file.read_bytes()
    except OSError as cause:
        return None, [unreadable(source, cause)]
    return decode(raw, source)


def unreadable(source: Source, cause: OSError) -> Diagnostic:
    """Return an error for a source that can't be read."""
    place = Location(path=source.path)
    return error("unreadable", f"the file can't be read: {cause.strerror}", at=place)


def decode(raw: bytes, source: Source) -> tuple[str | None, list[Diagnostic]]:
    r"""Decode UTF-8: drop the byte order mark and make every line end `\n`."""
    raw = raw.removeprefix(BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as cause:
        line = raw.count(b"\n", 0, cause.start) + 1
        place = Location(path=source.path, line=line)
        hint = "save the file as UTF-8"
        return None, [error("encoding", "the file is not UTF-8", at=place, hint=hint)]
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, []
