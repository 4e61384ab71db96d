"""Suppress an address, or lift a suppression: the row, and the event that proves it.

Row and chain name the address only by its HMAC, and both survive erasure. The HMAC is part of the
chain's subject, so `verify` finds rows that were deleted, added or changed by hand without knowing
the address or the key. Callers hold the lock of the contact with that address; the database's
unique constraint keeps the chain from forking.
"""

from collections.abc import Mapping

from sqlalchemy import delete, insert

from ...declared.canonical import Json
from ...permission.ledger import Entry, Kind, Method, spell
from ...permission.record import Scope
from ..database.tables import suppression
from .rows import LedgerWriter

SUBJECT_PREFIX = "suppression:"
"""Prefix of the subject of an address's chain, before the HMAC."""


def add(writer: LedgerWriter, address: str, scope: Scope, *, key_id: str, reason: str) -> None:
    """Suppress an address, given as its HMAC under the key with id `key_id`.

    A suppression of the same scope is replaced.
    """
    _delete(writer, address, scope)
    fields = {"scope": scope.value, "reason": reason, "key_id": key_id}
    row = {"address": address, "at": spell(writer.now), **fields}
    writer.connection.execute(insert(suppression).values(row))
    _append(writer, address, Kind.SUPPRESSED, fields)


def lift(writer: LedgerWriter, address: str, scope: Scope, *, reason: str) -> None:
    """End a suppression and record the owner's reason. Does nothing if there is none."""
    if _delete(writer, address, scope):
        _append(writer, address, Kind.LIFTED, {"scope": scope.value, "reason": reason})


def _append(writer: LedgerWriter, address: str, kind: Kind, fields: Mapping[str, Json]) -> None:
    writer.append(SUBJECT_PREFIX + address, [Entry(kind=kind, method=Method.RULE, detail=fields)])


def _delete(writer: LedgerWriter, address: str, scope: Scope) -> bool:
    row = (suppression.c.address == address) & (suppression.c.scope == scope)
    return writer.connection.execute(delete(suppression).where(row)).rowcount > 0
