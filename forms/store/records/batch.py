"""Opt-ins that are carried out together, on PostgreSQL.

There a statement is a way to the server and back, and most of what an opt-in costs. So whose
addresses these are, what is on record of them and the numbers of what they add is each asked once
for all; what they write leaves in one go.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from ...declared.address import Address
from ...permission.ledger import Event
from ...permission.record import Decision, Record, Scope
from ..database.prepared import at_once, say
from ..database.writers import Joint
from .rows import event_in, said_in
from .statements import CHAINS, LOCK_ADDRESSES, NEXT_SEQS, SUPPRESSED_AMONG
from .store import Committed, Decide, Store

PATIENT = "250ms"
"""How long several wait for somebody who holds one of their contacts. Locks are taken in the order
of the addresses, so that two handlers do not wait for each other; who changes an address takes two
in any order, and must not have to give way to us."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptIn(Joint[Committed]):
    """Somebody typed an address into a form: lock its contact, decide, write."""

    store: Store
    address: Address
    decide: Decide
    now: datetime

    @property
    def about(self) -> str:
        """Whose lock it takes."""
        return self.address.key

    def __call__(self, connection: Connection) -> Committed:
        """Alone."""
        return self.store.opt_in(self.address, self.decide, now=self.now)(connection)

    def together(
        self, connection: Connection, wanted: Sequence[Joint[Committed]]
    ) -> list[Committed]:
        """All of `wanted`, this one among them; they are about different people."""
        opt_ins = [each for each in wanted if isinstance(each, OptIn)]
        records = _records(self.store, connection, opt_ins)
        decided = [each.decide(record) for each, record in zip(opt_ins, records, strict=True)]
        number = sum(len(decision.entries) for decision in decided)
        seqs = iter([seq for (seq,) in NEXT_SEQS.rows(connection, {"number": number})])
        with at_once(connection):
            return [
                each._write(connection, record, decision, seqs)
                for each, record, decision in zip(opt_ins, records, decided, strict=True)
            ]

    def _write(
        self, connection: Connection, after: Record, decision: Decision, seqs: Iterator[int]
    ) -> Committed:
        ours = list(islice(seqs, len(decision.entries)))
        events = self.store.write(
            connection, after.contact, decision, now=self.now, after=after, seqs=ours
        )
        return Committed(contact=after.contact, decision=decision, events=events)


def _records(store: Store, connection: Connection, wanted: Sequence[OptIn]) -> list[Record]:
    contacts = _locked(store, connection, wanted)
    chains: dict[str, list[Event]] = defaultdict(list)
    for row in CHAINS.rows(connection, {"subjects": list(contacts.values())}):
        event = event_in(row)
        chains[event.subject].append(event)
    hidden = {each.about: store.key.conceal(each.about) for each in wanted}
    scopes: dict[str, set[Scope]] = defaultdict(set)
    for address, scope in SUPPRESSED_AMONG.rows(connection, {"addresses": list(hidden.values())}):
        scopes[address].add(Scope(scope))
    details = said_in(connection, [event for chain in chains.values() for event in chain])
    return [
        store.record_of(
            connection,
            contacts[each.about],
            tuple(chains[contacts[each.about]]),
            suppressed=frozenset(scopes[hidden[each.about]]),
            details=details,
            at=each.now,
        )
        for each in wanted
    ]


def _locked(store: Store, connection: Connection, wanted: Sequence[OptIn]) -> dict[str, str]:
    """Their contacts, new or known, locked: from an address's key to the contact's id."""
    ordered = sorted(wanted, key=lambda each: each.about)
    rows = [store.person(each.address, each.now) for each in ordered]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    with at_once(connection):
        say(connection, f"SET LOCAL lock_timeout = '{PATIENT}'")
        found = LOCK_ADDRESSES.rows(connection, columns)
    return {row[0]: row[1] for row in found}
