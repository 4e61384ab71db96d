"""The store: decide under the lock of a contact's row, write the decision in one transaction."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from ...catalogue import Catalogue, Lasts, Wording
from ...declared.address import Address
from ...declared.canonical import Json
from ...permission.ledger import Event, spell
from ...permission.record import Decision, Record, Scope
from ...settings.environment import SuppressionKey
from ..database.engine import Database
from ..database.migrate import migrate
from ..database.tables import form, setting
from ..database.writers import Write
from .rows import Asked, append, asked_of, events_of, said_in, wordings_of
from .statements import ADDRESS, CONTACT, KEY_OF, LOCK, LOCK_ADDRESS, SUPPRESSED
from .writing import Hook, keep, owe, queue_hooks, suppress, write_pending

FINGERPRINT = "suppression-key-fingerprint"
KEY_ID = "suppression-key-id"

Decide = Callable[[Record], Decision]


class WrongKeyError(Exception):
    """`ATRAE_SUPPRESSION_KEY` is not the one with which this database was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A decision that is on the disk."""

    contact: str
    decision: Decision
    events: tuple[Event, ...]


class Store:
    """What the handlers ask of the database. Safe to be used from many threads.

    `host` is the right half of Message-IDs; `fresh` gives 32 random hexadecimal characters.
    """

    def __init__(
        self,
        database: Database,
        *,
        key: SuppressionKey,
        host: str,
        fresh: Callable[[], str] = lambda: secrets.token_hex(16),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.database = database
        self.key = key
        self.host = host
        self.fresh = fresh
        self.clock = clock
        self.hooks = hooks
        # Neither a wording nor a form's version ever changes, so what was read once is known.
        self._known: dict[str, Wording] = {}
        self._versions: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Bring the tables up to date and check the suppression key. Raises `WrongKeyError`."""
        migrate(self.database.engine, clock=self.clock)
        ours = {FINGERPRINT: self.key.fingerprint, KEY_ID: self.key.id}
        values = [{"name": name, "value": value} for name, value in ours.items()]
        with self.database.writing() as connection:
            # Of several handlers that begin a database together, one is the first.
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(setting).values(values).on_conflict_do_nothing())
            rows = connection.execute(select(setting).where(setting.c.name.in_(ours)))
            kept = {row.name: row.value for row in rows}
            if kept != ours:
                raise WrongKeyError(
                    "ATRAE_SUPPRESSION_KEY is not the one that this database was begun with "
                    f"(its id is {kept.get(KEY_ID)}, yours is {self.key.id}). With a wrong key, "
                    "people who asked never to be written to would be forgotten: set the old one."
                )

    def load(self, catalogue: Catalogue, *, now: datetime) -> None:
        """Keep every wording and form of `catalogue` that is new, for ever."""
        # Alone: what is kept here is remembered, so it may not share the fate of others' writing.
        with self.database.writing(alone=True) as connection:
            connection.execute(select(setting).where(setting.c.name == KEY_ID).with_for_update())
            keep(connection, catalogue, now=now, salts=self._salts())

    def wordings(self, digests: Iterable[str]) -> Mapping[str, Wording]:
        """Those of `digests` that were ever loaded."""
        wanted = set(digests)
        if wanted <= self._known.keys():
            return {digest: self._known[digest] for digest in wanted}
        with self.database.reading() as connection:
            return self._wordings(connection, wanted)

    def form_versions(self, versions: Iterable[str]) -> frozenset[str]:
        """Those of `versions` that were ever loaded."""
        wanted = frozenset(versions)
        if not wanted <= self._versions:
            query = select(form.c.version).where(form.c.version.in_(tuple(wanted)))
            with self.database.reading() as connection:
                self._versions |= frozenset(connection.execute(query).scalars())
        return wanted & self._versions

    def asked(self, pending_id: str) -> tuple[Asked, Record] | None:
        """A pending request and the record of its contact, in one view."""
        with self.database.reading() as connection:
            asked = asked_of(connection, pending_id)
            return None if asked is None else (asked, self.record(connection, asked.contact))

    def history(self, contact_id: str) -> Record:
        """The record of a contact, as it is now."""
        with self.database.reading() as connection:
            return self.record(connection, contact_id)

    def for_address(self, address: Address, decide: Decide, *, now: datetime) -> Committed:
        """Lock the contact of `address`, new or known; decide; write; durable when it returns."""
        with self.database.writing() as connection:
            return self.opt_in(address, decide, now=now)(connection)

    def opt_in(self, address: Address, decide: Decide, *, now: datetime) -> Write[Committed]:
        """The same as a part of a transaction, to be carried out by whoever has one."""

        def write(connection: Connection) -> Committed:
            contact_id = self._lock_address(connection, address, now)
            return self._carry_out(connection, contact_id, decide, now, key=address.key)

        return write

    def for_contact(self, contact_id: str, decide: Decide, *, now: datetime) -> Committed:
        """The same for a contact that a token names. For one that there is not, nothing happens."""
        with self.database.writing() as connection:
            self.lock(connection, contact_id)
            return self._carry_out(connection, contact_id, decide, now)

    def lock(self, connection: Connection, contact_id: str) -> None:
        """Nobody else writes to this contact's chain until the transaction ends."""
        LOCK.rows(connection, {CONTACT: contact_id})

    def record(
        self,
        connection: Connection,
        contact_id: str,
        now: datetime | None = None,
        *,
        key: str | None = None,
    ) -> Record:
        """What is held of a contact, in the view of this transaction, as it holds at `now`; `key`
        is that of its address, where it is known already."""
        events = events_of(connection, contact_id)
        if key is None:
            key = KEY_OF.scalar(connection, {CONTACT: contact_id})
        return self.record_of(
            connection,
            contact_id,
            events,
            suppressed=self.suppressions(connection, key or ""),
            details=said_in(connection, events),
            at=now or self.clock(),
        )

    def record_of(
        self,
        connection: Connection,
        contact_id: str,
        events: tuple[Event, ...],
        *,
        suppressed: frozenset[Scope],
        details: Mapping[int, Mapping[str, Json]],
        at: datetime,
    ) -> Record:
        """The same, of what was read already; `details` may hold others' as well."""
        texts = self._wordings(connection, {event.wording for event in events})
        standing = (d for d, text in texts.items() if text.lasts is Lasts.STANDING)
        return Record(
            contact=contact_id,
            events=events,
            standing=frozenset(standing),
            suppressed=suppressed,
            details={event.seq: details[event.seq] for event in events if event.seq in details},
            at=at,
        )

    def suppressions(self, connection: Connection, key: str) -> frozenset[Scope]:
        """What is suppressed of an address key; nothing of the empty one."""
        if not key:
            return frozenset()
        found = SUPPRESSED.rows(connection, {ADDRESS: self.key.conceal(key)})
        return frozenset(Scope(scope) for (scope,) in found)

    def write(
        self,
        connection: Connection,
        contact_id: str,
        decision: Decision,
        *,
        now: datetime,
        after: Record | None = None,
        seqs: Sequence[int] | None = None,
    ) -> tuple[Event, ...]:
        """Write all of `decision`; the caller holds the contact's lock, perhaps since it read the
        record that this comes `after`, and took the numbers `seqs` for its events."""
        head = None if after is None else after.head
        events = append(
            connection,
            contact_id,
            decision.entries,
            at=now,
            salts=self._salts(),
            head=head,
            seqs=seqs,
        )
        if decision.pending is not None:
            write_pending(connection, contact_id, decision.pending, events)
        for notice in decision.notices:
            message_id = f"<{self.fresh()}@{self.host}>"
            owe(connection, contact_id, notice, events, now=now, message_id=message_id)
        if decision.suppress is not None or decision.lift is not None:
            salts = self._salts()
            suppress(connection, contact_id, decision, self.key, now=now, salts=salts)
        queue_hooks(connection, self.hooks, events, now=now)
        return events

    def person(self, address: Address, now: datetime) -> dict[str, str]:
        """The row of a contact, if it turns out to be a new one."""
        row = {"id": self.fresh(), "address": address.typed, "key": address.key}
        return row | {"created": spell(now), "asked": spell(now)}

    def ready(self) -> None:
        """Raises whatever the database raises when it cannot be asked."""
        with self.database.reading() as connection:
            connection.execute(select(setting.c.name).limit(1)).all()

    def _carry_out(
        self,
        connection: Connection,
        contact_id: str,
        decide: Decide,
        now: datetime,
        *,
        key: str | None = None,
    ) -> Committed:
        record = self.record(connection, contact_id, now, key=key)
        decision = decide(record)
        events = self.write(connection, contact_id, decision, now=now, after=record)
        return Committed(contact=contact_id, decision=decision, events=events)

    def _lock_address(self, connection: Connection, address: Address, now: datetime) -> str:
        row = self.person(address, now)
        return str(LOCK_ADDRESS[connection.dialect.name].scalar(connection, row))

    def _wordings(self, connection: Connection, digests: Iterable[str]) -> Mapping[str, Wording]:
        wanted = {digest for digest in digests if digest}
        self._known.update(wordings_of(connection, wanted - self._known.keys()))
        return {digest: self._known[digest] for digest in wanted & self._known.keys()}

    def _salts(self) -> Iterator[str]:
        while True:
            yield self.fresh()
