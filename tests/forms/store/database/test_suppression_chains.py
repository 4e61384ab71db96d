"""Suppressions of a database that an earlier version began get their chains when it is migrated."""

import json
import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from forms.permission.ledger import spell
from forms.permission.record import Scope
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.database.migrate import HEAD, migrate, revision_of
from forms.store.records.rows import LedgerWriter
from forms.store.records.suppression import add
from forms.store.verify import verify

from ...databases import BARE, PostgreSQL, dump, rows
from ...declared import NOW
from ...faults.doomed import Doomed
from ...world import SUPPRESSION
from .test_migrate import Copies, copies, killer

__all__ = ["copies", "killer"]

KEY = SuppressionKey(SUPPRESSION.encode())
BEFORE = "2025-01-01T00:00:00.000000Z"
ROW = "INSERT INTO suppression (address, scope, key_id, reason, at) VALUES (:a, :s, :k, :r, :t)"


def begun_earlier(url: str, number: int) -> None:
    """A database of the version before chains, with `number` suppressed addresses."""
    engine = open_engine(url)
    migrate(engine, head="0002")
    people = [
        {"a": KEY.conceal(f"p{n}@x"), "s": "all", "k": KEY.id, "r": "bounced", "t": BEFORE}
        for n in range(number)
    ]
    with engine.begin() as connection:
        connection.execute(text(ROW), people)
    engine.dispose()


def migrated(url: str) -> list[str]:
    """What `verify` finds afterwards."""
    database = Database(open_engine(url))
    migrate(database.engine, clock=lambda: NOW)
    with database.reading() as connection:
        found = [str(finding) for finding in verify(connection)]
    database.close()
    return found


def test_each_gets_one_event_that_says_where_it_comes_from(bare_url: str) -> None:
    begun_earlier(bare_url, 3)
    assert migrated(bare_url) == []
    found = rows(bare_url, "SELECT kind, method, at, prev FROM ledger")
    assert found == [("suppression.added", "migrated", spell(NOW), "")] * 3
    [body, *_] = (body for (body,) in rows(bare_url, "SELECT body FROM detail"))
    assert json.loads(str(body)) == {
        "scope": "all",
        "reason": "bounced",
        "key_id": KEY.id,
        "at": BEFORE,
    }
    whole = dump(bare_url)
    assert migrated(bare_url) == []
    assert dump(bare_url) == whole


def test_a_scope_that_has_its_event_keeps_it_and_the_other_one_follows(bare_url: str) -> None:
    begun_earlier(bare_url, 1)
    engine, address = open_engine(bare_url), KEY.conceal("p0@x")
    erased, at = {"key_id": KEY.id, "reason": "erased"}, NOW - timedelta(days=1)
    with engine.begin() as connection:
        add(LedgerWriter(connection, at, ["s"]), address, Scope.MARKETING, **erased)
    engine.dispose()
    assert migrated(bare_url) == []
    methods = rows(bare_url, "SELECT method FROM ledger ORDER BY seq")
    assert methods == [("rule",), ("migrated",)]


def test_postgresql_knows_at_once_how_many_there_are(postgresql: PostgreSQL) -> None:
    """Otherwise `verify` would compare each with each."""
    with postgresql.empty_database(BARE) as url:
        begun_earlier(url, 300)
        assert migrated(url) == []
        counted = rows(url, "SELECT reltuples FROM pg_class WHERE relname = 'ledger'")
    assert counted == [(300.0,)]


@pytest.mark.parametrize("change", ["reason = 'erased'", "at = ''", "scope = 'marketing'"])
def test_what_is_changed_afterwards_is_found(bare_url: str, change: str) -> None:
    begun_earlier(bare_url, 1)
    migrated(bare_url)
    rows(bare_url, f"UPDATE suppression SET {change}")
    assert migrated(bare_url) != []


def test_it_may_be_killed_half_way(bare_url: str, killer: Doomed, copies: Copies) -> None:
    killed_half_way(bare_url, killer, copies, people=400, rounds=2)


@pytest.mark.slow
def test_a_hundred_thousand_may_be_killed_half_way(
    bare_url: str, killer: Doomed, copies: Copies
) -> None:
    killed_half_way(bare_url, killer, copies, people=100_000, rounds=5)


def killed_half_way(url: str, killer: Doomed, copies: Copies, people: int, rounds: int) -> None:
    begun_earlier(url, people)
    chance, killed = random.Random(people), 0
    with copies(url) as copy:
        whole = killer.migrate(copy).seconds
    for turn in range(rounds):
        with copies(url) as copy:
            moment = (turn + chance.random()) * whole / rounds
            killed += killer.migrate(copy, killed_after=moment).killed
            assert vouched(copy) in (("0002", 0), (f"{HEAD}_heavy", people))
            assert killer.migrate(copy).well
            assert vouched(copy) == (f"{HEAD}_heavy", people)
            database = Database(open_engine(copy))
            with database.reading() as connection:
                assert list(verify(connection)) == []
            database.close()
    assert killed


def vouched(url: str) -> tuple[str, int]:
    """The version, and how many events were migrated."""
    engine = open_engine(url)
    with engine.connect() as connection:
        version = revision_of(connection)
    engine.dispose()
    [(number,)] = rows(url, "SELECT count(*) FROM ledger WHERE method = 'migrated'")
    assert isinstance(number, int)
    return version, number
