"""Erasure: the address, the answers and the links of one person go; the pseudonymous chain stays.

What remains is the chain of events, which names nobody, and the suppression's HMAC, so that the
person is not written to again by a later import. `scrub` takes the leftovers out of the files.
"""

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from ...declared.address import Address
from ...errors import NotDoneError
from ...permission.ledger import SYSTEM, Entry, Kind
from ...permission.record import Decision, Scope
from ..database.engine import Database
from ..database.tables import contact, detail, ledger, outbox, pending, setting
from ..records.store import Store

BY_OWNER = "operator"
"""The method of an erasure that the owner carried out; the person's own has `link`."""
UNFINISHED = ("waiting", "claimed")
SCRUB_WANTED = "scrub-wanted"
"""The setting that says that something was erased since the files were last scrubbed."""


def erasure(*, method: str, reason: str = "erased") -> Decision:
    """The decision to erase: nothing more is sent, unless they come back by themselves."""
    entry = Entry(kind=Kind.ERASED, method=method)
    return Decision(entries=(entry,), suppress=Scope.MARKETING, reason=reason)


def erase(store: Store, contact_id: str, *, now: datetime, method: str) -> bool:
    """Erase one contact in one transaction. False: there is none, or it was erased already."""
    with store.database.writing() as connection:
        return erase_in(connection, store, contact_id, erasure(method=method), now=now)


def erase_in(
    connection: Connection, store: Store, contact_id: str, decision: Decision, *, now: datetime
) -> bool:
    """The same inside of the caller's transaction, with an erasure that the caller decided."""
    if contact_id == SYSTEM:
        return False
    store.lock(connection, contact_id)
    query = select(contact.c.id).where(contact.c.id == contact_id, contact.c.key.is_not(None))
    if connection.execute(query).one_or_none() is None:
        return False
    # First the events and the suppression: that is derived from the key which goes next.
    store.write(connection, contact_id, decision, now=now)
    forget(connection, contact_id)
    return True


def forget(connection: Connection, contact_id: str) -> None:
    """Delete all that names the contact. An `erased` event of its chain has been written."""
    mine = select(ledger.c.seq).where(ledger.c.subject == contact_id)
    connection.execute(delete(detail).where(detail.c.event.in_(mine)))
    connection.execute(delete(pending).where(pending.c.contact == contact_id))
    owed = (outbox.c.contact == contact_id) & outbox.c.state.in_(UNFINISHED)
    connection.execute(update(outbox).where(owed).values(state="cancelled"))
    silent = {"reply": "", "pending": ""}
    connection.execute(update(outbox).where(outbox.c.contact == contact_id).values(silent))
    connection.execute(
        update(contact).where(contact.c.id == contact_id).values(address=None, key=None)
    )
    _want_scrub(connection)


def contact_of(connection: Connection, address: Address) -> str | None:
    """The id of whoever has `address`."""
    query = select(contact.c.id).where(contact.c.key == address.key)
    found = connection.execute(query).scalar()
    return str(found) if found else None


def amount(connection: Connection, contact_id: str) -> dict[str, int]:
    """How much an erasure would take away, for a dry run."""
    mine = select(ledger.c.seq).where(ledger.c.subject == contact_id)
    counted = {
        "details": select(detail.c.event).where(detail.c.event.in_(mine)),
        "open requests": select(pending.c.id).where(pending.c.contact == contact_id),
        "mails that wait": select(outbox.c.id).where(
            outbox.c.contact == contact_id, outbox.c.state.in_(UNFINISHED)
        ),
    }
    return {name: len(connection.execute(query).all()) for name, query in counted.items()}


def scrub(database: Database, *, always: bool = False) -> bool:
    """Take what was erased out of the database's files, if something was since the last time.

    SQLite: the log is folded in and cut to nothing, and the file is written anew, for a page that
    was ever rebuilt may hold copies which `secure_delete` does not reach. Nobody can write
    meanwhile (about a second for each 100 MB). PostgreSQL: `VACUUM` frees dead rows for reuse;
    their bytes stay in the files, the write-ahead log and its archives until they are overwritten,
    and no command of ours can change that.
    """
    wanted = select(setting.c.value).where(setting.c.name == SCRUB_WANTED)
    with database.reading() as connection:
        seen = connection.execute(wanted).scalar()
    if seen is None and not always:
        return False
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("VACUUM")
        else:
            for table in (contact, detail, pending, outbox):
                connection.execute(text(f"VACUUM {table.name}"))
    database.checkpoint()
    _see_that_the_log_is_empty(database)
    with database.writing() as connection:
        # An erasure that came meanwhile has put another value there: it waits for the next time.
        this = (setting.c.name == SCRUB_WANTED) & (setting.c.value == (seen or ""))
        connection.execute(delete(setting).where(this))
    return True


def _see_that_the_log_is_empty(database: Database) -> None:
    file = database.engine.url.database
    log = Path(f"{file}-wal")
    if database.engine.dialect.name == "sqlite" and log.exists() and log.stat().st_size:
        raise NotDoneError(
            "the record is erased; its last copies leave the database's log as soon as nobody "
            "reads it any more: run `atrae forms purge` then"
        )


def _want_scrub(connection: Connection) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(setting).values(name=SCRUB_WANTED, value=secrets.token_hex(8))
    again = {"value": row.excluded.value}
    connection.execute(row.on_conflict_do_update(index_elements=[setting.c.name], set_=again))
