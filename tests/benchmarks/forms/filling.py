"""Many contacts at once, each with one request on its chain, as the handler leaves them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

from sqlalchemy import Table, func, select

from forms.permission.ledger import START, Entry, Kind, Method, sealed, spell
from forms.store.database.engine import Database
from forms.store.database.prepared import driver_of
from forms.store.database.tables import contact, detail, ledger
from forms.store.records.statements import row_of

from ...forms.declared import NOW, catalogue

AT_ONCE = 5_000
CACHE_KB = 400_000
"""Random ids touch every page of an index: all of it stays in memory."""

Batch: TypeAlias = dict[Table, list[dict[str, Any]]]


def fill(database: Database, number: int, *, start: int = 0) -> None:
    """Add `number` contacts, the first of them with the number `start`; each batch is a
    transaction."""
    with database.reading() as connection:
        first = int(connection.scalar(select(func.max(ledger.c.seq))) or 0) + 1
    add = _add_to_postgresql if database.engine.dialect.name == "postgresql" else _add_to_sqlite
    batches = range(start, start + number, AT_ONCE)
    ends = (min(begin + AT_ONCE, start + number) for begin in batches)
    add(database, (_rows(range(*each), first - start) for each in zip(batches, ends, strict=True)))


def _add_to_postgresql(database: Database, batches: Iterator[Batch]) -> None:
    for batch in batches:
        with database.writing() as connection:
            driver: Any = driver_of(connection)
            for table, rows in batch.items():
                with driver.cursor().copy(f"COPY {table.name} ({_names(rows)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(tuple(row.values()))
    with database.writing() as connection:
        connection.exec_driver_sql("SELECT setval('ledger_seq', (SELECT max(seq) FROM ledger))")
    with database.engine.connect() as connection:
        auto = connection.execution_options(isolation_level="AUTOCOMMIT")
        auto.exec_driver_sql("VACUUM ANALYZE")


def _add_to_sqlite(database: Database, batches: Iterator[Batch]) -> None:
    # By a connection of its own: what makes it fast must not stay for those that are measured.
    with closing(sqlite3.connect(str(database.engine.url.database))) as driver:
        driver.execute("PRAGMA synchronous=OFF")
        driver.execute(f"PRAGMA cache_size={-CACHE_KB}")
        for batch in batches:
            with driver:
                for table, rows in batch.items():
                    marks = ", ".join("?" * len(rows[0]))
                    insert = f"INSERT INTO {table.name} ({_names(rows)}) VALUES ({marks})"
                    driver.executemany(insert, [tuple(row.values()) for row in rows])
    database.checkpoint()


def _names(rows: Sequence[Mapping[str, object]]) -> str:
    return ", ".join(rows[0])


def _rows(numbers: range, first: int) -> Batch:
    wording = catalogue().wording("newsletter", "en")
    rows: Batch = {contact: [], ledger: [], detail: []}
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
            method=Method.UNANSWERED,
            detail={"email": address},
        )
        event, told = sealed(entry, seq=seq, at=NOW, subject=who, prev=START, salt="0" * 32)
        assert told is not None
        moment = spell(NOW)
        person = {"id": who, "address": address, "key": address}
        rows[contact].append(person | {"created": moment, "asked": moment})
        rows[ledger].append(row_of(event))
        rows[detail].append(row_of(told))
    return rows


def _both(numbers: range, first: int) -> Iterator[tuple[int, int]]:
    return ((number, first + number) for number in numbers)
