"""Suppressing an address, and lifting that again: the row, and the event that vouches for it.

The row and the chain name the address by its HMAC alone, and both survive erasure. The chain has
that HMAC as its subject (`subject_of`), so that a row that was cut, added or altered by hand is
found without the address and without the key. Whoever writes holds the lock of the contact with
that address: a chain cannot fork, the database refuses it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from ...permission.ledger import Entry, Kind, spell
from ...permission.record import Scope
from ..database.tables import suppression
from .rows import append

PREFIX = "suppression:"
BY_RULE = "rule"
"""The method of both kinds: what is suppressed follows from what happened to a contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """What is to be suppressed: `address` is its HMAC under the key with id `key_id`."""

    address: str
    scope: Scope
    key_id: str
    reason: str


def subject_of(address: str) -> str:
    """The subject of the chain of a concealed address."""
    return PREFIX + address


def add(
    connection: Connection, wanted: Suppression, *, now: datetime, salts: Iterable[str]
) -> None:
    """Suppress; what was suppressed so before gets the new reason and time."""
    _drop(connection, wanted.address, wanted.scope)
    told = {"scope": wanted.scope.value, "reason": wanted.reason, "key_id": wanted.key_id}
    connection.execute(insert(suppression).values(address=wanted.address, at=spell(now), **told))
    entry = Entry(kind=Kind.SUPPRESSED, method=BY_RULE, detail=dict(told))
    append(connection, subject_of(wanted.address), [entry], at=now, salts=salts)


def lift(
    connection: Connection,
    address: str,
    scope: Scope,
    *,
    reason: str,
    now: datetime,
    salts: Iterable[str],
) -> None:
    """End what was suppressed; nothing happens where it was not. The owner's reason is kept."""
    if _drop(connection, address, scope):
        told = {"scope": scope.value, "reason": reason}
        entry = Entry(kind=Kind.LIFTED, method=BY_RULE, detail=dict(told))
        append(connection, subject_of(address), [entry], at=now, salts=salts)


def _drop(connection: Connection, address: str, scope: Scope) -> bool:
    mine = (suppression.c.address == address) & (suppression.c.scope == scope)
    return connection.execute(delete(suppression).where(mine)).rowcount > 0
