"""Files of the cache: records, tables of packed values, and segments that only grow.

One process at a time changes a cache (`exclusive`). A record is replaced as a whole, so a reader
sees the old one or the new one. A segment that any process has open is never removed.
"""

import fcntl
import marshal
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import chain
from typing import Any, Self

GENERATION = 2
"""Generation of the stored formats: raise it when the layout of a record or segment changes."""

SEPARATOR = "\0"
"""Separates names that are stored as one text, which is read faster than thousands."""

PACK = 128
"""Values that are packed and unpacked together."""

FEW_LOOKUPS = 32
"""Lookups of a name by text search that are faster than numbering all names."""

SEGMENT, OLD_SEGMENT = ".segment", ".shelf"


@contextmanager
def exclusive(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Be the only process that changes the cache in `folder`; wait while another one is."""
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103  (pathlib takes as long as the rest)
    descriptor = os.open(
        os.path.join(folder, "lock"),  # noqa: PTH118
        os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
        0o666,
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_record(file: str | os.PathLike[str], fingerprint: str, *values: object) -> None:
    """Replace a record. Raises `ValueError` for values that `marshal` can't write."""
    replace_atomically(file, marshal.dumps([GENERATION, fingerprint, *values]))


def read_record(
    file: str | os.PathLike[str], fingerprint: str | None = None
) -> tuple[str, tuple[Any, ...]]:
    """Return the fingerprint and the values of a record.

    Raises `LookupError` if there is none, if it's damaged, and if it has another fingerprint than
    the one that is required or is of another generation.
    """
    try:
        with open(file, "rb") as stream:  # noqa: PTH123
            generation, written_by, *values = marshal.loads(stream.read())
    except (OSError, ValueError, EOFError, TypeError) as error:
        raise LookupError(f"there is no record in {os.fspath(file)}") from error
    if generation != GENERATION or fingerprint not in (None, written_by):
        raise LookupError(f"another program wrote {os.fspath(file)}")
    return written_by, tuple(values)


def replace_atomically(file: str | os.PathLike[str], content: bytes) -> None:
    """Replace a file's content; the caller is `exclusive`. Raises `OSError`."""
    path = os.fspath(file)
    # What a killed build left under this name is overwritten.
    with open(f"{path}.new", "wb") as stream:  # noqa: PTH123
        stream.write(content)
    os.replace(f"{path}.new", path)  # noqa: PTH105


class Segment:
    """A file of the cache that only grows. Raises `OSError` if there is none.

    A process that has it open holds a shared lock on it, see `remove_unused`. The workers that it
    forks append to it, too.
    """

    def __init__(self, file: str, flags: int = 0) -> None:
        self.name = os.path.basename(file)  # noqa: PTH119
        flags |= os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(file, flags, 0o666)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    @classmethod
    def create(cls, folder: str) -> Self:
        """Create a segment with a name of its own."""
        file = f"{folder}/{time.time_ns()}-{os.getpid()}{SEGMENT}"
        return cls(file, os.O_CREAT | os.O_EXCL)

    @property
    def size(self) -> int:
        """Number of its bytes."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Return some of its bytes."""
        return os.pread(self._descriptor, length, offset)

    def append(self, content: bytes) -> int:
        """Append bytes, and return their offset. Raises `OSError`."""
        # A lock of the process: the workers share the descriptor, and so the lock on it.
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
        try:
            offset = os.lseek(self._descriptor, 0, os.SEEK_END)
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN)
        return offset

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


def remove_unused(folder: str, used: str) -> None:
    """Remove the segments that are neither `used` nor open in any process."""
    with os.scandir(folder) as entries:
        segments = [e.name for e in entries if e.name.endswith((SEGMENT, OLD_SEGMENT))]
    for name in segments:
        if name == used:
            continue
        with suppress(OSError):
            descriptor = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(f"{folder}/{name}")  # noqa: PTH108
            finally:
                os.close(descriptor)


class PackedTable:
    """Plain tuples by name, in order, unpacked when one of their pack is needed. Immutable.

    No name contains `SEPARATOR`.
    """

    def __init__(self, names: str = "", packs: tuple[bytes, ...] = ()) -> None:
        """Create the table from its `parts`."""
        self.parts = names, packs
        self._framed = f"{SEPARATOR}{names}{SEPARATOR}" if packs else ""
        self._unpacked: dict[int, list[Any]] = {}
        self._lookups = 0

    @classmethod
    def of(cls, values: Mapping[str, tuple[Any, ...]]) -> "PackedTable":
        """Pack values. Raises what `pickle` raises for values that it can't write."""
        tuples = list(values.values())
        packs = (pack(tuples[first : first + PACK]) for first in range(0, len(tuples), PACK))
        return cls(SEPARATOR.join(values), tuple(packs))

    def get(self, name: str) -> tuple[Any, ...] | None:
        """Return the value of a name."""
        position = self._position(name)
        if position is None:
            return None
        value: tuple[Any, ...] = self._unpack(position // PACK)[position % PACK]
        return value

    def __contains__(self, name: str) -> bool:
        return self._position(name) is not None

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield each name with its value."""
        values = chain.from_iterable(map(self._unpack, range(len(self.parts[1]))))
        return zip(self._names(), values, strict=True)

    def updated(self, values: Mapping[str, tuple[Any, ...]]) -> "PackedTable":
        """Return the table with other values for some names. Raises `LookupError` for new names."""
        names, packs = self.parts
        new = list(packs)
        for name, value in values.items():
            position = self._positions[name]
            rows = unpack(new[position // PACK])
            rows[position % PACK] = value
            new[position // PACK] = pack(rows)
        return PackedTable(names, tuple(new))

    def _position(self, name: str) -> int | None:
        self._lookups += 1
        if self._lookups > FEW_LOOKUPS:
            return self._positions.get(name)
        start = self._framed.find(f"{SEPARATOR}{name}{SEPARATOR}")
        return self._framed.count(SEPARATOR, 0, start) if start >= 0 else None

    def _unpack(self, number: int) -> list[Any]:
        if number not in self._unpacked:
            self._unpacked[number] = unpack(self.parts[1][number])
        return self._unpacked[number]

    def _names(self) -> list[str]:
        names, packs = self.parts
        return names.split(SEPARATOR) if packs else []

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self._names())}


def pack(values: Sequence[Any]) -> bytes:
    """Return values as bytes; none if there are none."""
    import pickle  # which a build that changes nothing doesn't need

    return pickle.dumps(values, pickle.HIGHEST_PROTOCOL) if values else b""


def unpack(packed: bytes) -> Any:
    """Return the values that were packed, as they were; an empty tuple if there were none."""
    if not packed:
        return ()
    import pickle

    return pickle.loads(packed)
