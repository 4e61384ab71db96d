"""Each chain, event by event, and what hangs on it: details, the contact, its mails, its requests.

The ledger is read once, in the order of its chains; what hangs on them is asked for in batches.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from ...declared.address import parse_address
from ...declared.canonical import Json
from ...evidence.audit import Chain
from ...permission.ledger import START, SYSTEM, Detail, Event, Kind, Method, digest_of_event
from ..database.tables import contact, detail, ledger, outbox, pending, suppression
from ..records.rows import event_from_fields
from ..records.suppression import SUBJECT_PREFIX
from .finding import Finding, KnownTexts
from .mails import check_mails
from .suppressions import check_suppressions

BATCH = 500
"""Subjects whose contacts, mails and requests are asked for at once."""
FETCHED = 1000
"""Events that are fetched at once."""

Rows = Mapping[str, list[Row[Any]]]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What hangs on the chains of a batch, by subject."""

    people: Rows
    mails: Rows
    requests: Rows
    suppressions: Rows


def check_chains(connection: Connection, known: KnownTexts) -> Iterator[Finding]:
    """Walk every chain from its first event to its last."""
    query = (
        select(ledger, detail.c.salt, detail.c.body)
        .outerjoin(detail, detail.c.event == ledger.c.seq)
        .order_by(ledger.c.subject, ledger.c.seq)
    )
    with connection.execute(query, execution_options={"yield_per": FETCHED}) as rows:
        yield from _walk(connection, rows, known)


def _walk(connection: Connection, rows: Iterable[Row[Any]], known: KnownTexts) -> Iterator[Finding]:
    grouped = (
        (str(subject), list(group)) for subject, group in groupby(rows, key=lambda row: row.subject)
    )
    while batch := list(islice(grouped, BATCH)):
        subjects = [subject for subject, _ in batch]
        beside = _Beside(
            _by(connection, contact, "id", subjects),
            _by(connection, outbox, "contact", subjects),
            _by(connection, pending, "contact", subjects),
            _by(connection, suppression, "address", _concealed(subjects)),
        )
        for subject, group in batch:
            yield from _chain(subject, group, beside, known)


def _concealed(subjects: list[str]) -> list[str]:
    return [
        each.removeprefix(SUBJECT_PREFIX) for each in subjects if each.startswith(SUBJECT_PREFIX)
    ]


def _by(connection: Connection, table: Table, column: str, subjects: list[str]) -> Rows:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    owner = table.c[column]
    query = select(table).where(owner.in_(subjects)).order_by(*table.primary_key)
    for row in connection.execute(query):
        found[str(row._mapping[owner])].append(row)
    return found


def _chain(
    subject: str, rows: list[Row[Any]], beside: _Beside, known: KnownTexts
) -> Iterator[Finding]:
    events: list[Event] = []
    for row in rows:
        fields = _fields(row)
        found = tuple(_event(row, fields, events, known))
        yield from found
        if found:
            return
        events.append(event_from_fields(fields))
    chain = Chain(
        subject=subject, events=tuple(events), details=_details(rows), standing=known.standing
    )
    for row in rows:
        if row.detail and row.salt is None and row.seq > chain.erased:
            yield Finding(f"detail of event {row.seq}", "it is gone, and nobody was erased")
    if subject.startswith(SUBJECT_PREFIX):
        address = subject.removeprefix(SUBJECT_PREFIX)
        yield from check_suppressions(address, chain, beside.suppressions.get(address, []))
        return
    if subject != SYSTEM:
        yield from _person(chain, beside.people.get(subject, []))
    yield from check_mails(chain, beside.mails.get(subject, []), beside.requests.get(subject, []))


def _event(
    row: Row[Any], fields: dict[str, Json], before: list[Event], known: KnownTexts
) -> Iterator[Finding]:
    place = f"ledger event {row.seq}"
    if row.kind not in _KINDS:
        yield Finding(place, f"there is no kind {row.kind!r}")
    elif row.digest != digest_of_event(fields):
        yield Finding(place, "it was altered: its digest is not that of its fields")
    elif row.prev != (before[-1].digest if before else START):
        yield Finding(place, "the event before it is gone or was altered: the chain is broken")
    elif row.wording and row.wording not in known.wordings:
        yield Finding(place, f"its wording {row.wording} is gone")
    elif row.form_version and row.form_version not in known.forms:
        yield Finding(place, f"its form {row.form_version} is gone")
    elif row.salt is not None and _digest(row) != row.detail:
        yield Finding(f"detail of event {row.seq}", "it was altered: the digest differs")


_KINDS = frozenset(map(str, Kind))


def _person(chain: Chain, people: list[Row[Any]]) -> Iterator[Finding]:
    place = f"contact {chain.subject}"
    if not people:
        yield Finding(place, "it is gone, and has events")
        return
    person = people[0]
    if person.address is None:
        if not chain.erased:
            yield Finding(place, "its address is gone, and nobody was erased")
        return
    if person.key != _key(person.address, person.key):
        yield Finding(place, "its key is not that of its address")
        return
    given = _given(chain)
    if given and given != person.address:
        yield Finding(place, "its address is not the one that was typed in")


def _given(chain: Chain) -> str:
    """The address that the events say the person has: the first typed in, or the last moved to."""
    since = [event for event in chain.events if event.seq > chain.erased]
    moves = [e for e in since if e.kind is Kind.CHANGED and e.method == Method.MOVE]
    typed = (chain.details.get(event.seq, {}).get("email") for event in moves[-1:] or since)
    return next((address for address in typed if isinstance(address, str) and address), "")


def _key(address: str, likely: str) -> str:
    # Most addresses are plain, and reading each of a million takes its time.
    if address.isascii() and address.casefold() == likely:
        return likely
    try:
        return parse_address(address).key
    except ValueError:
        return ""


def _details(rows: Iterable[Row[Any]]) -> dict[int, Mapping[str, Json]]:
    return {row.seq: json.loads(row.body) for row in rows if row.body}


def _digest(row: Row[Any]) -> str:
    return Detail(event=row.seq, salt=row.salt, body=row.body).digest


def _fields(row: Row[Any]) -> dict[str, Json]:
    # The columns of the ledger come first; what is beside them is left out.
    return dict(zip(_COLUMNS, row, strict=False))


_COLUMNS = tuple(column.name for column in ledger.columns)
