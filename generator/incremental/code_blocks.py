"""Cache of highlighted code blocks: highlighting one takes longer than rendering a small page.

The file only grows. It has records:

    16 bytes   the block's digest: of the program, its language and text
     8 bytes   the digest of the HTML
     4 bytes   the length of the HTML, the most significant first
               the HTML, as UTF-8

Several processes may append to it, so that workers needn't return what they highlighted. A file
that is missing, cut off or of another program only makes a build slower.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import blake2b
from io import FileIO
from pathlib import Path

from ..render.highlight import highlight

LIMIT = 64 << 20
"""Bytes after which the file starts again, because blocks that left the site stay in it."""

_HEAD = 28


class CodeBlocks:
    """Results of `highlight` in `file`; `fingerprint` is of the program that computed them."""

    def __init__(self, file: Path, *, fingerprint: str) -> None:
        self._file, self._fingerprint = file, fingerprint

    def highlight(self, text: str, language: str) -> str:
        """Return what `render.highlight.highlight` returns."""
        block = f"{self._fingerprint}\0{language}\0{text}"
        key = _digest(block.encode("utf-8", "surrogatepass"), 16)
        html = self._known.get(key)
        if html is None:
            html = self._known[key] = highlight(text, language)
            with suppress(OSError, UnicodeEncodeError), self._exclusive() as stream:
                raw = html.encode()
                stream.write(key + _digest(raw, 8) + len(raw).to_bytes(4) + raw)
        return html

    @cached_property
    def _known(self) -> dict[bytes, str]:
        """Stored HTML by its block's digest."""
        known: dict[bytes, str] = {}
        with suppress(OSError), self._exclusive() as stream:
            stream.seek(0)
            content, at = stream.read(), 0
            while at < len(content):
                key, digest = content[at : at + 16], content[at + 16 : at + 24]
                start = at + _HEAD
                end = start + int.from_bytes(content[at + 24 : start])
                if _digest(content[start:end], 8) != digest:
                    break  # nothing tells where the next record starts
                known[key] = content[start:end].decode()
                at = end
            if at < len(content) or at > LIMIT:
                stream.truncate(at if at <= LIMIT else 0)
        return known

    @contextmanager
    def _exclusive(self) -> Iterator[FileIO]:
        """Open the file for appending, and be the only process that uses it."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab+", buffering=0) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream


def _digest(raw: bytes, size: int) -> bytes:
    return blake2b(raw, digest_size=size).digest()
