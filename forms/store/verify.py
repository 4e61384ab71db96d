"""Recomputing all that can be: chains, details, wordings, and why each mail left."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Row, func, select

from ..address import parse_address
from ..canonical import canonical_json, digest_of
from ..catalogue import Lasts, Wording
from ..decision import Record, Template
from ..ledger import START, SYSTEM, Detail, Event, Kind, is_whole
from ..optin import permits
from .queue import Fate
from .rows import event_of, events_of
from .tables import contact, detail, form, ledger, outbox, pending, wording


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is off: the row it was found at, and what is wrong with it."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"


@dataclass(frozen=True, slots=True)
class _Known:
    """What events may name, and when the system's chain says that it was first loaded."""

    wordings: Mapping[str, Wording]
    forms: frozenset[str]

    @property
    def standing(self) -> frozenset[str]:
        return frozenset(d for d, text in self.wordings.items() if text.lasts is Lasts.STANDING)


def verify(connection: Connection) -> Iterator[Finding]:
    """Every fault of the database, in the order of the tables. Linear in the number of events."""
    system = events_of_any(connection, SYSTEM)
    yield from _wordings(connection, system)
    yield from _forms(connection, system)
    known = _Known(_readable(connection), frozenset(connection.scalars(select(form.c.version))))
    yield from _chains(connection, known)
    yield from _loose_ends(connection)


def count(connection: Connection) -> dict[str, int]:
    """How many rows there are to be vouched for."""
    tables = (contact, ledger, detail, wording, form, outbox)
    return {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in tables
    }


def events_of_any(connection: Connection, subject: str) -> tuple[Event, ...]:
    """The chain of a subject; empty where a row cannot even be read (the chains' check says so)."""
    try:
        return events_of(connection, subject)
    except ValueError:
        return ()


def _wordings(connection: Connection, system: Iterable[Event]) -> Iterator[Finding]:
    seen = {e.wording: e.at for e in system if e.kind is Kind.WORDING_LOADED}
    for row in connection.execute(select(wording).order_by(wording.c.digest)):
        place = f"wording {row.digest}"
        try:
            text = Wording.model_validate_json(row.body)
        except ValueError:
            yield Finding(place, "its body cannot be read")
            continue
        if text.spelled().decode() != row.body or text.digest != row.digest:
            yield Finding(place, "its text is not the one that was shown: the digest differs")
        if (text.purpose, text.language, text.text) != (row.purpose, row.language, row.text):
            yield Finding(place, "its columns are not those of its body")
        if seen.get(row.digest) != row.first_seen:
            yield Finding(place, "the ledger does not say that it was first seen then")
    yield from _lost("wording", seen, connection.scalars(select(wording.c.digest)))


def _forms(connection: Connection, system: Iterable[Event]) -> Iterator[Finding]:
    seen = {e.form_version: e.at for e in system if e.kind is Kind.FORM_LOADED}
    for row in connection.execute(select(form).order_by(form.c.version)):
        place = f"form {row.version}"
        # The digest of the text as it is: an older program's form need not fit today's model.
        try:
            body = json.loads(row.body)
        except ValueError:
            yield Finding(place, "its body cannot be read")
            continue
        if digest_of(body) != row.version or _canonical(row.body) != row.body:
            yield Finding(place, "it is not what was loaded: the digest differs")
        elif body.get("id") != row.id:
            yield Finding(place, "its columns are not those of its body")
        if seen.get(row.version) != row.first_seen:
            yield Finding(place, "the ledger does not say that it was first seen then")
    yield from _lost("form", seen, connection.scalars(select(form.c.version)))


def _lost(table: str, seen: Iterable[str], there: Iterable[str]) -> Iterator[Finding]:
    for digest in sorted(set(seen) - set(there)):
        yield Finding(f"{table} {digest}", "the ledger says that it was loaded, and it is gone")


def _chains(connection: Connection, known: _Known) -> Iterator[Finding]:
    query = (
        select(ledger, detail.c.salt, detail.c.body)
        .outerjoin(detail, detail.c.event == ledger.c.seq)
        .order_by(ledger.c.subject, ledger.c.seq)
    )
    rows = connection.execution_options(yield_per=1000).execute(query)
    for subject, group in groupby(rows, key=lambda row: str(row.subject)):
        chain = list(group)
        events: list[Event] = []
        for row in chain:
            found = tuple(_event(row, events, known))
            yield from found
            if found:
                break
            events.append(_read(row))
        else:
            yield from _subject(connection, subject, chain, events, known)


def _event(row: Row[tuple[object, ...]], before: list[Event], known: _Known) -> Iterator[Finding]:
    place = f"ledger event {row.seq}"
    try:
        event = _read(row)
    except ValueError:
        yield Finding(place, f"there is no kind {row.kind!r}")
        return
    if not is_whole(event):
        yield Finding(place, "it was altered: its digest is not that of its fields")
    elif event.prev != (before[-1].digest if before else START):
        yield Finding(place, "the event before it is gone or was altered: the chain is broken")
    elif event.wording and event.wording not in known.wordings:
        yield Finding(place, f"its wording {event.wording} is gone")
    elif event.form_version and event.form_version not in known.forms:
        yield Finding(place, f"its form {event.form_version} is gone")
    elif row.salt is not None and _digest(row) != event.detail:
        yield Finding(f"detail of event {row.seq}", "it was altered: the digest differs")


def _subject(
    connection: Connection,
    subject: str,
    chain: list[Row[tuple[object, ...]]],
    events: list[Event],
    known: _Known,
) -> Iterator[Finding]:
    erased = max((e.seq for e in events if e.kind is Kind.ERASED), default=0)
    for row in chain:
        if row.detail and row.salt is None and row.seq > erased:
            yield Finding(f"detail of event {row.seq}", "it is gone, and nobody was erased")
    if subject == SYSTEM:
        return
    person = connection.execute(select(contact).where(contact.c.id == subject)).one_or_none()
    if person is None:
        yield Finding(f"contact {subject}", "it is gone, and has events")
        return
    yield from _person(person, chain, erased)
    record = Record(contact=subject, events=tuple(events), standing=known.standing)
    for row in connection.execute(select(outbox).where(outbox.c.contact == subject)):
        yield from _mail(row, record)
    for row in connection.execute(select(pending).where(pending.c.contact == subject)):
        asked = _about(row.events, record)
        if not asked or any(event.kind is not Kind.REQUESTED for event in asked):
            yield Finding(f"pending {row.id}", "it names no request of its contact")


def _person(
    person: Row[tuple[object, ...]], chain: list[Row[tuple[object, ...]]], erased: int
) -> Iterator[Finding]:
    place = f"contact {person.id}"
    typed = [json.loads(row.body).get("email") for row in chain if row.body and row.seq > erased]
    typed = [address for address in typed if address]
    if person.address is None:
        if not erased:
            yield Finding(place, "its address is gone, and nobody was erased")
        return
    try:
        key = parse_address(person.address).key
    except ValueError:
        key = ""
    if person.key != key:
        yield Finding(place, "its key is not that of its address")
    elif typed and typed[0] != person.address:
        yield Finding(place, "its address is not the one that was typed in")


def _mail(row: Row[tuple[object, ...]], record: Record) -> Iterator[Finding]:
    place = f"mail {row.id}"
    about = _about(row.events, record)
    if row.template not in list(Template) or row.state not in list(Fate):
        yield Finding(place, "there is no such template or state")
        return
    template = Template(row.template)
    if not about or about[0].seq != row.because:
        yield Finding(place, "no event of its contact asked for it")
    elif row.dedupe != f"{template}:{row.because}":
        yield Finding(place, "it is not the one mail that its event asked for")
    elif any(event.kind is not _ASKS[template] for event in about):
        yield Finding(place, f"event {row.because} does not ask for such a mail")
    elif row.state == Fate.SENT and not _was_permitted(template, about, record, row.checked):
        yield Finding(place, "it was sent without a permission")


_ASKS = {
    Template.CONFIRM: Kind.REQUESTED,
    Template.RECEIPT: Kind.CONFIRMED,
    Template.ALREADY: Kind.REQUESTED,
}


def _was_permitted(
    template: Template, about: tuple[Event, ...], record: Record, checked: int
) -> bool:
    """Whether it was when it was claimed: judged by the events that there were then."""
    then = tuple(event for event in record.events if event.seq <= checked)
    as_it_was = Record(contact=record.contact, events=then, standing=record.standing)
    named = all(event in then for event in about)
    return named and permits(template, about, as_it_was)


def _about(events: str, record: Record) -> tuple[Event, ...]:
    try:
        wanted = json.loads(events)
    except ValueError:
        return ()
    found = {event.seq: event for event in record.events}
    whole = isinstance(wanted, list) and all(seq in found for seq in wanted)
    return tuple(found[seq] for seq in wanted) if whole else ()


def _loose_ends(connection: Connection) -> Iterator[Finding]:
    """Rows that belong to nothing: the chains' walk does not come by them."""
    people = select(contact.c.id)
    for table in (outbox, pending):
        lost = select(table.c.id).where(table.c.contact.not_in(people))
        for row in connection.execute(lost):
            yield Finding(f"{table.name} {row.id}", "its contact is gone")
    silent = select(contact.c.id).where(contact.c.id.not_in(select(ledger.c.subject)))
    for row in connection.execute(silent):
        mails = select(outbox.c.id).where(outbox.c.contact == row.id)
        for mail in connection.execute(mails):
            yield Finding(f"mail {mail.id}", "no event of its contact asked for it")
    lost_details = select(detail.c.event).where(detail.c.event.not_in(select(ledger.c.seq)))
    for row in connection.execute(lost_details):
        yield Finding(f"detail of event {row.event}", "its event is gone")


def _readable(connection: Connection) -> dict[str, Wording]:
    """The wordings that can be read; the others have been reported."""
    found = {}
    for row in connection.execute(select(wording.c.digest, wording.c.body)):
        try:
            found[row.digest] = Wording.model_validate_json(row.body)
        except ValueError:
            continue
    return found


def _digest(row: Row[tuple[object, ...]]) -> str:
    return Detail(event=row.seq, salt=row.salt, body=row.body).digest


def _read(row: Row[tuple[object, ...]]) -> Event:
    fields = dict(row._mapping)
    return event_of({name: value for name, value in fields.items() if name not in ("salt", "body")})


def _canonical(body: str) -> str:
    return canonical_json(json.loads(body)).decode()
