"""Blocks of code in colour, kept between builds: to colour one takes as long as ten small pages.

A file of records that is only ever added to, after a first line that says what they were made by:

    16 bytes   the block's digest: of its language and text
     8 bytes   the digest of the HTML
     4 bytes   the length of the HTML, the most significant first
               the HTML, as UTF-8

Several processes may add to it, so that what a worker has coloured need not come back to anybody.
A file that is missing, cut off or made by another program only makes a build slower.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from ..render.highlight import highlight
from .store import GENERATION

LIMIT = 64 << 20
"""Bytes after which the file is begun anew: blocks that are no longer on the site stay in it."""

_HEAD = 28

Place = tuple[int, int, bytes]
"""Offset and length of a block's HTML, and its digest."""


class CodeBlocks:
    """What `highlight` makes of blocks, kept in `file`. `salt` stands for whatever made it."""

    def __init__(self, file: Path, *, fingerprint: str) -> None:
        self._file, self._first = file, f"{GENERATION} {fingerprint}\n".encode()

    def highlight(self, text: str, language: str) -> str:
        """As the function of this name."""
        key = _digest(f"{language}\0{text}".encode("utf-8", "surrogatepass"), 16)
        html = self._kept(key)
        if html is None:
            html = highlight(text, language)
            self._places[key] = self._added(key, html) or html
        return html

    def _kept(self, key: bytes) -> str | None:
        place = self._places.get(key)
        if isinstance(place, str) or place is None:
            return place
        offset, length, digest = place
        try:
            raw = os.pread(self._descriptor, length, offset)
        except OSError:
            return None
        return raw.decode() if _digest(raw, 8) == digest else None

    def _added(self, key: bytes, html: str) -> Place | None:
        """Where it stands now; None where it could not be added."""
        with suppress(OSError, UnicodeEncodeError), _alone(self._descriptor):
            raw = html.encode()
            digest = _digest(raw, 8)
            os.write(self._descriptor, key + digest + len(raw).to_bytes(4) + raw)
            end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
            return end - len(raw), len(raw), digest
        return None

    @cached_property
    def _descriptor(self) -> int:
        """The file, opened when the first block is met. Raises `OSError`."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)

    @cached_property
    def _places(self) -> dict[bytes, Place | str]:
        """Where the HTML of a block stands, or itself, if it could not be added."""
        with suppress(OSError), _alone(self._descriptor):
            found = self._records()
            if found is not None:
                return found
            # Who knows places of before finds by the digests that they hold something else.
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, self._first)
        return {}

    def _records(self) -> dict[bytes, Place | str] | None:
        """None for a file that is to be begun anew."""
        size, at = os.fstat(self._descriptor).st_size, len(self._first)
        if size > LIMIT or os.pread(self._descriptor, at, 0) != self._first:
            return None
        places: dict[bytes, Place | str] = {}
        while at + _HEAD <= size:
            head = os.pread(self._descriptor, _HEAD, at)
            length = int.from_bytes(head[24:])
            places[head[:16]] = at + _HEAD, length, head[16:24]
            at += _HEAD + length
        # Where one was cut off it cannot be told where the next one begins.
        return places if at == size else None


@contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    # A lock of the process: workers may have the descriptor from their parent.
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


def _digest(raw: bytes, size: int) -> bytes:
    return blake2b(raw, digest_size=size).digest()
