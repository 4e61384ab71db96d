"""A database for many histories in a row, and what law 8 says of each of them in the end."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from forms.store.verify import verify

from ..databases import EmptyDatabase
from .emptied import unguarded
from .handler import House, house


class Registry:
    """One house for many histories; a new one after a failure. Counts what happened."""

    def __init__(self, open_one: EmptyDatabase, directory: Path) -> None:
        self.open_one = open_one
        self.directory = directory
        self.histories = 0
        self.steps = 0
        self.told: list[str] | None = None
        """What each step led to, where somebody wants to know."""
        self._stack = ExitStack()
        self._house: House | None = None

    def take(self) -> House:
        """A house; whoever takes it begins anew in it."""
        if self._house is None:
            url = self._stack.enter_context(self.open_one())
            self._house = self._stack.enter_context(house(url, self.directory))
        self.histories += 1
        return self._house

    def spoil(self) -> None:
        """The last history failed: what it left behind must not fail the next one."""
        self._house = None
        self._stack.close()

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_fault: object) -> None:
        self.spoil()


def vouched(at: House, chance: random.Random) -> None:
    """Law 8: all that was written is whole; and no altered byte goes unnoticed."""
    with at.store.database.reading() as connection:
        found = [str(finding) for finding in verify(connection)]
        assert not found, found
    for _ in range(2):
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
KEYS = {"ledger": "seq", "wording": "digest", "form": "version", "detail": "event"}


@contextmanager
def altered(at: House, chance: random.Random) -> Iterator[tuple[Connection, str]]:
    """A connection in which one character of the evidence is another; undone afterwards."""
    engine = at.store.database.engine
    with engine.connect() as connection, connection.begin() as transaction:
        unguarded(connection)
        table = chance.choice(sorted(COLUMNS))
        if connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).one_or_none() is None:
            table = "ledger"
        column, key = chance.choice(COLUMNS[table]), KEYS[table]
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
