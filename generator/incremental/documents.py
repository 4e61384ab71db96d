"""Documents as they were read last. A cache that is missing or foreign only makes builds slower.

.atrae/cache/documents     an entry for each source: where its document is, and for which bytes
.atrae/cache/*.segment     readings, each followed by the pieces of its body

There is one segment. It's copied into a new one when most of it isn't needed any more.

Readings are pickled, because MessagePack would lose time zones and types of front matter. Bodies
are MessagePack, which is faster, unless it can't hold one: then it's pickled, too.
"""

import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from msgspec import msgpack
from msgspec.structs import asdict, replace

from ..model.diagnostic import Diagnostic
from ..model.digest import digest_of
from ..model.document import Body, Document, Piece, Source, SourceKind
from ..model.file_stat import TICK, FileStat
from ..parallel import map_chunks
from ..read.documents import Reading
from ..read.front_matter.split import CachedFrontMatter
from ..read.sources import unreadable
from .store import PACK, PackedTable, Segment, read_record, remove_unused, write_record

FILE = "documents"

T = TypeVar("T")


class Entry(NamedTuple):
    """Location of a stored reading in the segment."""

    stat: FileStat
    is_settled: bool
    """The file can't change any more without changing its stat."""
    digest: str
    """Digest of the source's bytes."""
    offset: int
    length: int
    pieces_length: int
    """Bytes of the body's pieces, which follow."""

    @property
    def size(self) -> int:
        """Bytes of the whole reading."""
        return self.length + self.pieces_length


_NAMES = tuple(field.name for field in fields(Document))
_BODY, _PIECES = msgpack.Decoder(Body), msgpack.Decoder(tuple[Piece, ...])
_PICKLED = b"\x80"
"""First byte of a pickle, which begins no array in MessagePack."""

Shared = dict[Any, Any]
"""Values that many documents have in common, each held once."""


class StoredBody(Body, frozen=True, kw_only=True, array_like=True):
    """A body whose pieces are in a segment of the cache."""

    load: Callable[[], bytes]

    def load_pieces(self) -> tuple[Piece, ...]:
        """Read and decode the pieces; they aren't kept."""
        return _decode(self.load(), _PIECES)


def encode_reading(reading: Reading) -> tuple[bytes, bytes]:
    """Return a reading without the pieces of its body, and the pieces; none if it has no body.

    The source is stored without its location and stat, which are of one reading only.
    """
    document = reading.document
    values: dict[str, Any] = {}
    pieces = b""
    if document:
        values = {name: getattr(document, name) for name in _NAMES}
        values["source"] = document.source.path, document.source.kind.value
        values["body"] = _encode(replace(document.body, pieces=()))
        pieces = _encode(document.body.pieces)
    item = reading.findings, reading.front, tuple(values.values())
    return pickle.dumps(item, pickle.HIGHEST_PROTOCOL), pieces


def decode_reading(item: bytes, load: Callable[[], bytes], shared: Shared) -> Reading:
    """Return the reading that was encoded; `load` returns its encoded pieces."""
    findings, front, stored = pickle.loads(item)
    if not stored:
        return Reading(document=None, findings=findings, front=front)
    values = dict(zip(_NAMES, stored, strict=True))
    path, kind = values["source"]
    values["source"] = Source(path=path, kind=SourceKind(kind), location="")
    values["body"] = StoredBody(**asdict(_decode(values["body"], _BODY)), load=load)

    def share(word: str) -> str:
        return shared.setdefault(word, word)  # type: ignore[no-any-return]

    values["language"], values["section"] = share(values["language"]), share(values["section"])
    values["terms"] = {share(k): tuple(map(share, v)) for k, v in values["terms"].items()}
    places = values["places"]
    values["places"] = shared.setdefault(tuple(places.items()), places)
    return Reading(document=Document(**values), findings=findings, front=front)


def _encode(value: object) -> bytes:
    try:
        return msgpack.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _decode(encoded: bytes, decoder: msgpack.Decoder[T]) -> T:
    value: T = pickle.loads(encoded) if encoded[:1] == _PICKLED else decoder.decode(encoded)
    return value


Read = Callable[[Source, bytes, CachedFrontMatter | None], Reading]
"""Reads the bytes of a source; the front matter that was cached for it may help."""


class DocumentCache:
    """The documents of a site as they were read last.

    Callers of methods that read or save hold the lock of the cache, see `store.exclusive`.
    """

    def __init__(self, folder: Path, *, fingerprint: str | None = None) -> None:
        """Open the cache.

        `fingerprint` is the digest of everything that reading depends on beside the sources; None
        if it's known that nothing of that changed.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = str(folder)
        self._segment: Segment | None = None
        self._shared: Shared = {}
        self._entries: dict[str, Entry] = {}
        """Entries that are not saved yet."""
        self._is_complete = False
        """`_entries` holds every entry that counts."""
        self._unneeded = 0
        """Bytes of the segment that no saved entry needs, as far as it's known."""
        self.fingerprint, self._saved = self._load(fingerprint)

    def read_all(
        self, sources: Sequence[Source], read: Read, *, workers: int
    ) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
        """Return the documents and findings of all sources. Entries of other sources are dropped.

        A source is read again only if its bytes changed.
        """
        now = time.time_ns()
        known = {s.path: entry for s in sources if (entry := self._unchanged(s, now))}
        missing = [source for source in sources if source.path not in known]
        if missing:
            self._open_segment()  # which the workers share
        read_some = partial(self._read, read=read, now=now)
        entries = chain.from_iterable(map_chunks(read_some, missing, workers=workers))
        for source, entry in zip(missing, entries, strict=True):
            # The source's own stat, because an equal one saves memory.
            known[source.path] = entry._replace(stat=source.stat) if entry.stat else entry
        self._entries, self._is_complete = known, True
        readings = [self._reading(known[source.path]) for source in sources]
        documents = tuple(reading.document for reading in readings if reading.document)
        return documents, tuple(finding for reading in readings for finding in reading.findings)

    def read_again(self, source: Source, read: Read) -> Reading:
        """Read one source again, and return the reading."""
        (entry,) = self._read([source], read=read, now=time.time_ns())
        self._entries[source.path] = entry
        return self._reading(entry)

    def documents(self, paths: Sequence[str]) -> list[Document]:
        """Return the saved documents of sources that have one; each is read when it's first used.

        Raises `LookupError` if nothing is saved.
        """
        if paths and paths[0] not in self._saved:
            raise LookupError(paths[0])
        # This segment stays open, whatever is saved meanwhile.
        return Document.later(partial(self._document, self._saved, self._open_segment()), paths)

    def save(self) -> None:
        """Store the entries for the next build."""
        if self._is_saved():
            self._settle()
            return
        segment = self._open_segment()
        if self._is_complete:
            self._unneeded = segment.size - sum(e.size for e in self._entries.values())
        else:
            replaced = (self._saved.get(path) for path in self._entries)
            self._unneeded += sum(Entry(*row).size for row in replaced if row)
        if self._unneeded > segment.size // 2:
            segment = self._copy_needed()
        rows = dict(zip(self._entries, map(tuple, self._entries.values()), strict=True))
        self._saved = PackedTable.of(rows) if self._is_complete else self._saved.updated(rows)
        values = segment.name, segment.size, self._unneeded
        write_record(f"{self._folder}/{FILE}", self.fingerprint, *values, *self._saved.parts)
        self._settle()
        # Only now it's known that the others aren't needed any more.
        remove_unused(self._folder, segment.name)

    def _entry(self, path: str) -> Entry | None:
        if self._is_complete or path in self._entries:
            return self._entries.get(path)
        saved = self._saved.get(path)
        return Entry._make(saved) if saved else None

    def _saved_entries(self) -> dict[str, Entry]:
        # As `Entry(*row)` for each, in a quarter of the time.
        entry = partial(tuple.__new__, Entry)
        return {path: entry(row) for path, row in self._saved.items()}

    def _is_saved(self) -> bool:
        return self._entries == (self._saved_entries() if self._is_complete else {})

    def _settle(self) -> None:
        """Keep only saved entries in memory."""
        self._entries, self._is_complete = {}, False
        self._saved = PackedTable(*self._saved.parts)

    def _unchanged(self, source: Source, now: int) -> Entry | None:
        """Return the entry of a source if its bytes are the same."""
        entry = self._entry(source.path)
        if entry is None or (entry.is_settled and entry.stat == source.stat):
            return entry
        try:
            digest = digest_of(source.file.read_bytes())
        except OSError:
            return None
        if digest != entry.digest:
            return None
        return entry._replace(stat=source.stat, is_settled=_is_settled(source, now))

    def _read(self, sources: Iterable[Source], *, read: Read, now: int) -> list[Entry]:
        segment = self._open_segment()
        entries: list[Entry] = []
        contents: list[bytes] = []
        offset = 0
        for source in sources:
            known = self._entry(source.path)
            front = self._reading(known).front if known else None
            raw, reading = _read_source(source, read, front)
            item, pieces = encode_reading(reading)
            contents += (item, pieces)
            entries.append(
                Entry(
                    stat=source.stat if raw is not None else (),
                    is_settled=_is_settled(source, now),
                    digest=digest_of(raw or b""),
                    offset=offset,
                    length=len(item),
                    pieces_length=len(pieces),
                )
            )
            offset += len(item) + len(pieces)
        start = segment.append(b"".join(contents))
        return [entry._replace(offset=start + entry.offset) for entry in entries]

    def _reading(self, entry: Entry) -> Reading:
        return self._load_reading(entry, self._open_segment())

    def _load_reading(self, entry: Entry, segment: Segment) -> Reading:
        item = segment.read(entry.offset, entry.length)
        pieces = partial(segment.read, entry.offset + entry.length, entry.pieces_length)
        return decode_reading(item, pieces, self._shared)

    def _document(self, saved: PackedTable, segment: Segment, path: str) -> Document:
        entry = Entry(*saved.get(path) or ())
        document = self._load_reading(entry, segment).document
        assert document is not None, "only sources that have a document are asked for"
        return document

    def _open_segment(self) -> Segment:
        if self._segment is None:
            self._segment = Segment.create(self._folder)
        return self._segment

    def _copy_needed(self) -> Segment:
        """Copy every reading that counts into a new segment, and return it."""
        saved = {} if self._is_complete else self._saved_entries()
        entries = list({**saved, **self._entries}.items())
        old = self._open_segment()
        self._segment = segment = Segment.create(self._folder)
        self._is_complete, self._unneeded = True, 0
        for part in (entries[first : first + PACK] for first in range(0, len(entries), PACK)):
            contents = [old.read(entry.offset, entry.size) for _, entry in part]
            offset = segment.append(b"".join(contents))
            for (path, entry), content in zip(part, contents, strict=True):
                self._entries[path] = entry._replace(offset=offset)
                offset += len(content)
        return segment

    def _load(self, fingerprint: str | None) -> tuple[str, PackedTable]:
        """Return the saved fingerprint and entries; no entries if they can't be used."""
        try:
            saved_fingerprint, (name, size, unneeded, *parts) = read_record(
                f"{self._folder}/{FILE}", fingerprint
            )
            saved, segment = PackedTable(*parts), Segment(f"{self._folder}/{name}")
            if segment.size < size:
                raise LookupError(name)
        except (LookupError, OSError, ValueError, TypeError, AttributeError):
            return fingerprint or "", PackedTable()
        self._segment, self._unneeded = segment, unneeded
        return saved_fingerprint, saved


def load_all(documents: Iterable[Document]) -> None:
    """Load every document that isn't yet, so that workers forked afterwards share them."""
    deque(map(attrgetter("digest"), documents), maxlen=0)


def _read_source(
    source: Source, read: Read, front: CachedFrontMatter | None
) -> tuple[bytes | None, Reading]:
    """Return a source's bytes, if they can be read, and its reading."""
    try:
        # Without a buffer and a path of its own: half of the time of reading a small file.
        with open(source.location, "rb", buffering=0) as file:  # noqa: PTH123
            raw = file.read()
    except OSError as error:
        return None, Reading(document=None, findings=[unreadable(source, error)])
    return raw, read(source, raw, front)


def _is_settled(source: Source, now: int) -> bool:
    return bool(source.stat) and max(source.stat[1:3]) + TICK < now
