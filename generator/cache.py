"""What earlier builds know, by content. A missing or foreign cache only makes a build slower.

.atrae/cache/documents    every document as it was read, without its pieces
.atrae/cache/*.pieces     the pieces of bodies, one after the other
"""

import marshal
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import overload

from .model.diagnostic import Diagnostic
from .model.digest import digest_of
from .model.document import Document, Piece, Source
from .model.pickled import by_position
from .model.stamp import TICK
from .read.documents import unreadable
from .trace import Trace, Traced
from .work import each

FILE, CHANGES, TRACE = "documents", "changes", "trace"


class Shelf:
    """A file of pieces that is only ever added to. It may be read by several processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor: int | None = None
        self._end: int | None = None
        self._waiting: list[bytes] = []

    def add(self, packed: bytes) -> "Shelved":
        """Put something at the end; it can be read after `flush`."""
        if self._end is None:
            self._end = self.file.stat().st_size if self.file.exists() else 0
        self._waiting.append(packed)
        offset, self._end = self._end, self._end + len(packed)
        return Shelved(self, offset, len(packed))

    def flush(self) -> None:
        """Write what was added."""
        with self.file.open("ab") as shelf:
            shelf.write(b"".join(self._waiting))
        self._waiting.clear()

    def read(self, offset: int, length: int) -> bytes:
        """What stands there."""
        if self._descriptor is None:
            self._descriptor = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._descriptor, length, offset)

    def __reduce__(self) -> tuple[type["Shelf"], tuple[Path]]:
        return Shelf, (self.file,)


class Shelved(Sequence[Piece]):
    """The pieces of one body, read whenever they are asked for, and not kept."""

    __slots__ = ("_length", "_offset", "shelf")

    def __init__(self, shelf: Shelf, offset: int, length: int) -> None:
        self.shelf, self._offset, self._length = shelf, offset, length

    def load(self) -> tuple[Piece, ...]:
        """All of them."""
        pieces: tuple[Piece, ...] = pickle.loads(self.shelf.read(self._offset, self._length))
        return pieces

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

    def __reduce__(self) -> tuple[type["Shelved"], tuple[Shelf, int, int]]:
        return Shelved, (self.shelf, self._offset, self._length)


@by_position
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What reading one source gave. `document` is None where there is an error in it."""

    stamp: tuple[int, ...]
    settled: bool
    """Whether the stamp alone tells that the bytes are the same: the file was old by then."""
    digest: str
    document: Document | None
    findings: tuple[Diagnostic, ...]


Read = Callable[[Source, bytes], tuple[Document | None, list[Diagnostic]]]


def read_all(
    sources: Sequence[Source], read: Read, *, folder: Path, salt: str, workers: int
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """What `read` makes of each source, read again only where its bytes are not those of before.

    `salt` stands for all else that `read` depends on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = time.time_ns()
    base = _load(folder / FILE, salt)
    before = {**base, **(_load(folder / CHANGES, f"{salt} {_age(folder)}") if base else {})}
    known = {s.path: k for s in sources if (k := _unchanged(s, before.get(s.path), now))}
    missing = [source for source in sources if source.path not in known]

    def work(part: Sequence[Source]) -> list[tuple[str, Known]]:
        shelf = Shelf(folder / f"{now}-{os.getpid()}.pieces")
        known = [(source.path, _read(source, read, shelf, now)) for source in part]
        shelf.flush()
        return known

    for done in each(work, missing, workers=workers):
        known.update(done)
    if len(known) != len(before) or any(k is not before.get(path) for path, k in known.items()):
        _save(folder, salt, known, base)
    inorder = [known[source.path] for source in sources]
    return (
        tuple(known.document for known in inorder if known.document),
        tuple(finding for known in inorder for finding in known.findings),
    )


def _read(source: Source, read: Read, shelf: Shelf, now: int) -> Known:
    try:
        raw = source.file.read_bytes()
    except OSError as wrong:
        found = (unreadable(source, wrong),)
        return Known(stamp=(), settled=False, digest="", document=None, findings=found)
    document, findings = read(source, raw)
    if document:
        pieces = shelf.add(pickle.dumps(tuple(document.body.pieces), pickle.HIGHEST_PROTOCOL))
        document = replace(document, body=replace(document.body, pieces=pieces))
    return Known(
        stamp=source.stamp,
        settled=_is_settled(source, now),
        digest=digest_of(raw),
        document=document,
        findings=tuple(findings),
    )


def _unchanged(source: Source, known: Known | None, now: int) -> Known | None:
    """What is known of the source, if its bytes are the same."""
    if known is None:
        return None
    if known.settled and known.stamp == source.stamp:
        return known
    try:
        digest = digest_of(source.file.read_bytes())
    except OSError:
        return None
    if digest != known.digest:
        return None
    return replace(known, stamp=source.stamp, settled=_is_settled(source, now))


def _is_settled(source: Source, now: int) -> bool:
    return bool(source.stamp) and max(source.stamp[1:3]) + TICK < now


def _load(file: Path, salt: str) -> dict[str, Known]:
    """What was saved with the same salt; empty for whatever else may be there."""
    try:
        with file.open("rb") as saved:
            if saved.readline().decode().strip() != salt:
                return {}
            known: dict[str, Known] = pickle.load(saved)
            return known
    except (OSError, ValueError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return {}


def _save(folder: Path, salt: str, known: dict[str, Known], base: dict[str, Known]) -> None:
    """Replace what is saved: beside the base, what differs from it, while that is little."""
    changes = {path: each for path, each in known.items() if each is not base.get(path)}
    if base and known.keys() >= base.keys() and len(changes) * 10 < len(base):
        _dump(folder / CHANGES, f"{salt} {_age(folder)}", changes)
        return
    _dump(folder / FILE, salt, known)
    (folder / CHANGES).unlink(missing_ok=True)
    # Only now is it known which shelves nothing stands on any more.
    used = {
        known.document.body.pieces.shelf.file
        for known in known.values()
        if known.document and isinstance(known.document.body.pieces, Shelved)
    }
    for file in folder.glob("*.pieces"):
        if file not in used:
            file.unlink(missing_ok=True)


def _dump(file: Path, salt: str, known: dict[str, Known]) -> None:
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with new.open("wb") as saving:
        saving.write(f"{salt}\n".encode())
        pickle.dump(known, saving, pickle.HIGHEST_PROTOCOL)
    new.replace(file)


def _age(folder: Path) -> int:
    """Of the base: changes belong to one base alone."""
    return (folder / FILE).stat().st_mtime_ns


def load_trace(folder: Path) -> Trace | None:
    """What the last build wrote and why; None where that is not known."""
    try:
        kept = marshal.loads((folder / TRACE).read_bytes())
        key, before, questions, digests, outputs = kept
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return Trace(
        key=key,
        structure=before,
        questions=questions,
        digests=digests,
        outputs={path: Traced(*traced) for path, traced in outputs.items()},
    )


def save_trace(folder: Path, trace: Trace) -> None:
    """Replace it as a whole. A question that is not made of plain values is as good as new."""
    outputs = {path: tuple(traced) for path, traced in trace.outputs.items()}
    try:
        kept = marshal.dumps((trace.key, trace.structure, trace.questions, trace.digests, outputs))
    except ValueError:
        (folder / TRACE).unlink(missing_ok=True)
        return
    new = folder / f"{TRACE}.{os.getpid()}.new"
    new.write_bytes(kept)
    new.replace(folder / TRACE)


def salt_of(*parts: object) -> str:
    """Stands for values by their `repr`, and for the program and its libraries as installed."""
    return digest_of(repr((parts, _program())))


@lru_cache(maxsize=1)
def _program() -> tuple[object, ...]:
    """Every file of the program as it lies there, and every library by name and version."""
    home = Path(__file__).parent
    own = tuple(
        (str(file.relative_to(home)), status.st_size, status.st_mtime_ns)
        for file in sorted(home.rglob("*.py"))
        for status in (file.stat(),)
    )
    spec = find_spec("pydantic")
    libraries = Path(spec.origin or "").parent.parent if spec else home
    names = sorted(entry.name for entry in libraries.glob("*.dist-info"))
    return sys.version, own, tuple(names)
