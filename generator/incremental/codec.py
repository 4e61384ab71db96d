"""Readings and diagnostics as bytes, and back: MessagePack in the types of the model.

MessagePack has no time zones, and would change the types of some values that YAML has, such as
dates. So moments are stored as text with the zone's name, and `extra` and cached front matter are
pickled. A value that MessagePack can't hold at all is pickled as a whole: a file name that isn't
Unicode, an integer of more than 64 bits.
"""

import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import msgpack
from msgspec.structs import asdict, replace

from ..model.diagnostic import Diagnostic
from ..model.document import Body, Document, Piece, Source
from ..read.documents import Reading

StoredMoment = tuple[str, str, int]
"""ISO 8601, the name of the zone if it has one, and `datetime.fold`."""

_NAMES = tuple(field.name for field in fields(Document))
_MOMENTS = ("date", "lastmod", "expires")
_TYPES: dict[str, Any] = {
    **{field.name: field.type for field in fields(Document)},
    **dict.fromkeys(_MOMENTS, StoredMoment | None),
    "extra": bytes,
}
_STORED_DOCUMENT: Any = tuple[tuple(_TYPES.values())]  # type: ignore[misc]
_READINGS = msgpack.Decoder(tuple[list[Diagnostic], bytes, _STORED_DOCUMENT | None])
_PIECES = msgpack.Decoder(tuple[Piece, ...])
_DIAGNOSTICS = msgpack.Decoder(tuple[Diagnostic, ...])
_encode = msgpack.Encoder().encode
_PICKLED = b"\x80"
"""First byte of a pickle, which begins none of our values in MessagePack."""


class StoredBody(Body, frozen=True, kw_only=True, array_like=True):
    """A body whose pieces are in a segment of the cache."""

    load: Callable[[], bytes]

    def load_pieces(self) -> tuple[Piece, ...]:
        """Read and decode the pieces; they aren't kept."""
        return decode_pieces(self.load())


class Shared:
    """Values that many documents have in common, each held once."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._places: dict[tuple[Any, ...], Mapping[str, tuple[int, int]]] = {}
        self.empty: Mapping[str, Any] = {}

    def word(self, word: str) -> str:
        """Return an equal word that is held already."""
        return self._words.setdefault(word, word)

    def terms(self, terms: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """Return terms made of shared words."""
        return {self.word(name): tuple(map(self.word, words)) for name, words in terms.items()}

    def places(self, places: Mapping[str, tuple[int, int]]) -> Mapping[str, tuple[int, int]]:
        """Return equal places that are held already."""
        return self._places.setdefault(tuple(places.items()), places)


def encode_reading(reading: Reading) -> tuple[bytes, bytes]:
    """Return a reading without the pieces of its body, and the pieces; none if it has no body."""
    document = reading.document
    front = pickle.dumps(reading.front) if reading.front else b""
    stored = _stored(document) if document else None
    pieces = encode(document.body.pieces) if document else b""
    return encode((reading.findings, front, stored)), pieces


def decode_reading(item: bytes, load: Callable[[], bytes], shared: Shared) -> Reading:
    """Return the reading that was encoded; `load` returns its encoded pieces."""
    findings, front, stored = _decode(item, _READINGS)
    return Reading(
        document=_restored(stored, load, shared) if stored else None,
        findings=findings,
        front=pickle.loads(front) if front else None,
    )


def decode_pieces(encoded: bytes) -> tuple[Piece, ...]:
    """Return the pieces that were encoded."""
    pieces: tuple[Piece, ...] = _decode(encoded, _PIECES)
    return pieces


def encode_diagnostics(diagnostics: tuple[Diagnostic, ...]) -> bytes:
    """Return diagnostics as bytes; none if there are none."""
    return encode(diagnostics) if diagnostics else b""


def decode_diagnostics(encoded: bytes) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that were encoded; none for no bytes."""
    diagnostics: tuple[Diagnostic, ...] = _decode(encoded, _DIAGNOSTICS) if encoded else ()
    return diagnostics


def encode(value: object) -> bytes:
    """Return a value as MessagePack, or pickled if it doesn't fit."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, OverflowError):
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _decode(encoded: bytes, decoder: "msgpack.Decoder[Any]") -> Any:
    return pickle.loads(encoded) if encoded[:1] == _PICKLED else decoder.decode(encoded)


def _stored(document: Document) -> list[object]:
    """Return the values of the document's fields as `_TYPES` has them, without its pieces.

    The source is stored without its location and stat, which are of one reading only.
    """
    values: dict[str, Any] = {name: getattr(document, name) for name in _NAMES}
    source = document.source
    values["source"] = Source(path=source.path, kind=source.kind, location="")
    values["body"] = replace(document.body, pieces=())
    values["extra"] = pickle.dumps(document.extra) if document.extra else b""
    for name in _MOMENTS:
        values[name] = _stored_moment(values[name])
    return list(values.values())


def _restored(stored: Iterable[Any], load: Callable[[], bytes], shared: Shared) -> Document:
    values = dict(zip(_NAMES, stored, strict=True))
    for name in _MOMENTS:
        values[name] = _moment(values[name])
    values["body"] = StoredBody(**asdict(values["body"]), load=load)
    values["extra"] = pickle.loads(values["extra"]) if values["extra"] else shared.empty
    values["terms"], values["places"] = (
        shared.terms(values["terms"]),
        shared.places(values["places"]),
    )
    values["language"] = shared.word(values["language"])
    values["section"] = shared.word(values["section"])
    return Document(**values)


def _stored_moment(moment: datetime | None) -> StoredMoment | None:
    if moment is None:
        return None
    key = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else ""
    return (moment.replace(tzinfo=None) if key else moment).isoformat(), key or "", moment.fold


def _moment(stored: StoredMoment | None) -> datetime | None:
    if stored is None:
        return None
    text, key, fold = stored
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=ZoneInfo(key) if key else moment.tzinfo, fold=fold)
