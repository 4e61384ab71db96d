"""What earlier builds know, by content. A missing or foreign cache only makes a build slower.

.atrae/cache/documents    a row for each source: where its document stands, and for which bytes
.atrae/cache/*.shelf      documents as they were read, each followed by the pieces of its body
"""

import marshal
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from ..model.diagnostic import Diagnostic
from ..model.digest import digest_of
from ..model.document import Document, Source
from ..model.file_stat import TICK
from ..parallel import each
from ..read.decode import unreadable
from ..read.documents import Reading
from ..read.front_matter.split import CachedFrontMatter
from .alike import Alike
from .named import Named
from .packed import opened, packed
from .shelf import Adding, Shelf, Shelved
from .snapshot import stamps_of
from .whole import write_whole

FILE = "documents"
MANY = 32
"""Shelves, after which what still counts is put together on one."""


class Row(NamedTuple):
    """Where one document stands. Of plain values, for there are thousands."""

    stamp: tuple[int, ...]
    settled: bool
    """Whether the stamp alone tells that the bytes are the same: the file was old by then."""
    digest: str
    """Of the source's bytes."""
    shelf: str
    at: int
    length: int
    pieces: int
    """So many bytes of pieces follow."""


Read = Callable[[Source, bytes, CachedFrontMatter | None], Reading]
"""Reads the bytes of a source; what is kept of its front matter before may help."""


class Cache:
    """Every document as it was read last."""

    def __init__(self, folder: Path, *, salt: str | None = None) -> None:
        """`salt` stands for all that reading depends on, beside the sources; None where nothing of
        that has changed."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._salt = folder, salt
        self._began = time.time_ns()
        self._process = os.getpid()
        self._shelves: dict[str, Shelf] = {}
        self._fresh: dict[str, Reading] = {}
        """What was read in this process, until it is asked for: it need not be opened again."""
        self._rows: dict[str, Row] = {}
        """Those that were not saved yet."""
        self._is_all = False
        """Whether they are all that is known."""
        self._shelved_on: set[str] = set()
        """At least the shelves that something saved stands on."""
        self._saved = self._load()

    def read_all(
        self, sources: Sequence[Source], read: Read, *, workers: int
    ) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
        """What `read` makes of each source, read again only where its bytes are not those of
        before; what is known of others is forgotten."""
        now = time.time_ns()
        known = {s.path: row for s in sources if (row := self._unchanged(s, now))}
        missing = [source for source in sources if source.path not in known]
        read_some = partial(self._read, read=read, now=now)
        rows = chain.from_iterable(each(read_some, missing, workers=workers))
        for source, row in zip(missing, rows, strict=True):
            # The stamp is the source's own again, though the row may come from a worker.
            known[source.path] = row._replace(stamp=source.stamp) if row.stamp else row
        self._rows, self._is_all = known, True
        alike = Alike()
        documents, findings = [], []
        # One after the other: what is let go of one is room for the next.
        for source in sources:
            held = alike.held(self._reading(source), source)
            findings += held.findings
            if held.document:
                documents.append(held.document)
        return tuple(documents), tuple(findings)

    def read_again(self, source: Source, read: Read) -> Reading:
        """The same for one of the sources that has changed."""
        (self._rows[source.path],) = self._read([source], read=read, now=time.time_ns())
        return self._reading(source)

    def documents(self, paths: Sequence[str]) -> list[Document]:
        """The documents of sources that have one, as they were saved last; each is opened when it
        is asked. Raises `LookupError` where nothing is saved."""
        if paths and paths[0] not in self._saved:
            raise LookupError(paths[0])
        return Document.each_later(partial(self._document, self._saved), paths)

    def save(self) -> None:
        """Keep it for the next build."""
        if self._is_saved():
            self._settle()
            return
        if len(self._shelves_used()) > MANY:
            self._rows, self._is_all = {**self._all_saved(), **self._rows}, True
            if len(self._shelves_used()) > MANY:
                self._gather()
        rows = dict(zip(self._rows, map(tuple, self._rows.values()), strict=True))
        self._shelved_on = self._shelves_used()
        self._saved = Named.of(rows) if self._is_all else self._saved.after(rows)
        shelves = {name: self._stamp(name) for name in self._shelved_on}
        write_whole(self._folder / FILE, marshal.dumps((self._salt, shelves, *self._saved.parts)))
        self._settle()
        # What is saved stays as it is: the next document goes onto another shelf.
        self._began = time.time_ns()
        # Only now is it known which shelves nothing stands on any more.
        for file in self._folder.glob("*.shelf"):
            if file.name not in shelves:
                file.unlink(missing_ok=True)

    def _row(self, path: str) -> Row | None:
        """What is known of a source."""
        if self._is_all or path in self._rows:
            return self._rows.get(path)
        saved = self._saved.get(path)
        return Row._make(saved) if saved else None

    def _all_saved(self) -> dict[str, Row]:
        # As `Row(*row)` of each, in a quarter of the time.
        made = partial(tuple.__new__, Row)
        return {path: made(row) for path, row in self._saved.items()}

    def _is_saved(self) -> bool:
        return self._rows == (self._all_saved() if self._is_all else {})

    def _shelves_used(self) -> set[str]:
        """The shelves that something stands on; where not all is known, others too."""
        used = {row.shelf for row in self._rows.values()}
        return used if self._is_all else used | self._shelved_on

    def _settle(self) -> None:
        """Hold what is saved alone."""
        self._rows, self._is_all = {}, False
        self._saved = Named(*self._saved.parts)

    def _unchanged(self, source: Source, now: int) -> Row | None:
        """What is known of the source, if its bytes are the same."""
        row = self._row(source.path)
        if row is None or (row.settled and row.stamp == source.stamp):
            return row
        try:
            digest = digest_of(source.file.read_bytes())
        except OSError:
            return None
        if digest != row.digest:
            return None
        return row._replace(stamp=source.stamp, settled=_is_settled(source, now))

    def _read(self, sources: Iterable[Source], *, read: Read, now: int) -> list[Row]:
        shelf = self._adding()
        read_now, rows = [], []
        for source in sources:
            known = self._row(source.path)
            front = _opened(known, self._shelf(known.shelf)).front if known else None
            raw, reading = _bytes(source, read, front)
            rows.append(_put(shelf, source, raw, reading, now))
            read_now.append((source.path, reading))
        shelf.flush()
        # A worker keeps nothing: it could not be seen from outside.
        if os.getpid() == self._process:
            for (path, reading), row in zip(read_now, rows, strict=True):
                self._fresh[path] = _shelved(reading, row, self._shelf(row.shelf))
        return rows

    def _reading(self, source: Source) -> Reading:
        fresh = self._fresh.pop(source.path, None)
        row = self._rows[source.path]
        return fresh or _opened(row, self._shelf(row.shelf))

    def _document(self, saved: Named, path: str) -> Document:
        row = Row(*saved.get(path) or ())
        document = _opened(row, self._shelf(row.shelf)).document
        assert document is not None, "a row without a document is not asked for one"
        return document

    def _shelf(self, name: str) -> Shelf:
        if name not in self._shelves:
            self._shelves[name] = Shelf(self._folder / name)
        return self._shelves[name]

    def _stamp(self, name: str) -> tuple[int, int]:
        """What tells that nobody has changed a shelf. Raises `OSError`."""
        status = (self._folder / name).stat()
        return status.st_size, status.st_mtime_ns

    def _adding(self) -> Adding:
        """The shelf of this process."""
        return Adding(self._folder / f"{self._began}-{os.getpid()}.shelf")

    def _gather(self) -> None:
        self._began = time.time_ns()
        shelf = self._adding()
        for path, row in self._rows.items():
            at = shelf.add(self._shelf(row.shelf).read(row.at, row.length + row.pieces))
            self._rows[path] = row._replace(shelf=shelf.name, at=at)
        shelf.flush()

    def _load(self) -> Named:
        """What was saved with the same salt; empty for whatever else may be there."""
        try:
            salt, shelves, names, packs = marshal.loads((self._folder / FILE).read_bytes())
            if self._salt not in (None, salt):
                return Named()
            self._salt = salt
            for name, stamp in shelves.items():
                self._shelf(name)
                if self._stamp(name) != stamp:
                    return Named()
            saved = Named(names, packs)
        except (OSError, ValueError, EOFError, TypeError, AttributeError):
            return Named()
        self._shelved_on = set(shelves)
        return saved


def _opened(row: Row, shelf: Shelf) -> Reading:
    pieces = Shelved(shelf, row.at + row.length, row.pieces)
    return opened(shelf.read(row.at, row.length), pieces)


def _shelved(reading: Reading, row: Row, shelf: Shelf) -> Reading:
    """The same, whose pieces are on the shelf alone from now on."""
    if reading.document:
        # It was made just now, and nobody else has it yet.
        pieces = Shelved(shelf, row.at + row.length, row.pieces)
        object.__setattr__(reading.document.body, "pieces", pieces)
    return reading


def _bytes(
    source: Source, read: Read, front: CachedFrontMatter | None
) -> tuple[bytes | None, Reading]:
    """What stands in the source, and what it says."""
    try:
        # Without a buffer and a path of its own: half of the time of reading a small file.
        with open(source.where, "rb", buffering=0) as file:  # noqa: PTH123
            raw = file.read()
    except OSError as wrong:
        return None, Reading(document=None, findings=[unreadable(source, wrong)])
    return raw, read(source, raw, front)


def _put(shelf: Adding, source: Source, raw: bytes | None, reading: Reading, now: int) -> Row:
    item, pieces = packed(reading)
    return Row(
        stamp=source.stamp if raw is not None else (),
        settled=_is_settled(source, now),
        digest=digest_of(raw or b""),
        shelf=shelf.name,
        at=shelf.add(item, pieces),
        length=len(item),
        pieces=len(pieces),
    )


def _is_settled(source: Source, now: int) -> bool:
    return bool(source.stamp) and max(source.stamp[1:3]) + TICK < now


def salt_of(*parts: object) -> str:
    """Stands for values by their `repr`, and for the program and its libraries as installed."""
    return digest_of(repr((parts, _program())))


@lru_cache(maxsize=1)
def _program() -> tuple[object, ...]:
    """Every file of the program as it lies there, and every library by name and version."""
    home = Path(__file__).parents[1]
    own = tuple(stamps_of(str(home), ".py"))
    spec = find_spec("pydantic")
    libraries = Path(spec.origin or "").parent.parent if spec else home
    names = sorted(entry.name for entry in libraries.glob("*.dist-info"))
    return sys.version, own, tuple(names)
