"""Databases for many histories in a row, and what law 8 says of each of them in the end."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from forms.store.verify import verify

from ..databases import EmptyDatabase
from .house import House, house


class Registry:
    """Databases for many examples in a row: a new one now and then, and after a failure."""

    def __init__(self, open_one: EmptyDatabase, directory: Path, examples: int) -> None:
        self.open_one = open_one
        self.directory = directory
        self.examples = examples
        self.used = 0
        self.steps = 0
        self._stack = ExitStack()
        self._house: House | None = None

    def take(self) -> House:
        """A house whose outbox is empty."""
        if self._house is not None and self.used % self.examples == 0:
            self.vouch()
        if self._house is None:
            url = self._stack.enter_context(self.open_one())
            self._house = self._stack.enter_context(house(url, self.directory))
        self.used += 1
        return self._house

    def spoil(self) -> None:
        """The last example failed: what it left behind must not fail the next one."""
        self._house = None
        self._stack.close()

    def vouch(self) -> None:
        """Law 8: all that was written is whole; and no altered byte goes unnoticed."""
        if self._house is not None:
            vouched(self._house, random.Random(self.used))
        self.spoil()


def vouched(at: House, chance: random.Random) -> None:
    with at.store.database.reading() as connection:
        found = [str(finding) for finding in verify(connection)]
        assert not found, found
    for _ in range(5):
        with altered(at, chance) as (connection, place), closing(verify(connection)) as walk:
            assert next(walk, None), f"{place} was altered unnoticed"


COLUMNS = {
    "ledger": (
        *("at", "subject", "purpose", "kind", "wording", "form", "form_version", "page"),
        *("language", "campaign", "method", "detail", "prev", "digest"),
    ),
    "wording": ("digest", "purpose", "language", "text", "body", "first_seen"),
    "form": ("version", "id", "body", "first_seen"),
    "detail": ("salt", "body"),
}


@contextmanager
def altered(at: House, chance: random.Random) -> Iterator[tuple[Connection, str]]:
    """A connection in which one character of the evidence is another; undone afterwards."""
    table = chance.choice(sorted(COLUMNS))
    column = chance.choice(COLUMNS[table])
    engine = at.store.database.engine
    with engine.connect() as connection, connection.begin() as transaction:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.execute(text(query)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        key = {"ledger": "seq", "wording": "digest", "form": "version", "detail": "event"}[table]
        rows = connection.execute(text(f"SELECT {key}, {column} FROM {table} ORDER BY {key}"))
        name, value = chance.choice(rows.all())
        place = chance.randrange(len(value) + 1)
        other = value[:place] + chance.choice("xyz01") + value[place + 1 :]
        if other == value:
            other += "x"
        change = text(f"UPDATE {table} SET {column} = :other WHERE {key} = :name")
        connection.execute(change, {"other": other, "name": name})
        yield connection, f"{table}.{column} of {name}"
        transaction.rollback()
