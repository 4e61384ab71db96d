"""Many contacts at once, each with one request on its chain, as the handler leaves them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, select

from forms.decision import UNANSWERED
from forms.ledger import START, Entry, Kind, sealed, spell
from forms.store.engine import Database
from forms.store.prepared import driver_of
from forms.store.statements import detail_row, event_row
from forms.store.tables import contact, detail, ledger

from ...forms.declared import NOW, catalogue

AT_ONCE = 5_000


def fill(database: Database, number: int, *, start: int = 0) -> None:
    """Add `number` contacts, the first of them with the number `start`; each batch is a
    transaction."""
    with database.reading() as connection:
        first = int(connection.scalar(select(func.max(ledger.c.seq))) or 0) + 1
    for begin in range(start, start + number, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, start + number))
        with database.writing(alone=True) as connection:
            for table, rows in _rows(numbers, first - start).items():
                _add(connection, table, rows)
    if database.engine.dialect.name == "postgresql":
        with database.writing() as connection:
            connection.exec_driver_sql(f"SELECT setval('ledger_seq', {first + number})")
        with database.engine.connect() as connection:
            auto = connection.execution_options(isolation_level="AUTOCOMMIT")
            auto.exec_driver_sql("VACUUM ANALYZE")
    database.checkpoint()


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """As fast as each database takes them: a million contacts are three million rows."""
    driver: Any = driver_of(connection)
    names, values = ", ".join(rows[0]), [tuple(row.values()) for row in rows]
    if connection.dialect.name == "postgresql":
        with driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)


def _rows(numbers: range, first: int) -> dict[Table, list[dict[str, Any]]]:
    wording = catalogue().wording("newsletter", "en")
    rows: dict[Table, list[dict[str, Any]]] = {contact: [], ledger: [], detail: []}
    for number, seq in _both(numbers, first):
        # Spread over the index, as real addresses and random ids are.
        spread = number * 2_654_435_761 % 2**32
        address, who = f"c{spread:08x}@example.org", f"{spread:08x}{number:024x}"
        entry = Entry(
            kind=Kind.REQUESTED,
            purpose="newsletter",
            wording=wording.digest,
            form="newsletter",
            page="/",
            language="en",
            # As those of suppressed addresses, which owe no mail.
            method=UNANSWERED,
            detail={"email": address},
        )
        event, told = sealed(entry, seq=seq, at=NOW, subject=who, prev=START, salt="0" * 32)
        assert told is not None
        moment = spell(NOW)
        person = {"id": who, "address": address, "key": address}
        rows[contact].append(person | {"created": moment, "asked": moment})
        rows[ledger].append(event_row(event))
        rows[detail].append(detail_row(told))
    return rows


def _both(numbers: range, first: int) -> Iterator[tuple[int, int]]:
    return ((number, first + number) for number in numbers)
