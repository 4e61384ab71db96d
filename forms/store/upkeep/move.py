"""Moving everything between SQLite and PostgreSQL: a step forward and back changes no byte.

All tables of the target are filled in one transaction and compared with the source before it is
committed: the move happens whole, or the target is as empty as it was.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select, text

from ...declared.canonical import Json, canonical_json
from ...errors import NotPossibleError
from ..database.engine import Database
from ..database.migrate import analyze, check_schema, migrate
from ..database.tables import ledger, metadata

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResult:
    """How many rows of each table there are in both, and the digest of all of them."""

    rows: dict[str, int]
    digest: str


def move_database(source: Database, target: Database, *, step: Callable[[int], None]) -> MoveResult:
    """Copy all of `source` into `target`, which must hold nothing yet.

    The caller sees to it that nobody writes to either. Raises `NotDoneError` for a target that is
    not empty, or where what arrived is not what left: nothing has changed then.
    """
    migrate(target.engine)
    with source.reading() as ours, target.writing(alone=True) as theirs:
        check_schema(ours)
        _refuse_unless_empty(theirs)
        for table in metadata.sorted_tables:
            for rows in _batches(ours, table):
                theirs.execute(insert(table), rows)
                step(len(rows))
        if theirs.dialect.name == "postgresql":
            _set_sequences(theirs)
        analyze(theirs)
        before, after = fingerprint(ours), fingerprint(theirs)
        if before != after:
            wrong = [name for name in before if before[name] != after[name]]
            raise NotPossibleError(f"what arrived is not what left, in: {', '.join(wrong)}")
        counted = {name: number for name, (number, _) in before.items() if number}
    return MoveResult(rows=counted, digest=combined_digest(before))


def count_all_rows(connection: Connection) -> int:
    """How many rows there are to be moved."""
    return sum(
        int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
        for table in metadata.sorted_tables
    )


def fingerprint(connection: Connection) -> dict[str, tuple[int, str]]:
    """For each table the number of its rows and a digest over them, in the order of their keys."""
    found = {}
    for table in metadata.sorted_tables:
        number, digest = 0, hashlib.sha256()
        for rows in _batches(connection, table):
            number += len(rows)
            for row in rows:
                digest.update(canonical_json(row) + b"\n")
        found[table.name] = number, digest.hexdigest()
    return found


def combined_digest(tables: dict[str, tuple[int, str]]) -> str:
    """One digest of a fingerprint: equal on two databases that hold the same."""
    lines = "".join(f"{name} {number} {each}\n" for name, (number, each) in sorted(tables.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Json]]]:
    keys = [
        # Bytewise on both: PostgreSQL would sort by the rules of a language.
        column.collate("C") if postgres and isinstance(column.type.python_type(), str) else column
        for postgres in [connection.dialect.name == "postgresql"]
        for column in table.primary_key.columns
    ]
    query = select(table).order_by(*keys)
    with connection.execute(query, execution_options={"yield_per": BATCH}) as result:
        for part in result.mappings().partitions():
            yield [{str(name): row[name] for name in row} for row in part]


def _refuse_unless_empty(connection: Connection) -> None:
    held = [
        table.name
        for table in metadata.sorted_tables
        if connection.execute(select(func.count()).select_from(table)).scalar()
    ]
    if held:
        raise NotPossibleError(
            f"the target is not empty ({', '.join(held)}): a move fills a new database alone"
        )


def _set_sequences(connection: Connection) -> None:
    """PostgreSQL numbers on after the last row; its sequences know nothing of rows brought in."""
    last = select(func.max(ledger.c.seq)).scalar_subquery()
    known = func.coalesce(last, 0) + 1
    connection.execute(select(func.setval("ledger_seq", known, False)))
    for table in metadata.sorted_tables:
        for column in table.primary_key.columns:
            name = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": table.name, "column": column.name},
            ).scalar()
            if name:
                next_one = func.coalesce(select(func.max(column)).scalar_subquery(), 0) + 1
                connection.execute(select(func.setval(name, next_one, False)))
