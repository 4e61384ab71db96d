"""Erase the address, the answers and the links of a person; the pseudonymous chain stays.

The chain of events names nobody. The suppression's HMAC stays too, so that a later import doesn't
send email to the person again. `scrub` removes what is left in the database's files.
"""

import secrets
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, update

from ...declared.address import Address
from ...errors import NotPossibleError
from ...permission import subject_requests
from ...permission.ledger import SYSTEM, Method
from ..database.engine import Database
from ..database.prepared import driver_of
from ..database.tables import contact, detail, ledger, outbox, pending, setting
from ..queues.lease import UNFINISHED
from ..records.statements import insert_into
from ..records.store import Decide, Store

SCRUB_REQUESTED = "scrub-wanted"
"""Setting that exists if something was erased since the files were last scrubbed."""


def erase(store: Store, contact_id: str, *, now: datetime, method: Method) -> bool:
    """Erase a contact in one transaction; return whether there was one to erase.

    Nothing more is sent to the address, unless the person signs up again.
    """
    decide = partial(subject_requests.erase, method=method)
    return erase_own_data(store, contact_id, decide, now=now)


def erase_own_data(store: Store, contact_id: str, decide: Decide, *, now: datetime) -> bool:
    """Erase the contact if `decide`, called under its lock, returns entries.

    Returns whether it was erased.
    """
    with store.database.writing() as connection:
        store.lock_contact(connection, contact_id)
        decision = decide(store.read_record(connection, contact_id, now))
        has_key = select(contact.c.key).where(contact.c.id == contact_id, contact.c.id != SYSTEM)
        if not decision.entries or connection.scalar(has_key) is None:
            return False
        # The suppression first: it is derived from the key, which is deleted next.
        store.write(connection, contact_id, decision, now=now)
        delete_personal_data(connection, contact_id)
        return True


def delete_personal_data(connection: Connection, contact_id: str) -> None:
    """Delete everything that names the contact; the caller has written an `erased` event."""
    events, requests, unsent = _erasable(contact_id)
    connection.execute(delete(detail).where(events))
    connection.execute(delete(pending).where(requests))
    connection.execute(update(outbox).where(unsent).values(state="cancelled"))
    blank = {"reply": "", "pending": ""}
    connection.execute(update(outbox).where(outbox.c.contact == contact_id).values(blank))
    connection.execute(
        update(contact).where(contact.c.id == contact_id).values(address=None, key=None)
    )
    row = insert_into(setting, connection.dialect.name)
    row = row.values(name=SCRUB_REQUESTED, value=secrets.token_hex(8))
    change = {"value": row.excluded.value}
    connection.execute(row.on_conflict_do_update(index_elements=[setting.c.name], set_=change))


def find_contact(connection: Connection, address: Address) -> str | None:
    """Return the id of the contact with `address`."""
    contact_id = connection.scalar(select(contact.c.id).where(contact.c.key == address.key))
    return str(contact_id) if contact_id else None


def count_erasable(connection: Connection, contact_id: str) -> dict[str, int]:
    """Return how much an erasure would delete, for a dry run."""
    names = ("details", "open requests", "unsent emails")
    tables = (detail, pending, outbox)
    return {
        name: connection.scalar(select(func.count()).select_from(table).where(rows)) or 0
        for name, table, rows in zip(names, tables, _erasable(contact_id), strict=True)
    }


def _erasable(contact_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the contact's details, open requests and unsent emails."""
    events = select(ledger.c.seq).where(ledger.c.subject == contact_id)
    unsent = (outbox.c.contact == contact_id) & outbox.c.state.in_(UNFINISHED)
    return detail.c.event.in_(events), pending.c.contact == contact_id, unsent


def scrub(database: Database, *, always: bool = False) -> bool:
    """Remove what was erased from the database's files, if anything was since the last scrub.

    SQLite: the WAL is truncated and the file is rewritten, because pages that were rebuilt may
    contain copies that `secure_delete` doesn't reach. Nobody can write meanwhile (about a second
    for each 100 MB). PostgreSQL: `VACUUM` frees dead rows for reuse; their bytes stay in the files,
    the WAL and its archives until the server overwrites them.
    """
    query = select(setting.c.value).where(setting.c.name == SCRUB_REQUESTED)
    with database.reading() as connection:
        request = connection.scalar(query)
    if request is None and not always:
        return False
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver_of(connection).execute("VACUUM")
        else:
            for table in (contact, detail, pending, outbox):
                connection.execute(text(f"VACUUM {table.name}"))
    database.checkpoint()
    wal = Path(f"{database.engine.url.database}-wal")
    if engine.dialect.name == "sqlite" and wal.exists() and wal.stat().st_size:
        raise NotPossibleError(
            "the person is erased, but copies stay in the database's WAL while another program "
            "reads it: run `atrae forms purge` when it has finished"
        )
    with database.writing() as connection:
        # An erasure since then has stored another value, which stays for the next scrub.
        handled = (setting.c.name == SCRUB_REQUESTED) & (setting.c.value == (request or ""))
        connection.execute(delete(setting).where(handled))
    return True
