"""Move a database between SQLite and PostgreSQL without changing a byte of its content.

All tables of the target are filled and compared with the source in one transaction: the move
happens completely, or the target stays empty.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select, text

from ...declared.canonical import Json, canonical_json
from ...errors import NotPossibleError
from ..database.engine import Database
from ..database.migrate import analyze, check_schema, migrate
from ..database.tables import ledger, ledger_seq, metadata

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResult:
    """Number of rows of each table, and the digest of all of them; equal in both databases."""

    rows: dict[str, int]
    digest: str


def move_database(
    source: Database, target: Database, *, step: Callable[[int, int], None] = lambda *_: None
) -> MoveResult:
    """Copy all rows of `source` into `target`; calls `step` with the rows done and in total.

    The caller keeps others from writing to either. Raises `NotPossibleError`, with nothing changed,
    if the target isn't empty or the copy differs.
    """
    migrate(target.engine)
    with source.reading() as reader, target.writing(alone=True) as writer:
        check_schema(reader)
        if occupied := [name for name, number in _count_rows(writer).items() if number]:
            raise NotPossibleError(
                f"the target is not empty ({', '.join(occupied)}): use a new database"
            )
        done, total = 0, sum(_count_rows(reader).values())
        for table in metadata.sorted_tables:
            for rows in _batches(reader, table):
                writer.execute(insert(table), rows)
                done += len(rows)
                step(done, total)
        if writer.dialect.name == "postgresql":
            _set_sequences(writer)
        analyze(writer)
        before, after = fingerprint(reader), fingerprint(writer)
        if before != after:
            different = [name for name in before if before[name] != after[name]]
            raise NotPossibleError(f"the copy differs from the source in {', '.join(different)}")
    counts = {name: number for name, (number, _) in before.items() if number}
    return MoveResult(rows=counts, digest=combined_digest(before))


def fingerprint(connection: Connection) -> dict[str, tuple[int, str]]:
    """Return for each table the number of its rows and their digest, in the order of their keys."""
    tables = {}
    for table in metadata.sorted_tables:
        number, digest = 0, hashlib.sha256()
        for rows in _batches(connection, table):
            number += len(rows)
            for row in rows:
                digest.update(canonical_json(row) + b"\n")
        tables[table.name] = number, digest.hexdigest()
    return tables


def combined_digest(tables: dict[str, tuple[int, str]]) -> str:
    """Return the digest of a fingerprint; equal databases have equal digests."""
    lines = (f"{name} {number} {digest}\n" for name, (number, digest) in sorted(tables.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _count_rows(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    }


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Json]]]:
    # Bytewise on both: PostgreSQL would sort by the rules of a language.
    bytewise = connection.dialect.name == "postgresql"
    keys = [
        column.collate("C") if bytewise and isinstance(column.type.python_type(), str) else column
        for column in table.primary_key.columns
    ]
    query = select(table).order_by(*keys)
    with connection.execute(query, execution_options={"yield_per": BATCH}) as result:
        for part in result.mappings().partitions():
            yield [{str(name): row[name] for name in row} for row in part]


def _set_sequences(connection: Connection) -> None:
    """Advance the sequences past the last rows, because inserted numbers don't advance them."""
    owned = text("SELECT pg_get_serial_sequence(:table, :column)")
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            names = {"table": table.name, "column": column.name}
            name = ledger_seq.name if table is ledger else connection.scalar(owned, names)
            if name:
                last = func.coalesce(select(func.max(column)).scalar_subquery(), 0)
                connection.execute(select(func.setval(name, last + 1, False)))
