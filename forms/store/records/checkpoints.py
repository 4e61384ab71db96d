"""Making checkpoints, and reading them back."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from ...evidence.checkpoint import NO_HEADS, Checkpoint, heads_after, sealing, signed
from ...evidence.signing import PublicKey, SigningKey
from ...permission.ledger import SYSTEM, Kind, spell
from ..database.engine import Database
from ..database.tables import checkpoint, contact, detail, ledger, setting
from .store import KEY_ID, Store

PUBLIC_KEY = "checkpoint-key-"
"""Settings that begin so hold a public key each, under its id: for ever."""
PATIENCE = timedelta(seconds=20)
"""How long transactions that are open are waited for."""


class Sealer:
    """Signs checkpoints with `key`, and owes each to `owner`, an address (empty: to nobody)."""

    def __init__(self, store: Store, key: SigningKey, owner: str) -> None:
        self.store = store
        self.key = key
        self.owner = owner

    def seal_if_due(self, *, now: datetime, every: timedelta) -> Checkpoint | None:
        """A checkpoint, unless the last one is younger than `every`."""
        with self.store.database.reading() as connection:
            last = last_checkpoint(connection)
        if last is not None and now - datetime.fromisoformat(last.at) < every:
            return None
        return self.seal(now=now)

    def seal(self, *, now: datetime) -> Checkpoint | None:
        """A checkpoint over all that is committed. `None`: nothing has happened since the last one,
        or somebody else made one meanwhile, or a transaction that is open hides what is to be
        sealed.
        """
        last = settled(self.store.database)
        if last is None:
            return None
        with self.store.database.reading() as connection:
            before = last_checkpoint(connection)
            if not _has_news(connection, before, last):
                return None
            heads = _heads(connection, before, last)
        made = signed(before, at=now, last=last, heads=heads, key=self.key)
        with self.store.database.writing() as connection:
            connection.execute(select(setting).where(setting.c.name == KEY_ID).with_for_update())
            if last_checkpoint(connection) != before:
                return None
            self._write(connection, made, now)
        return made

    def _write(self, connection: Connection, made: Checkpoint, now: datetime) -> None:
        if self.key.public not in public_keys(connection):
            name = PUBLIC_KEY + self.key.public.id
            connection.execute(insert(setting).values(name=name, value=self.key.public.hex))
        connection.execute(insert(checkpoint).values(asdict(made)))
        if self.owner:
            introduce(connection, self.owner, now)
        self.store.write(connection, SYSTEM, sealing(made, mailed=bool(self.owner)), now=now)


def introduce(connection: Connection, owner: str, now: datetime) -> None:
    """The row that the owner's mails are addressed to. Without a key, no look-up finds it."""
    mine = update(contact).where(contact.c.id == SYSTEM).values(address=owner)
    if connection.execute(mine).rowcount == 0:
        moment = spell(now)
        row = {"id": SYSTEM, "address": owner, "key": None, "created": moment, "asked": moment}
        connection.execute(insert(contact).values(row))


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """The latest, if there is any."""
    query = select(checkpoint).order_by(checkpoint.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else checkpoint_of(row)


def checkpoint_of(row: Row[Any]) -> Checkpoint:
    """A row as a value."""
    return Checkpoint(**row._mapping)


def checkpoint_by(connection: Connection, event: int) -> tuple[Checkpoint, PublicKey] | None:
    """The checkpoint that a `record.sealed` event speaks of, with the key to check it."""
    body = connection.execute(select(detail.c.body).where(detail.c.event == event)).scalar()
    if body is None:
        return None
    mine = select(checkpoint).where(checkpoint.c.id == json.loads(body)["id"])
    row = connection.execute(mine).one_or_none()
    keys = {key.id: key for key in public_keys(connection)}
    if row is None or row.key_id not in keys:
        return None
    return checkpoint_of(row), keys[row.key_id]


def public_keys(connection: Connection) -> tuple[PublicKey, ...]:
    """Every key that checkpoints were ever made with; what is no key is left out."""
    query = select(setting).where(setting.c.name.startswith(PUBLIC_KEY, autoescape=True))
    found = []
    for row in connection.execute(query.order_by(setting.c.name)):
        try:
            key = PublicKey(row.value)
        except ValueError:
            continue
        if row.name == PUBLIC_KEY + key.id:
            found.append(key)
    return tuple(found)


def settled(database: Database, *, sleep: Callable[[float], None] = time.sleep) -> int | None:
    """The last number up to which no event can appear any more; `None`: one might, for too long.

    On PostgreSQL, numbers are drawn before they are committed. Whoever drew a number up to the last
    one that we see has a transaction by then: when all of those have ended, the past is settled.
    """
    with database.reading() as connection:
        last = int(connection.scalar(select(func.max(ledger.c.seq))) or 0)
        if connection.dialect.name != "postgresql":
            return last
        open_until = int(connection.scalar(text(_NEXT_TRANSACTION)) or 0)
    for _ in range(int(PATIENCE / _PAUSE)):
        with database.reading() as connection:
            if int(connection.scalar(text(_OLDEST_TRANSACTION)) or 0) >= open_until:
                return last
        sleep(_PAUSE.total_seconds())
    return None


_PAUSE = timedelta(milliseconds=50)
_NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_OLDEST_TRANSACTION = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"


def _has_news(connection: Connection, before: Checkpoint | None, last: int) -> bool:
    """Whether anything has happened but the sealing itself."""
    since = before.last if before else 0
    news = select(ledger.c.seq).where(
        ledger.c.seq > since, ledger.c.seq <= last, ledger.c.kind != Kind.SEALED
    )
    return connection.execute(news.limit(1)).first() is not None


def _heads(connection: Connection, before: Checkpoint | None, last: int) -> str:
    query = (
        select(ledger.c.digest)
        .where(ledger.c.seq > (before.last if before else 0), ledger.c.seq <= last)
        .order_by(ledger.c.seq)
    )
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        return heads_after(before.heads if before else NO_HEADS, rows.scalars())
