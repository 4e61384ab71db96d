"""Clerks: what many requests ask to be written shares commits, and each hears of its own."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, bindparam, column, event, insert, select, table, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from forms.store.database import writers
from forms.store.database.engine import Database, open_engine
from forms.store.database.faults import UnwrittenError
from forms.store.database.prepared import Prepared
from forms.store.database.writers import UnitOfWork, Write, WriterPool

from ...world import until

NOTE = table("note", column("name"))
ADD = Prepared(insert(NOTE).values(name=bindparam("name")))
NAMED = Prepared(select(NOTE.c.name).where(NOTE.c.name == bindparam("is")))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(
        open_engine(f"sqlite:///{tmp_path / 'notes.db'}"), on_broken=lambda _fault: None
    )
    with made.writing() as connection:
        connection.execute(text("CREATE TABLE note (name TEXT UNIQUE)"))
    yield made
    made.close()


def adding(name: str) -> Write[str]:
    def write(connection: Connection) -> str:
        ADD.run_each(connection, [{"name": name}])
        return name

    return write


def noted(name: str) -> UnitOfWork[str, str]:
    written = yield adding(name)
    return f"{written} is noted"


def refused() -> UnitOfWork[str, str]:
    if time.monotonic() > 0:
        raise LookupError("there is no such form")
    yield adding("never")
    return ""


def at_once() -> UnitOfWork[str, str]:
    if time.monotonic() < 0:
        yield adding("never")
    return "nothing to write"


def all_told(database: Database, *stories: UnitOfWork[str, str]) -> list[str | BaseException]:
    async def told() -> list[str | BaseException]:
        asked = (database.run(story) for story in stories)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(told())


def names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(select(NOTE.c.name)).scalars())


def test_stories_share_commits_and_each_has_an_outcome_of_its_own(database: Database) -> None:
    commits: list[Connection] = []
    event.listen(database.engine, "commit", commits.append)
    stories = [noted(str(number)) for number in range(40)]
    found = all_told(database, *stories, noted("7"), refused(), at_once())
    assert found[:40] == [f"{number} is noted" for number in range(40)]
    assert isinstance(found[40], IntegrityError)
    assert isinstance(found[41], LookupError)
    assert found[42] == "nothing to write"
    assert names(database) == {str(number) for number in range(40)}
    assert len(commits) < 30


def test_no_story_goes_on_before_its_writing_is_on_the_disk(database: Database) -> None:
    seen: list[str] = []

    def careful(name: str) -> UnitOfWork[str, str]:
        written = yield adding(name)
        seen.append(f"{written} went on")
        return written

    event.listen(database.engine, "commit", lambda _connection: seen.append("commit"))
    all_told(database, careful("a"))
    assert seen == ["commit", "a went on"]


def test_a_failed_commit_comes_to_every_story_that_wrote(database: Database) -> None:
    def full(_connection: Connection) -> None:
        raise OperationalError("COMMIT", None, Exception("disk is full"))

    event.listen(database.engine, "commit", full)
    *wrote, quiet = all_told(database, *(noted(str(n)) for n in range(5)), at_once())
    assert all(isinstance(each, UnwrittenError) for each in wrote)
    assert quiet == "nothing to write"
    event.remove(database.engine, "commit", full)
    assert names(database) == set()
    assert all_told(database, noted("after")) == ["after is noted"]


def test_a_story_that_writes_nothing_waits_for_no_writer(database: Database) -> None:
    holds, over = Event(), Event()

    def hold() -> None:
        with database.writing():
            holds.set()
            over.wait(5)

    holder = Thread(target=hold)
    holder.start()
    holds.wait(5)
    began = time.monotonic()
    assert all_told(database, at_once()) == ["nothing to write"]
    assert time.monotonic() - began < 4
    over.set()
    holder.join()


def test_a_story_may_mend_what_its_writing_raised(database: Database) -> None:
    def mending() -> UnitOfWork[str, str]:
        try:
            yield adding("twice")
        except DBAPIError:
            return "it was there"
        return "it is new"

    assert all_told(database, mending()) == ["it is new"]
    assert all_told(database, mending()) == ["it was there"]


def test_a_thread_that_ended_is_started_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "IDLE_SECONDS", 0.01)
    for number in range(3):
        assert all_told(database, noted(str(number))) == [f"{number} is noted"]
        time.sleep(0.05)
    assert names(database) == {"0", "1", "2"}


def test_another_thread_starts_while_one_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "HELP_AFTER_SECONDS", 0.05)
    held, free = Event(), Event()

    def write_all(writes: Sequence[Write[str]]) -> Sequence[object]:
        if not held.is_set():
            held.set()
            free.wait(10)
        return ["written"] * len(writes)

    def by() -> UnitOfWork[str, str]:
        return (yield adding("never"))

    pool = WriterPool(write_all, threads=3, max_units=4)

    async def told() -> None:
        first = asyncio.create_task(pool.run(by()))
        await asyncio.to_thread(held.wait, 10)
        for _ in range(3):
            others = [pool.run(by()) for _ in range(10)]
            await asyncio.wait_for(asyncio.gather(*others), 10)
        assert not first.done()
        free.set()
        await first

    asyncio.run(told())
    until(lambda: pool._threads == 1, "the helping threads to end")


def test_an_error_of_a_prepared_statement_names_no_value(database: Database) -> None:
    all_told(database, noted("ana@example.org"))
    (fault,) = all_told(database, noted("ana@example.org"))
    assert isinstance(fault, IntegrityError)
    assert "ana@" not in str(fault)
    with database.reading() as connection:
        assert NAMED.scalar(connection, {"is": "ana@example.org"}) == "ana@example.org"
        assert NAMED.scalar(connection, {"is": "nobody"}) is None
