"""Group commit: those who write together are on the disk together, or not at all."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from forms.store.database import group_commit
from forms.store.database.engine import Database, open_engine
from forms.store.database.faults import BusyError, UnwrittenError
from forms.store.database.fifo_lock import FifoLock

from ...world import until

ADD = text("INSERT INTO note VALUES (:name, :size)")


class Counted:
    """A database that counts its commits, and holds them up while `gate` is closed."""

    def __init__(self, file: Path, broken: Callable[[BaseException], None]) -> None:
        self.file = file
        self.database = Database(open_engine(f"sqlite:///{file}"), on_broken=broken)
        with self.database.writing() as connection:
            connection.execute(text("CREATE TABLE note (name TEXT UNIQUE, size TEXT)"))
        self.commits = 0
        self.fault: BaseException | None = None
        event.listen(self.database.engine, "commit", self._commit)

    def _commit(self, _connection: Connection) -> None:
        self.commits += 1
        if self.fault is not None:
            raise self.fault

    def add(self, name: str, *, size: str = "") -> None:
        with self.database.writing() as connection:
            connection.execute(ADD, {"name": name, "size": size})

    def write_all(self, *parts: Callable[[], None]) -> list[Future[None]]:
        """Run the parts in threads, all in line before the first of them may write."""
        pool = ThreadPoolExecutor(len(parts))
        with pool, self.database.writing(alone=True), self.watched() as lines:
            waiting = [pool.submit(part) for part in parts]
            stand = "all of them to stand in line"
            until(lambda: [len(line._waiting) for line in lines] == [len(parts)], stand)
            self.commits = 0
            # The context is left first: the line moves while the pool waits for its end.
            _ = waiting
        self.commits -= 1
        return waiting

    @contextmanager
    def watched(self) -> Iterator[set[FifoLock]]:
        """The lines in which somebody asks for a place meanwhile."""
        usual, lines = FifoLock.acquire, set[FifoLock]()

        def enter(line: FifoLock, seconds: float) -> None:
            lines.add(line)
            usual(line, seconds)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FifoLock, "acquire", enter)
            yield lines

    def names(self) -> set[str]:
        connection = sqlite3.connect(self.file)
        try:
            return {name for (name,) in connection.execute("SELECT name FROM note")}
        finally:
            connection.close()


@pytest.fixture
def stopped() -> list[BaseException]:
    """What would have stopped the process."""
    return []


@pytest.fixture
def notes(tmp_path: Path, stopped: list[BaseException]) -> Iterator[Counted]:
    made = Counted(tmp_path / "notes.db", stopped.append)
    yield made
    made.database.close()


def test_those_who_wait_share_one_commit(notes: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow the machine is: nobody is turned away because the transaction is old.
    monkeypatch.setattr(group_commit, "MAX_OPEN", 60.0)
    parts = [lambda name=str(n): notes.add(name) for n in range(20)]
    for future in notes.write_all(*parts):
        future.result()
    assert notes.names() == {str(n) for n in range(20)}
    assert notes.commits == 1


def test_an_old_transaction_takes_nobody_in(
    notes: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MAX_OPEN", 0.0)
    for future in notes.write_all(*[lambda name=str(n): notes.add(name) for n in range(5)]):
        future.result()
    assert notes.commits == 5


def test_the_error_of_one_undoes_its_own_part_only(notes: Counted) -> None:
    def fails_late() -> None:
        with notes.database.writing() as connection:
            connection.execute(ADD, {"name": "gone", "size": ""})
            raise KeyError("a fault of the request")

    notes.add("there")
    good = [lambda name=str(n): notes.add(name) for n in range(5)]
    futures = notes.write_all(*good, fails_late, lambda: notes.add("there"))
    *fine, late, twice = futures
    assert [future.result() for future in fine] == [None] * 5
    with pytest.raises(KeyError):
        late.result()
    with pytest.raises(DBAPIError, match="UNIQUE"):
        twice.result()
    assert notes.names() == {"there", *map(str, range(5))}


def test_a_failed_commit_fails_all_who_share_it(
    notes: Counted, stopped: list[BaseException]
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    parts = [lambda name=str(n): notes.add(name) for n in range(8)]
    notes.fault = None
    pool = ThreadPoolExecutor(8)
    with pool, notes.database.writing(alone=True):
        futures = [pool.submit(part) for part in parts]
        time.sleep(0.1)
        event.listen(notes.database.engine, "commit", _after_one(OperationalError("", None, full)))
    for future in futures:
        with pytest.raises(UnwrittenError):
            future.result()
    assert notes.names() == set()
    assert stopped == []


def _after_one(fault: BaseException) -> Callable[[Connection], None]:
    """The first commit is the one that made the others wait."""
    seen: list[int] = []

    def commit(_connection: Connection) -> None:
        seen.append(1)
        if len(seen) > 1:
            raise fault

    return commit


def test_a_full_disk_is_said_and_is_well_again_when_there_is_room(
    notes: Counted, stopped: list[BaseException]
) -> None:
    """SQLite's own error, by its own limit; it undoes the whole transaction, not a savepoint."""
    limit = [1_000_000]

    @event.listens_for(notes.database.engine, "begin")
    def bounded(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}")

    limit[0] = 20
    notes.add("small")
    futures = notes.write_all(
        lambda: notes.add("a"), lambda: notes.add("b", size="x" * 200_000), lambda: notes.add("c")
    )
    faults = [future.exception() for future in futures]
    assert isinstance(faults[1], DBAPIError)
    kept = {name for name, fault in zip("abc", faults, strict=True) if fault is None}
    assert notes.names() == {"small", *kept}
    limit[0] = 1_000_000
    notes.add("b", size="x" * 200_000)
    assert "b" in notes.names()
    assert stopped == []


def test_a_disk_that_fails_stops_the_process(notes: Counted, stopped: list[BaseException]) -> None:
    broken = sqlite3.OperationalError("disk I/O error")
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    notes.fault = OperationalError("", None, broken)
    with pytest.raises(UnwrittenError):
        notes.add("lost")
    assert len(stopped) == 1
    notes.fault = None
    assert notes.names() == set()


def test_nobody_is_told_before_it_is_on_the_disk(notes: Counted) -> None:
    held = threading.Event()

    @event.listens_for(notes.database.engine, "commit")
    def slow(_connection: Connection) -> None:
        held.wait(5)

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(notes.add, str(number)) for number in range(4)]
        time.sleep(0.1)
        assert not any(future.done() for future in futures)
        held.set()
        assert [future.result() for future in futures] == [None] * 4


def test_a_batch_is_closed_in_time(notes: Counted) -> None:
    """However long the line is, who was first is answered soon."""

    def slowly(name: str) -> None:
        with notes.database.writing() as connection:
            connection.execute(ADD, {"name": name, "size": ""})
            time.sleep(0.015)

    parts = [lambda name=str(n): slowly(name) for n in range(12)]
    for future in notes.write_all(*parts):
        future.result()
    assert notes.commits >= 4


def test_alone_is_alone(notes: Counted) -> None:
    def alone() -> None:
        with notes.database.writing(alone=True) as connection:
            connection.execute(ADD, {"name": "alone", "size": ""})
            # Seen by others: it was committed, and what is written here is not yet.
            assert "alone" not in notes.names()

    for future in notes.write_all(lambda: notes.add("before"), alone, lambda: notes.add("after")):
        future.result()
    assert notes.names() == {"before", "alone", "after"}


def test_many_at_once_lose_nothing(notes: Counted) -> None:
    def write(number: int) -> str | None:
        try:
            with notes.database.writing() as connection:
                connection.execute(ADD, {"name": str(number), "size": ""})
                if number % 7 == 0:
                    raise KeyError(number)
        except KeyError:
            return None
        return str(number)

    with ThreadPoolExecutor(32) as pool:
        promised = {name for name in pool.map(write, range(600)) if name}
    assert notes.names() == promised
    assert len(promised) == 600 - len(range(0, 600, 7))


def test_the_line_is_kept_in_order() -> None:
    line, order = FifoLock(), list[int]()

    def stand(number: int) -> None:
        line.acquire(5)
        order.append(number)
        line.release()

    line.acquire(1)
    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=stand, args=(number,)))
        threads[-1].start()
        time.sleep(0.01)
    with pytest.raises(BusyError):
        line.acquire(0.02)
    line.release()
    for thread in threads:
        thread.join()
    assert order == list(range(10))
    assert not line.hand_over()
