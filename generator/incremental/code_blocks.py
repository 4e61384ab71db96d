"""Cache of highlighted code blocks: highlighting one takes longer than rendering a small page.

The file only grows. After a line with the generation and the fingerprint it has records:

    16 bytes   the block's digest: of its language and text
     8 bytes   the digest of the HTML
     4 bytes   the length of the HTML, the most significant first
               the HTML, as UTF-8

Several processes may append to it, so that workers needn't return what they highlighted. A file
that is missing, cut off or of another program only makes a build slower.
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
"""Bytes after which the file starts again, because blocks that left the site stay in it."""

_HEAD = 28

Place = tuple[int, int, bytes]
"""Offset and length of a block's HTML, and its digest."""


class CodeBlocks:
    """Results of `highlight` in `file`; `fingerprint` is of the program that computed them."""

    def __init__(self, file: Path, *, fingerprint: str) -> None:
        self._file, self._first = file, f"{GENERATION} {fingerprint}\n".encode()

    def highlight(self, text: str, language: str) -> str:
        """Return what `render.highlight.highlight` returns."""
        key = _digest(f"{language}\0{text}".encode("utf-8", "surrogatepass"), 16)
        html = self._stored(key)
        if html is None:
            html = highlight(text, language)
            self._places[key] = self._append(key, html) or html
        return html

    def _stored(self, key: bytes) -> str | None:
        place = self._places.get(key)
        if isinstance(place, str) or place is None:
            return place
        offset, length, digest = place
        try:
            raw = os.pread(self._descriptor, length, offset)
        except OSError:
            return None
        return raw.decode() if _digest(raw, 8) == digest else None

    def _append(self, key: bytes, html: str) -> Place | None:
        """Return the place of the HTML; None if it couldn't be appended."""
        with suppress(OSError, UnicodeEncodeError), _exclusive(self._descriptor):
            raw = html.encode()
            digest = _digest(raw, 8)
            os.write(self._descriptor, key + digest + len(raw).to_bytes(4) + raw)
            end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
            return end - len(raw), len(raw), digest
        return None

    @cached_property
    def _descriptor(self) -> int:
        """Descriptor of the file, opened for the first block. Raises `OSError`."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)

    @cached_property
    def _places(self) -> dict[bytes, Place | str]:
        """Place of each block's HTML, or the HTML if it couldn't be appended."""
        with suppress(OSError), _exclusive(self._descriptor):
            places = self._records()
            if places is not None:
                return places
            # A process that knows places in the old content notices by the digests.
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, self._first)
        return {}

    def _records(self) -> dict[bytes, Place | str] | None:
        """Return the places of all records; None if the file has to start again."""
        size, at = os.fstat(self._descriptor).st_size, len(self._first)
        if size > LIMIT or os.pread(self._descriptor, at, 0) != self._first:
            return None
        places: dict[bytes, Place | str] = {}
        while at + _HEAD <= size:
            head = os.pread(self._descriptor, _HEAD, at)
            length = int.from_bytes(head[24:])
            places[head[:16]] = at + _HEAD, length, head[16:24]
            at += _HEAD + length
        # After a record that was cut off, nothing tells where the next one starts.
        return places if at == size else None


@contextmanager
def _exclusive(descriptor: int) -> Iterator[None]:
    # A lock of the process: workers share the descriptor of their parent.
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(descriptor, fcntl.LOCK_UN)


def _digest(raw: bytes, size: int) -> bytes:
    return blake2b(raw, digest_size=size).digest()
