"""Make checkpoints, and read them back."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from ...evidence.checkpoint import NO_HEADS, Checkpoint, heads_after, sealing, signed
from ...evidence.signing import PublicKey, SigningKey
from ...permission.ledger import SYSTEM, Kind, spell
from ..database.engine import Database
from ..database.tables import checkpoint, contact, detail, ledger, setting
from .rows import STREAMED
from .store import Store, lock_system_chain

PUBLIC_KEY_PREFIX = "checkpoint-key-"
"""Prefix of the settings that store public keys by id. They are never deleted."""
SETTLE_TIMEOUT = timedelta(seconds=20)
"""How long to wait for open transactions."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Signs checkpoints with `key` and queues each for `owner`, an address or empty."""

    store: Store
    key: SigningKey
    owner: str

    def seal_if_due(self, *, now: datetime, every: timedelta) -> Checkpoint | None:
        """Make a checkpoint, unless the last one is younger than `every`."""
        with self.store.database.reading() as connection:
            last = last_checkpoint(connection)
        if last is not None and now - datetime.fromisoformat(last.at) < every:
            return None
        return self.seal(now=now)

    def seal(self, *, now: datetime) -> Checkpoint | None:
        """Make a checkpoint over everything that is committed.

        Returns `None` if nothing has happened since the last checkpoint, if another process has
        just made one, or if an open transaction could still add to the past.
        """
        last = last_settled_event(self.store.database)
        if last is None:
            return None
        with self.store.database.reading() as connection:
            before = last_checkpoint(connection)
            news = select(ledger.c.seq).where(_between(before, last), ledger.c.kind != Kind.SEALED)
            if connection.scalar(news.limit(1)) is None:
                return None
            heads = _heads(connection, before, last)
        new = signed(before, at=now, last=last, heads=heads, key=self.key)
        with self.store.database.writing() as connection:
            lock_system_chain(connection)
            if last_checkpoint(connection) != before:
                return None
            self._write(connection, new, now)
        return new

    def _write(self, connection: Connection, new: Checkpoint, now: datetime) -> None:
        if self.key.public not in public_keys(connection):
            name = PUBLIC_KEY_PREFIX + self.key.public.id
            connection.execute(insert(setting).values(name=name, value=self.key.public.hex))
        connection.execute(insert(checkpoint).values(asdict(new)))
        if self.owner:
            save_owner_address(connection, self.owner, now)
        self.store.write(connection, SYSTEM, sealing(new, mailed=bool(self.owner)), now=now)


def save_owner_address(connection: Connection, owner: str, now: datetime) -> None:
    """Save the owner's address as a contact without a key, so that no look-up returns it."""
    change = update(contact).where(contact.c.id == SYSTEM).values(address=owner)
    if connection.execute(change).rowcount == 0:
        moment = spell(now)
        row = {"id": SYSTEM, "address": owner, "key": None, "created": moment, "asked": moment}
        connection.execute(insert(contact).values(row))


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """Return the latest checkpoint, if there is one."""
    query = select(checkpoint).order_by(checkpoint.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Checkpoint(**row._mapping)


def checkpoint_of_event(connection: Connection, seq: int) -> tuple[Checkpoint, PublicKey] | None:
    """Return the checkpoint of a `record.sealed` event, with the key to check it."""
    body = connection.scalar(select(detail.c.body).where(detail.c.event == seq))
    if body is None:
        return None
    query = select(checkpoint).where(checkpoint.c.id == json.loads(body)["id"])
    row = connection.execute(query).one_or_none()
    keys = {key.id: key for key in public_keys(connection)}
    if row is None or row.key_id not in keys:
        return None
    return Checkpoint(**row._mapping), keys[row.key_id]


def public_keys(connection: Connection) -> tuple[PublicKey, ...]:
    """Return every key that ever made a checkpoint; invalid rows are left out."""
    query = select(setting).where(setting.c.name.startswith(PUBLIC_KEY_PREFIX, autoescape=True))
    keys = []
    for row in connection.execute(query.order_by(setting.c.name)):
        try:
            key = PublicKey(row.value)
        except ValueError:
            continue
        if row.name == PUBLIC_KEY_PREFIX + key.id:
            keys.append(key)
    return tuple(keys)


def last_settled_event(
    database: Database, *, sleep: Callable[[float], None] = time.sleep
) -> int | None:
    """Return the last number below which no event can appear any more.

    PostgreSQL assigns numbers before they are committed. Every number up to the last visible one
    belongs to a transaction that has begun by then, so this waits until all of those have ended.
    Returns `None` if that takes longer than `SETTLE_TIMEOUT`.
    """
    with database.reading() as connection:
        last = int(connection.scalar(select(func.max(ledger.c.seq))) or 0)
        if connection.dialect.name != "postgresql":
            return last
        next_transaction = int(connection.scalar(text(_NEXT_TRANSACTION)) or 0)
    for _ in range(int(SETTLE_TIMEOUT / _PAUSE)):
        with database.reading() as connection:
            if int(connection.scalar(text(_OLDEST_TRANSACTION)) or 0) >= next_transaction:
                return last
        sleep(_PAUSE.total_seconds())
    return None


_PAUSE = timedelta(milliseconds=50)
_NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_OLDEST_TRANSACTION = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"


def _between(before: Checkpoint | None, last: int) -> ColumnElement[bool]:
    return ledger.c.seq.between(before.last + 1 if before else 1, last)


def _heads(connection: Connection, before: Checkpoint | None, last: int) -> str:
    query = select(ledger.c.digest).where(_between(before, last)).order_by(ledger.c.seq)
    with connection.execute(query, execution_options=STREAMED) as rows:
        return heads_after(before.heads if before else NO_HEADS, rows.scalars())
