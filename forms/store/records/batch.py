"""Batches of opt-ins on PostgreSQL, where most of an opt-in's cost is round trips.

The contacts, their records and the new sequence numbers are each queried once for the whole batch,
and its writes are sent in one pipeline.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ...declared.address import Address
from ...permission.ledger import Event
from ...permission.record import Record, Scope
from ..database.prepared import execute, pipelined
from ..database.writers import Batchable
from .rows import event_from_row, read_details
from .statements import CHAINS, LOCK_ADDRESSES, NEXT_SEQS, SUPPRESSED_AMONG
from .store import Committed, Decide, Store

BATCH_LOCK_TIMEOUT = "250ms"
"""How long a batch waits for a contact that another transaction has locked. Batches lock addresses
in order, so that two handlers can't deadlock; a change of address locks two in any order and has
precedence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptIn(Batchable[Committed]):
    """A submitted address: lock its contact, decide, then write."""

    store: Store
    address: Address
    decide: Decide
    now: datetime

    @property
    def lock_key(self) -> str:
        """The key of the contact's address."""
        return self.address.key

    def __call__(self, connection: Connection) -> Committed:
        """Run this opt-in in its own transaction."""
        return self.store.write_for_address(connection, self.address, self.decide, now=self.now)

    def run_batch(
        self, connection: Connection, batch: Sequence[Batchable[Committed]]
    ) -> list[Committed]:
        """Run all of `batch`, this opt-in included; each locks a different contact."""
        opt_ins = [write for write in batch if isinstance(write, OptIn)]
        records = _read_records(self.store, connection, opt_ins)
        decisions = [opt_in.decide(record) for opt_in, record in zip(opt_ins, records, strict=True)]
        number = sum(len(decision.entries) for decision in decisions)
        seqs = iter([seq for (seq,) in NEXT_SEQS.rows(connection, {"number": number})])
        with pipelined(connection):
            return [
                self.store.write(
                    connection, record.contact, decision, now=opt_in.now, record=record, seqs=seqs
                )
                for opt_in, record, decision in zip(opt_ins, records, decisions, strict=True)
            ]


def _read_records(store: Store, connection: Connection, opt_ins: Sequence[OptIn]) -> list[Record]:
    contacts = _lock_contacts(store, connection, opt_ins)
    chains: dict[str, list[Event]] = defaultdict(list)
    for row in CHAINS.rows(connection, {"subjects": list(contacts.values())}):
        event = event_from_row(row)
        chains[event.subject].append(event)
    concealed = {o.lock_key: store.key.conceal(o.lock_key) for o in opt_ins}
    addresses = {"addresses": list(concealed.values())}
    scopes: dict[str, set[Scope]] = defaultdict(set)
    for address, scope in SUPPRESSED_AMONG.rows(connection, addresses):
        scopes[address].add(Scope(scope))
    details = read_details(connection, [event for chain in chains.values() for event in chain])
    return [
        store.build_record(
            connection,
            contacts[opt_in.lock_key],
            tuple(chains[contacts[opt_in.lock_key]]),
            suppressed=frozenset(scopes[concealed[opt_in.lock_key]]),
            details=details,
            at=opt_in.now,
        )
        for opt_in in opt_ins
    ]


def _lock_contacts(
    store: Store, connection: Connection, opt_ins: Sequence[OptIn]
) -> dict[str, str]:
    ordered = sorted(opt_ins, key=lambda opt_in: opt_in.lock_key)
    rows = [store.contact_row(opt_in.address, opt_in.now) for opt_in in ordered]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    with pipelined(connection):
        execute(connection, f"SET LOCAL lock_timeout = '{BATCH_LOCK_TIMEOUT}'")
        locked = LOCK_ADDRESSES.rows(connection, columns)
    return {key: contact_id for key, contact_id, *_ in locked}
