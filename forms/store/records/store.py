"""The store: decide under the lock of a contact's row, write the decision in one transaction."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from ...catalogue import Catalogue, Lasts, Wording
from ...declared.address import Address
from ...declared.canonical import Json
from ...permission.ledger import Entry, Event, spell
from ...permission.record import Decision, Record, Scope
from ...settings.environment import SuppressionKey
from ..database.engine import Database
from ..database.migrate import migrate
from ..database.tables import form, setting
from .rows import (
    LedgerWriter,
    PendingRequest,
    read_chain,
    read_details,
    read_pending,
    read_wordings,
)
from .statements import KEY_OF, LOCK, LOCK_ADDRESS, SUPPRESSED, insert_into
from .writing import (
    Hook,
    apply_suppressions,
    insert_catalogue,
    insert_pending,
    queue_mail,
    queue_webhooks,
)

FINGERPRINT = "suppression-key-fingerprint"
KEY_ID = "suppression-key-id"

Decide = Callable[[Record], Decision]


class WrongKeyError(Exception):
    """`ATRAE_SUPPRESSION_KEY` is not the key that this database was created with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A decision that is on the disk."""

    contact: str
    decision: Decision
    events: tuple[Event, ...]


def lock_system_chain(connection: Connection) -> None:
    """Lock the system's chain, which no contact's row can lock, until the transaction ends."""
    connection.execute(select(setting).where(setting.c.name == KEY_ID).with_for_update())


class Store:
    """The records of all contacts, safe to use from many threads.

    `mail_domain` is the right half of Message-IDs; `new_id` returns 32 random hexadecimal
    characters.
    """

    def __init__(
        self,
        database: Database,
        *,
        key: SuppressionKey,
        mail_domain: str,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.database = database
        self.key = key
        self.mail_domain = mail_domain
        self.new_id = new_id
        self.clock = clock
        self.hooks = hooks
        # Wordings and versions of forms never change, so both can be cached.
        self._cached_wordings: dict[str, Wording] = {}
        self._cached_versions: dict[str, str] = {}

    def prepare(self) -> None:
        """Bring the tables up to date and check the suppression key. Raises `WrongKeyError`."""
        migrate(self.database.engine, clock=self.clock)
        ours = {FINGERPRINT: self.key.fingerprint, KEY_ID: self.key.id}
        values = [{"name": name, "value": value} for name, value in ours.items()]
        with self.database.writing() as connection:
            # Several handlers may prepare a new database at the same time.
            row = insert_into(setting, connection.dialect.name).values(values)
            connection.execute(row.on_conflict_do_nothing())
            rows = connection.execute(select(setting).where(setting.c.name.in_(ours)))
            stored = {row.name: row.value for row in rows}
            if stored != ours:
                raise WrongKeyError(
                    "ATRAE_SUPPRESSION_KEY is not the key that this database was created with "
                    f"(its id is {stored.get(KEY_ID)}, yours is {self.key.id}). With another key, "
                    "people who asked for no more email would receive it again: set the old key."
                )

    def add_catalogue(self, catalogue: Catalogue, *, now: datetime) -> None:
        """Store every new wording and form of `catalogue`, for ever."""
        # Alone: another writer in the same commit could undo it, and its events with it.
        with self.database.writing(alone=True) as connection:
            lock_system_chain(connection)
            insert_catalogue(self.writer(connection, now), catalogue)

    def wordings(self, digests: Iterable[str]) -> Mapping[str, Wording]:
        """Return the wordings with these digests; unknown ones are left out."""
        wanted = set(digests)
        if wanted <= self._cached_wordings.keys():
            return {digest: self._cached_wordings[digest] for digest in wanted}
        with self.database.reading() as connection:
            return self._wordings(connection, wanted)

    def form_versions(self, form_id: str, versions: Iterable[str]) -> frozenset[str]:
        """Return those of `versions` that were ever loaded of the form."""
        wanted = frozenset(versions)
        if not wanted <= self._cached_versions.keys():
            query = select(form.c.version, form.c.id).where(form.c.version.in_(tuple(wanted)))
            with self.database.reading() as connection:
                self._cached_versions |= {row.version: row.id for row in connection.execute(query)}
        return frozenset(v for v in wanted if self._cached_versions.get(v) == form_id)

    def pending_request(self, pending_id: str) -> tuple[PendingRequest, Record] | None:
        """Return a pending request and its contact's record, from one snapshot."""
        with self.database.reading() as connection:
            pending = read_pending(connection, pending_id)
            if pending is None:
                return None
            return pending, self.read_record(connection, pending.contact)

    def current_record(self, contact_id: str) -> Record:
        """Return the record of a contact as of now."""
        with self.database.reading() as connection:
            return self.read_record(connection, contact_id)

    def commit_for_address(self, address: Address, decide: Decide, *, now: datetime) -> Committed:
        """Lock the contact of `address`, new or known, then decide and write; durable on return."""
        with self.database.writing() as connection:
            return self.write_for_address(connection, address, decide, now=now)

    def write_for_address(
        self, connection: Connection, address: Address, decide: Decide, *, now: datetime
    ) -> Committed:
        """Do the work of `commit_for_address` in the caller's transaction."""
        row = self.contact_row(address, now)
        contact_id = str(LOCK_ADDRESS[connection.dialect.name].scalar(connection, row))
        return self._decide_and_write(connection, contact_id, decide, now, key=address.key)

    def commit_for_contact(self, contact_id: str, decide: Decide, *, now: datetime) -> Committed:
        """Lock the contact that a token names, then decide and write; durable on return.

        Does nothing for an unknown contact.
        """
        with self.database.writing() as connection:
            return self.write_for_contact(connection, contact_id, decide, now=now)

    def write_for_contact(
        self, connection: Connection, contact_id: str, decide: Decide, *, now: datetime
    ) -> Committed:
        """Do the work of `commit_for_contact` in the caller's transaction."""
        self.lock_contact(connection, contact_id)
        return self._decide_and_write(connection, contact_id, decide, now)

    def lock_contact(self, connection: Connection, contact_id: str) -> None:
        """Keep others from writing to the contact's chain until the transaction ends."""
        LOCK.rows(connection, {"id": contact_id})

    def read_record(
        self,
        connection: Connection,
        contact_id: str,
        now: datetime | None = None,
        *,
        key: str | None = None,
    ) -> Record:
        """Return the record of a contact at `now`, as this transaction sees it.

        `key` is that of the contact's address, if the caller knows it.
        """
        events = read_chain(connection, contact_id)
        if key is None:
            key = KEY_OF.scalar(connection, {"id": contact_id})
        return self.build_record(
            connection,
            contact_id,
            events,
            suppressed=self.suppressed_scopes(connection, key or ""),
            details=read_details(connection, events),
            at=now or self.clock(),
        )

    def build_record(
        self,
        connection: Connection,
        contact_id: str,
        events: tuple[Event, ...],
        *,
        suppressed: frozenset[Scope],
        details: Mapping[int, Mapping[str, Json]],
        at: datetime,
    ) -> Record:
        """Return the record of a contact from its events; `details` may contain others' too."""
        wordings = self._wordings(connection, {event.wording for event in events})
        standing = (d for d, text in wordings.items() if text.lasts is Lasts.STANDING)
        return Record(
            contact=contact_id,
            events=events,
            standing=frozenset(standing),
            suppressed=suppressed,
            details={event.seq: details[event.seq] for event in events if event.seq in details},
            at=at,
        )

    def suppressed_scopes(self, connection: Connection, key: str) -> frozenset[Scope]:
        """Return the scopes for which an address key is suppressed; none for an empty key."""
        if not key:
            return frozenset()
        rows = SUPPRESSED.rows(connection, {"address": self.key.conceal(key)})
        return frozenset(Scope(scope) for (scope,) in rows)

    def write(
        self,
        connection: Connection,
        contact_id: str,
        decision: Decision,
        *,
        now: datetime,
        record: Record | None = None,
        seqs: Iterator[int] | None = None,
    ) -> Committed:
        """Write all of `decision`; the caller holds the contact's lock.

        `record` is what it was decided on, if the caller read that under the lock; `seqs` are
        numbers that are reserved for its events.
        """
        writer = self.writer(connection, now)
        head = None if record is None else record.head
        events = writer.append(contact_id, decision.entries, head=head, seqs=seqs)

        def seqs_of(entries: Sequence[Entry]) -> list[int]:
            return [events[decision.entries.index(entry)].seq for entry in entries]

        if pending := decision.pending:
            insert_pending(connection, contact_id, pending, seqs_of(pending.about))
        for notice in decision.notices:
            message_id = f"<{self.new_id()}@{self.mail_domain}>"
            queue_mail(writer, contact_id, notice, seqs_of(notice.about), message_id)
        apply_suppressions(writer, contact_id, decision, self.key)
        queue_webhooks(writer, self.hooks, events)
        return Committed(contact=contact_id, decision=decision, events=events)

    def contact_row(self, address: Address, now: datetime) -> dict[str, str]:
        """Return the row to insert if `address` is new."""
        row = {"id": self.new_id(), "address": address.typed, "key": address.key}
        return row | {"created": spell(now), "asked": spell(now)}

    def writer(self, connection: Connection, now: datetime) -> LedgerWriter:
        """Return a writer for the chains, which adds to this transaction."""
        return LedgerWriter(connection, now, iter(self.new_id, None))

    def ping(self) -> None:
        """Run a query; raises one of `UNAVAILABLE` if the database doesn't respond."""
        with self.database.reading() as connection:
            connection.execute(select(setting.c.name).limit(1)).all()

    def _decide_and_write(
        self,
        connection: Connection,
        contact_id: str,
        decide: Decide,
        now: datetime,
        *,
        key: str | None = None,
    ) -> Committed:
        record = self.read_record(connection, contact_id, now, key=key)
        return self.write(connection, contact_id, decide(record), now=now, record=record)

    def _wordings(self, connection: Connection, digests: Iterable[str]) -> Mapping[str, Wording]:
        cache = self._cached_wordings
        wanted = {digest for digest in digests if digest}
        cache.update(read_wordings(connection, wanted - cache.keys()))
        return {digest: cache[digest] for digest in wanted & cache.keys()}
