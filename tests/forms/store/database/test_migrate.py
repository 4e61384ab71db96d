"""A migration happens whole, or not at all; whenever it is killed, the next one ends well."""

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import make_url

from forms.store.database.engine import Database, open_engine, sqlite_file
from forms.store.database.migrate import HEAD, MIGRATION_LOCK, SchemaError, check_schema, migrate
from forms.store.database.restore_marker import marker_of

from ...databases import PostgreSQL
from ...faults.doomed import HEAVY, Doomed, doomed

Copies = Callable[[str], AbstractContextManager[str]]
State = dict[str, str]

PEOPLE = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people) ",
    "INSERT INTO contact (id, address, key, created, asked) "
    "SELECT 'c' || i, 'p@h' || i % 97, 'p' || i, '', '' FROM n",
    "INSERT INTO ledger (seq, at, subject, purpose, kind, wording, form, form_version, page, "
    "language, campaign, method, detail, prev, digest) SELECT i, '', 'c' || i, 'newsletter', "
    "'permission.requested', '', '', '', '/a/page/', 'en', '', 'form', '', '', 'd' || i FROM n",
    "INSERT INTO detail (event, salt, body) SELECT i, 's' || i, '{}' FROM n",
)
"""Rows enough to take time; their digests are none, for no migration may look at them."""


@pytest.fixture(scope="module")
def killer() -> Iterator[Doomed]:
    with doomed() as made:
        yield made


@pytest.fixture
def copies(request: pytest.FixtureRequest) -> Copies:
    """Makes a copy of a database that nobody has open."""
    numbers = count()

    @contextmanager
    def copied(url: str) -> Iterator[str]:
        file = sqlite_file(url)
        if file is not None:
            target = file.with_name(f"copy-{next(numbers)}.db")
            shutil.copy(file, target)
            yield f"sqlite:///{target}"
            target.unlink()
            return
        server: PostgreSQL = request.getfixturevalue("postgresql")
        with server.empty_database(str(make_url(url).database)) as copy:
            yield copy

    return copied


def peopled(url: str, people: int) -> None:
    engine = open_engine(url)
    migrate(engine)
    with engine.begin() as connection:
        for statement in PEOPLE[1:]:
            connection.execute(text(PEOPLE[0] + statement), {"people": people})
    engine.dispose()


def state(url: str) -> State:
    """What the database holds: of each table a digest of all rows, and the names of its indexes."""
    database = Database(open_engine(url, read_only=True))
    found: State = {}
    with database.reading() as connection:
        looked = inspect(connection)
        for name in sorted(looked.get_table_names()):
            digest = sha256(repr(sorted(str(i["name"]) for i in looked.get_indexes(name))).encode())
            # One text a row: there may be a million.
            names = [column["name"] for column in looked.get_columns(name)]
            row = " || '|' || ".join(f"coalesce(CAST({each} AS TEXT), '')" for each in names)
            query = text(f"SELECT {row} FROM {name} ORDER BY {names[0]}")
            with connection.execute(query, execution_options={"yield_per": 5000}) as rows:
                for part in rows.scalars().partitions():
                    digest.update("\n".join(part).encode())
            found[name] = digest.hexdigest()
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA quick_check")).scalar() == "ok"
    database.close()
    return found


def killed_half_way(url: str, killer: Doomed, copies: Copies, people: int, rounds: int) -> None:
    """Of each round a copy is migrated, and killed at a moment of its own."""
    peopled(url, people)
    before, chance = state(url), random.Random(people)
    with copies(url) as copy:
        whole = killer.migrate(copy)
        assert whole.well
        after = state(copy)
    assert before.keys() < after.keys()
    killed, seconds = 0, whole.seconds
    for turn in range(rounds):
        # One moment in each part of it, the last perhaps just after its end.
        moment = (turn + chance.random()) * seconds / rounds
        with copies(url) as copy:
            killed += killer.migrate(copy, killed_after=moment).killed
            left = state(copy)
            assert left in (before, after), f"killed after {moment} of {seconds} s"
            again = killer.migrate(copy)
            assert again.well
            assert state(copy) == after
        # The first migration may have met a busier machine than those that follow.
        seconds = min(seconds, again.seconds) if left == before else seconds
    assert killed > rounds // 2


def test_a_migration_may_be_killed_half_way(
    database_url: str, killer: Doomed, copies: Copies
) -> None:
    killed_half_way(database_url, killer, copies, people=4_000, rounds=3)


@pytest.mark.slow
def test_a_migration_of_a_million_may_be_killed_half_way(
    database_url: str, killer: Doomed, copies: Copies
) -> None:
    killed_half_way(database_url, killer, copies, people=1_000_000, rounds=3)


def test_one_that_fails_changes_nothing(database_url: str, tmp_path: Path) -> None:
    broken = (HEAVY / "heavy.py").read_text() + '    op.execute("SELECT nothing FROM nowhere")\n'
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "broken.py").write_text(broken)
    peopled(database_url, 100)
    before = state(database_url)
    engine = open_engine(database_url)
    with pytest.raises(Exception, match="nowhere"):
        migrate(engine, head=f"{HEAD}_heavy", more=[tmp_path / "more"])
    engine.dispose()
    assert state(database_url) == before


def test_who_comes_while_another_migrates_waits_for_as_long_as_it_takes(
    postgresql_url: str, postgresql: PostgreSQL
) -> None:
    """A statement is given up after some seconds; a migration of many rows takes longer."""
    engine = open_engine(postgresql_url)
    event.listen(engine, "connect", lambda c, _: c.execute("SET lock_timeout = '50ms'"))
    with psycopg.connect(postgresql_url) as other:
        other.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})".encode())
        waiting = threading.Thread(target=migrate, args=(engine,))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive()
    waiting.join(10)
    with engine.begin() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "50ms"
    assert migrate(engine) == (HEAD, HEAD)
    engine.dispose()


def test_a_database_whose_restore_did_not_end_is_neither_migrated_nor_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    engine = open_engine(url)
    assert migrate(engine) == ("", HEAD)
    marker_of(tmp_path / "forms.db").write_text("/backups/march.db\n")
    said = r"from /backups/march.db did not finish"
    with pytest.raises(SchemaError, match=said):
        migrate(engine)
    reader = Database(open_engine(url, read_only=True))
    with reader.reading() as connection, pytest.raises(SchemaError, match=said):
        check_schema(connection)
    marker_of(tmp_path / "forms.db").unlink()
    with reader.reading() as connection:
        check_schema(connection)
    reader.close()
    engine.dispose()
