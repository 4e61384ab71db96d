"""Purging: what nobody confirmed, and what need not be kept, goes by itself.

- A request that nobody confirmed in time becomes an `expired` event, and its link stops working.
- A contact who never confirmed anything and waits for nothing loses address and answers: an
  `erased` event with the method `purge`. Suppressions stay.
- What mail servers replied is blanked when it is old: it served to find out why a mail was late.
- What other programs were told of, or could not be told of, is forgotten when it is old.
- Proofs of work that nobody can use any more are forgotten.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, update

from ...permission import retention
from ...permission.ledger import GRANTS, SYSTEM, spell
from ...permission.retention import Retention
from ..database.tables import contact, ledger, outbox, pending, spent, webhook
from ..records.rows import read_pending
from ..records.store import Store
from ..records.writing import Delivery
from .erase import UNFINISHED, delete_personal_data, scrub

log = logging.getLogger("atrae.forms.purge")

BATCH = 200
"""Contacts in one transaction: nobody else waits long for their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What went, or would go."""

    expired: int = 0
    erased: int = 0
    replies: int = 0
    webhooks: int = 0
    proofs: int = 0


def purge(
    store: Store,
    *,
    now: datetime,
    keep: Retention,
    dry_run: bool = False,
    step: Callable[[int], None] = lambda _done: None,
) -> Purged:
    """Let go what is over. `step` is told how many were dealt with, for a progress bar.

    Each batch is a transaction of its own: interrupted, it goes on where it was the next time.
    """
    if dry_run:
        with store.database.reading() as connection:
            return Purged(
                expired=len(connection.execute(_overdue(now)).all()),
                erased=len(connection.execute(_done_with(now, keep)).all()),
                replies=_old_replies(connection, now, keep),
                webhooks=len(connection.execute(_told(now, keep)).all()),
                proofs=len(connection.execute(_useless(now)).all()),
            )
    expired = _in_batches(store, _overdue(now), _expire, now, step)
    erased = _in_batches(store, _done_with(now, keep), _let_go, now, step)
    with store.database.writing() as connection:
        replies = _old_replies(connection, now, keep)
        if replies:
            connection.execute(update(outbox).where(*_settled(now, keep)).values(reply=""))
    hooks = _in_batches(store, _told(now, keep), _forget_call, now, step)
    proofs = _in_batches(store, _useless(now), _forget_proof, now, step)
    return Purged(expired=expired, erased=erased, replies=replies, webhooks=hooks, proofs=proofs)


def tidy_up(store: Store, *, now: datetime, keep: Retention | None = None) -> Purged:
    """Purge and scrub, if there is anything: what a handler does by itself once a day."""
    wish = keep or Retention()
    gone = purge(store, now=now, keep=wish, dry_run=True)
    if gone != Purged():
        gone = purge(store, now=now, keep=wish)
        log.info(
            "purged: expired=%s erased=%s replies=%s webhooks=%s proofs=%s",
            *(gone.expired, gone.erased, gone.replies, gone.webhooks, gone.proofs),
        )
    scrub(store.database)
    return gone


Act = Callable[[Connection, Store, Any, datetime], None]


def _in_batches(
    store: Store,
    query: Select[Any],
    act: Act,
    now: datetime,
    step: Callable[[int], None],
) -> int:
    total = 0
    while True:
        with store.database.writing() as connection:
            found = connection.execute(query.limit(BATCH)).scalars().all()
            for each in found:
                act(connection, store, each, now)
        total += len(found)
        step(len(found))
        if len(found) < BATCH:
            return total


def _expire(connection: Connection, store: Store, pending_id: str, now: datetime) -> None:
    asked = read_pending(connection, pending_id)
    if asked is not None:
        store.lock_contact(connection, asked.contact)
        decision = retention.expire(asked.events, store.read_record(connection, asked.contact))
        store.write(connection, asked.contact, decision, now=now)
    connection.execute(delete(pending).where(pending.c.id == pending_id))


def _let_go(connection: Connection, store: Store, contact_id: str, now: datetime) -> None:
    store.lock_contact(connection, contact_id)
    decision = retention.forget(store.read_record(connection, contact_id, now))
    store.write(connection, contact_id, decision, now=now)
    delete_personal_data(connection, contact_id)


def _forget_call(connection: Connection, _store: Store, call: int, _now: datetime) -> None:
    connection.execute(delete(webhook).where(webhook.c.id == call))


def _forget_proof(connection: Connection, _store: Store, nonce: str, _now: datetime) -> None:
    connection.execute(delete(spent).where(spent.c.nonce == nonce))


def _useless(now: datetime) -> Select[str]:
    return select(spent.c.nonce).where(spent.c.expires <= spell(now)).order_by(spent.c.expires)


def _told(now: datetime, keep: Retention) -> Select[int]:
    over = webhook.c.state.in_((Delivery.DONE, Delivery.FAILED))
    old = webhook.c.at <= spell(now - keep.webhooks)
    return select(webhook.c.id).where(over, old).order_by(webhook.c.id)


def _overdue(now: datetime) -> Select[str]:
    return select(pending.c.id).where(pending.c.expires <= spell(now)).order_by(pending.c.expires)


def _done_with(now: datetime, keep: Retention) -> Select[str]:
    """Contacts with an address who never confirmed anything, and wait for nothing."""
    before = spell(now - keep.pending)
    mine = ledger.c.subject == contact.c.id
    confirmed = exists().where(mine, ledger.c.kind.in_(GRANTS))
    recent = exists().where(mine, ledger.c.kind.not_in(retention.PASSIVE), ledger.c.at > before)
    waiting = exists().where(pending.c.contact == contact.c.id, pending.c.expires > spell(now))
    return (
        select(contact.c.id)
        .where(contact.c.key.is_not(None), contact.c.id != SYSTEM, contact.c.asked <= before)
        .where(~confirmed, ~recent, ~waiting)
        .order_by(contact.c.created)
    )


def _settled(now: datetime, keep: Retention) -> tuple[ColumnElement[bool], ...]:
    old = outbox.c.at <= spell(now - keep.replies)
    return old, outbox.c.state.not_in(UNFINISHED), outbox.c.reply != ""


def _old_replies(connection: Connection, now: datetime, keep: Retention) -> int:
    query = select(func.count()).select_from(outbox).where(*_settled(now, keep))
    return int(connection.execute(query).scalar() or 0)
