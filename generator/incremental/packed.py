"""Readings as bytes, and back.

Nearly all that is said of a document is taken apart into plain values first, which are packed and
opened in half of the time that objects take; what is rare is packed as it is.
"""

import pickle
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..model.document import (
    Body,
    Code,
    Document,
    Heading,
    Image,
    Link,
    Piece,
    Source,
    SourceKind,
    StoredPieces,
)
from ..model.value import made_of, parts_of
from ..read.documents import Reading

_AT = {field.name: at for at, field in enumerate(fields(Document))}
_SOURCE, _BODY = _AT["source"], _AT["body"]
_MOMENTS = (_AT["date"], _AT["lastmod"], _AT["expires"])
_PIECES, _HOLES = (
    next(at for at, field in enumerate(fields(Body)) if field.name == name)
    for name in ("pieces", "holes")
)
_KINDS: tuple[type[Piece], ...] = (Link, Image, Code, Heading)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}


def packed(reading: Reading) -> tuple[bytes, bytes]:
    """The reading, and the pieces of its body for themselves."""
    document = reading.document
    if document is None:
        return _dumped((reading.findings, reading.front, None)), b""
    body, said = list(parts_of(document.body)), list(parts_of(document))
    pieces = _dumped(_flat(body[_PIECES]))
    body[_PIECES], body[_HOLES] = None, _flat(body[_HOLES])
    path, kind, where, stamp = parts_of(document.source)
    said[_BODY], said[_SOURCE] = body, (path, kind.value, where, stamp)
    for at in _MOMENTS:
        said[at] = _plain(said[at])
    return _dumped((reading.findings, reading.front, said)), pieces


def opened(item: bytes, pieces: tuple[Piece, ...] | StoredPieces) -> Reading:
    """The reading that was packed; its body has these pieces."""
    findings, front, said = pickle.loads(item)
    if said is None:
        return Reading(document=None, findings=findings, front=front)
    body = said[_BODY]
    body[_PIECES], body[_HOLES] = pieces, _whole(body[_HOLES])
    path, kind, where, stamp = said[_SOURCE]
    source = Source(path=path, kind=SourceKind(kind), location=where, stat=stamp)
    said[_BODY], said[_SOURCE] = made_of(Body, body), source
    for at in _MOMENTS:
        said[at] = _moment(said[at])
    return Reading(document=made_of(Document, said), findings=findings, front=front)


def opened_pieces(packed: bytes) -> tuple[Piece, ...]:
    """The pieces that were packed."""
    return _whole(pickle.loads(packed))


def _dumped(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _flat(pieces: Iterable[Piece]) -> list[object]:
    """Texts as they are, and of the usual holes a number for the kind and what they say."""
    flat: list[object] = []
    for piece in pieces:
        number = _NUMBERS.get(type(piece))
        flat.append(piece if number is None else (number, *parts_of(piece)))
    return flat


def _whole(flat: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(
        [made_of(_KINDS[said[0]], said[1:]) if type(said) is tuple else said for said in flat]
    )


def _plain(moment: datetime | None) -> object:
    """A text, with the name of its zone if it has one; another moment stays what it is."""
    if moment is None or moment.fold:
        return moment
    zone = moment.tzinfo
    if zone is UTC:
        return moment.isoformat()
    if type(zone) is ZoneInfo and zone.key:
        return moment.replace(tzinfo=None).isoformat(), zone.key
    return moment


def _moment(plain: Any) -> datetime | None:
    match plain:
        case str():
            return datetime.fromisoformat(plain)
        case (str() as moment, key):
            return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(key))
        case _:
            found: datetime | None = plain
            return found
