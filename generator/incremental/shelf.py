"""Files of pickled values that are only ever added to: what is read of one is read when asked."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from ..model.document import Piece
from .packed import opened_pieces


class Shelf:
    """One such file, opened to be read. Several processes may read it, and one adds to it.

    Raises `OSError` where there is none.
    """

    def __init__(self, file: Path) -> None:
        # Opened at once: whoever tidies up later cannot take it from under us.
        self._descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)

    def read(self, offset: int, length: int) -> bytes:
        """What stands there."""
        return os.pread(self._descriptor, length, offset)

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


class Adding:
    """Adds to a shelf, which is there afterwards."""

    def __init__(self, file: Path) -> None:
        self.name, self._file = file.name, file
        self._end = file.stat().st_size if file.exists() else 0
        self._waiting: list[bytes] = []

    def add(self, *packed: bytes) -> int:
        """Put these at the end, one after the other; where they stand after `flush`."""
        at = self._end
        self._waiting += packed
        self._end += sum(map(len, packed))
        return at

    def flush(self) -> None:
        """Write what was added."""
        with self._file.open("ab") as shelf:
            shelf.write(b"".join(self._waiting))
        self._waiting.clear()


class Shelved(Sequence[Piece]):
    """The pieces of one body, read whenever they are asked for, and not kept."""

    __slots__ = ("_length", "_offset", "_shelf")

    def __init__(self, shelf: Shelf, offset: int, length: int) -> None:
        self._shelf, self._offset, self._length = shelf, offset, length

    def load(self) -> tuple[Piece, ...]:
        """All of them."""
        return opened_pieces(self._shelf.read(self._offset, self._length))

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.load())

    def __len__(self) -> int:
        return len(self.load())

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Piece]: ...
    def __getitem__(self, index: int | slice) -> Piece | Sequence[Piece]:
        return self.load()[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.load() == tuple(other)

    def __hash__(self) -> int:
        return hash(self.load())
