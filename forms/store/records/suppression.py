"""Suppress an address, or lift a suppression: the row, and the event that proves it.

Row and chain name the address only by its HMAC, and both survive erasure. The HMAC is part of the
chain's subject, so `verify` finds rows that were deleted, added or changed by hand without knowing
the address or the key. Callers hold the lock of the contact with that address; the database's
unique constraint keeps the chain from forking.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from ...permission.ledger import Entry, Kind, Method, spell
from ...permission.record import Scope
from ..database.tables import suppression
from .rows import append

SUBJECT_PREFIX = "suppression:"
"""Prefix of the subject of an address's chain, before the HMAC."""


def add(
    connection: Connection,
    address: str,
    scope: Scope,
    *,
    key_id: str,
    reason: str,
    now: datetime,
    salts: Iterable[str],
) -> None:
    """Suppress an address, given as its HMAC under the key with id `key_id`.

    A suppression of the same scope is replaced.
    """
    _delete(connection, address, scope)
    fields = {"scope": scope.value, "reason": reason, "key_id": key_id}
    connection.execute(insert(suppression).values(address=address, at=spell(now), **fields))
    entry = Entry(kind=Kind.SUPPRESSED, method=Method.RULE, detail=dict(fields))
    append(connection, SUBJECT_PREFIX + address, [entry], at=now, salts=salts)


def lift(
    connection: Connection,
    address: str,
    scope: Scope,
    *,
    reason: str,
    now: datetime,
    salts: Iterable[str],
) -> None:
    """End a suppression and record the owner's reason. Does nothing if there is none."""
    if _delete(connection, address, scope):
        fields = {"scope": scope.value, "reason": reason}
        entry = Entry(kind=Kind.LIFTED, method=Method.RULE, detail=dict(fields))
        append(connection, SUBJECT_PREFIX + address, [entry], at=now, salts=salts)


def _delete(connection: Connection, address: str, scope: Scope) -> bool:
    row = (suppression.c.address == address) & (suppression.c.scope == scope)
    return connection.execute(delete(suppression).where(row)).rowcount > 0
