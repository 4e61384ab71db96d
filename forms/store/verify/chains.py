"""Verify each chain event by event, and what belongs to it: details, contact, emails, requests.

The ledger is read once, in the order of its chains; what belongs to them is read in batches.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Row, exists, select

from ...catalogue import Wording
from ...declared.address import parse_address
from ...declared.canonical import Json
from ...declared.findings import Finding
from ...evidence.audit import TEMPLATES, Chain, MailRow, mail_faults, missing_mails, missing_pending
from ...permission.ledger import START, SYSTEM, Detail, Event, Kind, Method, digest_of_event
from ..database.tables import contact, detail, ledger, outbox, pending, suppression
from ..records.rows import EVENT_COLUMNS, STREAMED, event_from_row
from ..records.suppression import SUBJECT_PREFIX
from ..records.writing import MAIL_STATES

BATCH = 500
"""Subjects whose contacts, emails and requests are read at a time."""
_KINDS = frozenset(map(str, Kind))

Rows = Mapping[str, list[Row[Any]]]


class KnownTexts(NamedTuple):
    """Wordings and versions of forms that events may name."""

    wordings: Mapping[str, Wording]
    forms: frozenset[str]
    standing: frozenset[str]
    """Digests of the wordings that ask for a standing permission."""


class _Related(NamedTuple):
    """Rows that belong to the chains of a batch, by subject."""

    contacts: Rows
    mails: Rows
    requests: Rows
    suppressions: Rows


def check_chains(connection: Connection, known: KnownTexts) -> Iterator[Finding]:
    """Verify every chain from its first event to its last."""
    query = (
        select(ledger, detail.c.salt, detail.c.body)
        .outerjoin(detail, detail.c.event == ledger.c.seq)
        .order_by(ledger.c.subject, ledger.c.seq)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        grouped = (
            (str(subject), list(group))
            for subject, group in groupby(rows, key=lambda row: row.subject)
        )
        while batch := list(islice(grouped, BATCH)):
            subjects = [subject for subject, _ in batch]
            suppressed = [s for s in subjects if s.startswith(SUBJECT_PREFIX)]
            addresses = [subject.removeprefix(SUBJECT_PREFIX) for subject in suppressed]
            related = _Related(
                _rows_by(connection, contact.c.id, subjects),
                _rows_by(connection, outbox.c.contact, subjects),
                _rows_by(connection, pending.c.contact, subjects),
                _rows_by(connection, suppression.c.address, addresses),
            )
            for subject, group in batch:
                yield from _check_chain(subject, group, related, known)


def check_orphans(connection: Connection) -> Iterator[Finding]:
    """Find rows that belong to no chain, so that `check_chains` does not see them."""
    for table, name in ((outbox, "mail"), (pending, "pending")):
        has_contact = exists().where(contact.c.id == table.c.contact)
        has_events = exists().where(ledger.c.subject == table.c.contact)
        for row_id in connection.scalars(select(table.c.id).where(~has_contact)):
            yield Finding(f"{name} {row_id}", "its contact is gone")
        for row_id in connection.scalars(select(table.c.id).where(has_contact, ~has_events)):
            yield Finding(f"{name} {row_id}", "its contact has no events")
    has_chain = exists().where(ledger.c.subject == SUBJECT_PREFIX + suppression.c.address)
    for row in connection.execute(select(suppression).where(~has_chain)):
        yield Finding(f"suppression {row.address} {row.scope}", "no event in the ledger added it")
    has_event = exists().where(ledger.c.seq == detail.c.event)
    for seq in connection.scalars(select(detail.c.event).where(~has_event)):
        yield Finding(f"detail of event {seq}", "its event is gone")


def _rows_by(connection: Connection, owner: Column[str], subjects: list[str]) -> Rows:
    rows: dict[str, list[Row[Any]]] = defaultdict(list)
    query = select(owner.table).where(owner.in_(subjects)).order_by(*owner.table.primary_key)
    for row in connection.execute(query):
        rows[str(row._mapping[owner])].append(row)
    return rows


def _check_chain(
    subject: str, rows: list[Row[Any]], related: _Related, known: KnownTexts
) -> Iterator[Finding]:
    events: list[Event] = []
    for row in rows:
        # The columns of the ledger come first; those of the detail are left out.
        fields: dict[str, Json] = dict(zip(EVENT_COLUMNS, row, strict=False))
        findings = tuple(_check_event(row, fields, events, known))
        yield from findings
        if findings:
            return
        events.append(event_from_row(row))
    details = {row.seq: json.loads(row.body) for row in rows if row.body}
    chain = Chain(subject=subject, events=tuple(events), details=details, standing=known.standing)
    for row in rows:
        if row.detail and row.salt is None and row.seq > chain.erased:
            yield Finding(f"detail of event {row.seq}", "it is gone without an erasure")
    if subject.startswith(SUBJECT_PREFIX):
        address = subject.removeprefix(SUBJECT_PREFIX)
        yield from _check_suppressions(address, chain, related.suppressions.get(address, []))
        return
    if subject != SYSTEM:
        yield from _check_contact(chain, related.contacts.get(subject, []))
    mails, requests = related.mails.get(subject, []), related.requests.get(subject, [])
    yield from _check_mails(chain, mails, requests)


def _check_event(
    row: Row[Any], fields: dict[str, Json], before: list[Event], known: KnownTexts
) -> Iterator[Finding]:
    place = f"ledger event {row.seq}"
    if row.kind not in _KINDS:
        yield Finding(place, f"unknown kind {row.kind!r}")
    elif row.digest != digest_of_event(fields):
        yield Finding(place, "it was altered: its digest is not that of its fields")
    elif row.prev != (before[-1].digest if before else START):
        yield Finding(place, "the event before it is gone or was altered: the chain is broken")
    elif row.wording and row.wording not in known.wordings:
        yield Finding(place, f"its wording {row.wording} is gone")
    elif row.form_version and row.form_version not in known.forms:
        yield Finding(place, f"its form {row.form_version} is gone")
    elif (
        row.salt is not None
        and Detail(event=row.seq, salt=row.salt, body=row.body).digest != row.detail
    ):
        yield Finding(f"detail of event {row.seq}", "it was altered: the digest differs")


def _check_contact(chain: Chain, contacts: list[Row[Any]]) -> Iterator[Finding]:
    place = f"contact {chain.subject}"
    if not contacts:
        yield Finding(place, "it is gone, but has events")
        return
    row = contacts[0]
    if row.address is None:
        if not chain.erased:
            yield Finding(place, "its address is gone without an erasure")
    elif row.key != _key_of(row.address, row.key):
        yield Finding(place, "its key is not that of its address")
    elif _recorded_address(chain) not in ("", row.address):
        yield Finding(place, "its address is not the one in its events")


def _recorded_address(chain: Chain) -> str:
    """Return the contact's address by its events: the first one, or the last it moved to."""
    since = [event for event in chain.events if event.seq > chain.erased]
    moves = [e for e in since if e.kind is Kind.CHANGED and e.method == Method.MOVE]
    emails = (chain.details.get(event.seq, {}).get("email") for event in moves[-1:] or since)
    return next((email for email in emails if isinstance(email, str) and email), "")


def _key_of(address: str, likely: str) -> str:
    # Most addresses are plain, and parsing a million takes long.
    if address.isascii() and address.casefold() == likely:
        return likely
    try:
        return parse_address(address).key
    except ValueError:
        return ""


def _check_suppressions(address: str, chain: Chain, rows: Sequence[Row[Any]]) -> Iterator[Finding]:
    """Compare the rows of an address with the last event of each scope."""
    by_scope = {str(row.scope): row for row in rows}
    last = {str(chain.details.get(e.seq, {}).get("scope", "")): e for e in chain.events}
    for scope, event in last.items():
        place, row = f"suppression {address} {scope}", by_scope.pop(scope, None)
        recorded = {"at": event.at, **chain.details.get(event.seq, {})}
        if event.kind is Kind.LIFTED:
            if row is not None:
                yield Finding(place, f"event {event.seq} lifted it, but it still exists")
        elif row is None:
            yield Finding(place, f"event {event.seq} added it, but it is gone")
        elif recorded != {name: row._mapping[name] for name in ("at", "scope", "reason", "key_id")}:
            yield Finding(place, f"it differs from what event {event.seq} added")
    for scope in by_scope:
        yield Finding(f"suppression {address} {scope}", "no event in the ledger added it")


def _check_mails(
    chain: Chain, mails: Sequence[Row[Any]], requests: Sequence[Row[Any]]
) -> Iterator[Finding]:
    """Verify a contact's emails and open requests, and find the missing ones."""
    parsed = [MailRow.read(row._asdict(), _parse_numbers(row.events), chain) for row in mails]
    for row, mail in zip(mails, parsed, strict=True):
        yield from _check_mail(row, mail, chain)
    held = set()
    for row in requests:
        events = chain.about(_parse_numbers(row.events))
        if not events or any(event.kind is not Kind.REQUESTED for event in events):
            yield Finding(f"pending {row.id}", "it names no request of its contact")
        held |= {event.seq for event in events}
    for event, fault in (*missing_mails(chain, parsed), *missing_pending(chain, parsed, held)):
        yield Finding(f"ledger event {event.seq}", fault)


def _check_mail(row: Row[Any], mail: MailRow, chain: Chain) -> Iterator[Finding]:
    place = f"mail {row.id}"
    if row.template not in TEMPLATES or row.state not in MAIL_STATES:
        yield Finding(place, "unknown template or state")
    elif (fault := next(mail_faults(mail, chain), None)) is not None:
        yield Finding(place, fault)
    elif row.dedupe != f"{row.template}:{row.because}":
        yield Finding(place, "it is not the one email that its event requested")


def _parse_numbers(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
