"""Delete what is over: unconfirmed requests and contacts, old replies, webhooks and proofs of work.

- A request that nobody confirmed in time becomes an `expired` event, and its link stops working.
- A contact who never confirmed anything and has no open request loses the address and the answers:
  an `erased` event with the method `purge`. Suppressions stay.
- Replies of mail servers are blanked when they are old, because they only explain late email.
- Webhooks are deleted when they are old, whether delivered or failed.
- Proofs of work are deleted when they have expired.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Delete, Select, Update, delete, exists, func, select, update

from ...permission import retention
from ...permission.ledger import GRANTS, SYSTEM, spell
from ...permission.retention import PASSIVE, Retention
from ..database.tables import contact, ledger, outbox, pending, spent, webhook
from ..queues.lease import UNFINISHED
from ..records.rows import read_pending
from ..records.store import Store
from ..records.writing import QueueState
from .erase import delete_personal_data, scrub

log = logging.getLogger("atrae.forms.purge")

BATCH = 200
"""Rows in one transaction, few enough that other writers don't wait long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """Numbers of rows that were purged, or that a dry run would purge."""

    expired: int
    erased: int
    replies: int
    webhooks: int
    proofs: int


Act = Callable[[Connection, Sequence[Any]], object]
"""Purge the rows with these ids or keys."""


def purge(store: Store, *, now: datetime, keep: Retention, dry_run: bool = False) -> Purged:
    """Purge what is over, or count it in a dry run.

    Each batch is a transaction of its own. An interrupted purge continues the next time.
    """
    tasks: dict[str, tuple[Select[Any], Act]] = {
        "expired": (_overdue_requests(now), partial(_expire, store, now)),
        "erased": (_unconfirmed_contacts(now, keep), partial(_erase, store, now)),
        "replies": (_old_replies(now, keep), partial(_change, update(outbox).values(reply=""))),
        "webhooks": (_old_webhooks(now, keep), partial(_change, delete(webhook))),
        "proofs": (_expired_proofs(now), partial(_change, delete(spent))),
    }
    if not dry_run:
        return Purged(**{name: _in_batches(store, *task) for name, task in tasks.items()})
    with store.database.reading() as connection:
        queries = {
            name: select(func.count()).select_from(query.subquery())
            for name, (query, _) in tasks.items()
        }
        return Purged(**{name: connection.scalar(query) or 0 for name, query in queries.items()})


def tidy_up(store: Store, *, now: datetime) -> Purged:
    """Purge and scrub if there is anything to purge: the handler's daily task."""
    purged = purge(store, now=now, keep=Retention(), dry_run=True)
    if any(asdict(purged).values()):
        purged = purge(store, now=now, keep=Retention())
        numbers = " ".join(f"{name}={number}" for name, number in asdict(purged).items())
        log.info("purged: %s", numbers)
    scrub(store.database)
    return purged


def _in_batches(store: Store, query: Select[Any], act: Act) -> int:
    total = 0
    while True:
        with store.database.writing() as connection:
            ids = connection.scalars(query.limit(BATCH)).all()
            if ids:
                act(connection, ids)
        total += len(ids)
        if len(ids) < BATCH:
            return total


def _expire(store: Store, now: datetime, connection: Connection, ids: Sequence[str]) -> None:
    for pending_id in ids:
        request = read_pending(connection, pending_id)
        if request is not None:
            expire = partial(retention.expire, request.events)
            store.write_for_contact(connection, request.contact, expire, now=now)
    _change(delete(pending), connection, ids)


def _erase(store: Store, now: datetime, connection: Connection, ids: Sequence[str]) -> None:
    for contact_id in ids:
        store.write_for_contact(connection, contact_id, retention.forget, now=now)
        delete_personal_data(connection, contact_id)


def _change(change: Update | Delete, connection: Connection, ids: Sequence[Any]) -> None:
    [key] = change.table.primary_key
    connection.execute(change.where(key.in_(ids)))


def _overdue_requests(now: datetime) -> Select[Any]:
    return select(pending.c.id).where(pending.c.expires <= spell(now)).order_by(pending.c.expires)


def _unconfirmed_contacts(now: datetime, keep: Retention) -> Select[Any]:
    """Select contacts with an address who never confirmed anything and have no open request."""
    before = spell(now - keep.pending)
    mine = ledger.c.subject == contact.c.id
    confirmed = exists().where(mine, ledger.c.kind.in_(GRANTS))
    recent = exists().where(mine, ledger.c.kind.not_in(PASSIVE), ledger.c.at > before)
    waiting = exists().where(pending.c.contact == contact.c.id, pending.c.expires > spell(now))
    return (
        select(contact.c.id)
        .where(contact.c.key.is_not(None), contact.c.id != SYSTEM, contact.c.asked <= before)
        .where(~confirmed, ~recent, ~waiting)
        .order_by(contact.c.created)
    )


def _old_replies(now: datetime, keep: Retention) -> Select[Any]:
    is_old = outbox.c.at <= spell(now - keep.replies)
    is_settled = outbox.c.state.not_in(UNFINISHED)
    query = select(outbox.c.id).where(is_old, is_settled, outbox.c.reply != "")
    return query.order_by(outbox.c.id)


def _old_webhooks(now: datetime, keep: Retention) -> Select[Any]:
    is_settled = webhook.c.state.in_((QueueState.DONE, QueueState.FAILED))
    is_old = webhook.c.at <= spell(now - keep.webhooks)
    return select(webhook.c.id).where(is_settled, is_old).order_by(webhook.c.id)


def _expired_proofs(now: datetime) -> Select[Any]:
    return select(spent.c.nonce).where(spent.c.expires <= spell(now)).order_by(spent.c.expires)
