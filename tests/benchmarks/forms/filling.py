"""Many contacts at once, each with one request on its chain, as the handler leaves them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, func, insert, select

from forms.ledger import START, Entry, Kind, sealed, spell
from forms.store.engine import Database
from forms.store.tables import contact, detail, ledger

from ...forms.declared import NOW, catalogue

AT_ONCE = 5_000


def fill(database: Database, number: int) -> None:
    """Add `number` contacts; each batch is a transaction."""
    with database.reading() as connection:
        first = int(connection.scalar(select(func.max(ledger.c.seq))) or 0) + 1
    for start in range(0, number, AT_ONCE):
        with database.writing(alone=True) as connection:
            for table, rows in _rows(range(start, min(start + AT_ONCE, number)), first).items():
                connection.execute(insert(table), rows)
    if database.engine.dialect.name == "postgresql":
        with database.writing() as connection:
            connection.exec_driver_sql(f"SELECT setval('ledger_seq', {first + number})")
        with database.engine.connect() as connection:
            auto = connection.execution_options(isolation_level="AUTOCOMMIT")
            auto.exec_driver_sql("VACUUM ANALYZE")
    database.checkpoint()


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
            method="form",
            detail={"email": address},
        )
        event, told = sealed(entry, seq=seq, at=NOW, subject=who, prev=START, salt="0" * 32)
        assert told is not None
        moment = spell(NOW)
        person = {"id": who, "address": address, "key": address}
        rows[contact].append(person | {"created": moment, "asked": moment})
        rows[ledger].append(asdict(event))
        rows[detail].append(asdict(told))
    return rows


def _both(numbers: range, first: int) -> Iterator[tuple[int, int]]:
    return ((number, first + number) for number in numbers)
