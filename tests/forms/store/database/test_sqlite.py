"""What is SQLite's alone: durable connections, a private file, one server, one turn to write."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from forms.store.database.engine import Database, open_engine
from forms.store.database.faults import BusyError
from forms.store.database.file_lock import LockedError, WriteLock, sole_writer
from forms.store.records.store import Store

from ...contact_history import CATALOGUE
from ...declared import NOW
from ..records.test_store import KEY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'forms.db'}"))
    made = Store(database, key=KEY, mail_domain="example.org")
    made.prepare()
    made.add_catalogue(CATALOGUE, now=NOW)
    yield made
    database.close()


def test_every_connection_reports_full_synchronous(store: Store) -> None:
    engine = store.database.engine
    connections = [engine.connect() for _ in range(12)]
    try:
        for connection in connections:
            options = connection.execution_options(atrae_reading=True)
            assert options.execute(text("PRAGMA synchronous")).scalar() == 2
            assert options.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert options.execute(text("PRAGMA foreign_keys")).scalar() == 1
    finally:
        for connection in connections:
            connection.close()


def test_the_database_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    for path in tmp_path.glob("forms.db*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_transaction_holds_the_write_lock_from_its_beginning(
    store: Store, tmp_path: Path
) -> None:
    """What is read in it stays true until it is written."""
    outside = sqlite3.connect(tmp_path / "forms.db", timeout=0)
    try:
        with store.database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            outside.execute("UPDATE contact SET asked = asked")
        outside.execute("UPDATE contact SET asked = asked")
    finally:
        outside.close()


def test_one_server_on_one_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    refused = pytest.raises(LockedError, match="in use by another handler")
    with sole_writer(url), refused, sole_writer(url):
        pass
    with sole_writer(url):
        pass


def test_the_turn_goes_to_the_process_that_waits(tmp_path: Path) -> None:
    """A server that writes all the time does not starve a command beside it."""
    busy, other = (WriteLock(tmp_path / "forms.db", timeout=5) for _ in range(2))
    over = threading.Event()
    rounds = [0]

    def work() -> None:
        while not over.is_set():
            with busy():
                rounds[0] += 1

    server = threading.Thread(target=work)
    server.start()
    try:
        for _ in range(20):
            with other():
                before = rounds[0]
                over.wait(0.002)
                assert rounds[0] == before
    finally:
        over.set()
        server.join()
        busy.close()
        other.close()


def test_who_waits_in_vain_is_told(tmp_path: Path) -> None:
    held, other = (WriteLock(tmp_path / "forms.db", timeout=0.05) for _ in range(2))
    with held(), pytest.raises(BusyError, match="another process"), other():
        pass
    with other():
        pass
    held.close()
    other.close()


def test_the_log_is_carried_over_now_and_then(store: Store, tmp_path: Path) -> None:
    """By our own hand, for SQLite's automatic checkpoint would swallow its errors."""
    for number in range(12):
        with store.database.writing() as connection:
            for each in range(500):
                values = {"name": f"{number}-{each}", "value": "x" * 300}
                connection.execute(text("INSERT INTO setting VALUES (:name, :value)"), values)
    log = tmp_path / "forms.db-wal"
    assert 0 < log.stat().st_size < 3_000_000
    assert (tmp_path / "forms.db").stat().st_size > 500_000
    store.database.checkpoint()
    assert log.stat().st_size == 0
