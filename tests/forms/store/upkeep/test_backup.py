"""Backups: one committed moment, whole, under load; putting one back never forgets silently."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from forms.errors import NotPossibleError
from forms.store.database.engine import Database, open_engine
from forms.store.records.store import Store
from forms.store.upkeep.backup import LostEvents, backup, check_backup, count_lost_events, restore
from forms.store.verify import verify

from ...databases import dump
from ..people.test_erase import confirm, opened, request


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'forms.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    yield from opened(url)


def findings(file: Path) -> list[str]:
    database = Database(open_engine(f"sqlite:///{file}", read_only=True))
    with database.reading() as connection:
        found = [str(finding) for finding in verify(connection)]
    database.close()
    return found


def ledger(file: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT seq, digest FROM ledger ORDER BY seq").fetchall()


def test_a_backup_is_one_whole_file_of_its_owner(store: Store, url: str, tmp_path: Path) -> None:
    confirm(store, request(store, "ana@example.org"))
    target = tmp_path / "copy.db"
    assert backup(url, target) == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert dump(f"sqlite:///{target}") == dump(url)
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy.db"]
    check_backup(target)


def test_a_backup_is_not_written_over_another(store: Store, url: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    backup(url, target)
    with pytest.raises(NotPossibleError, match="already exists"):
        backup(url, target)
    backup(url, target, force=True)
    with pytest.raises(NotPossibleError, match="the database itself"):
        backup(url, tmp_path / "forms.db", force=True)


def under_load(store: Store, url: str, directory: Path, rounds: int) -> None:
    answered: list[int] = []
    stop = threading.Event()

    def subscribe(name: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            committed = request(store, f"{name}-{number}@example.org")
            answered.append(committed.events[-1].seq)

    clients = [threading.Thread(target=subscribe, args=(f"c{each}",)) for each in range(4)]
    for client in clients:
        client.start()
    try:
        for number in range(rounds):
            target, before = directory / f"copy-{number}.db", max(answered, default=0)
            backup(url, target)
            kept = ledger(target)
            assert kept[-1][0] >= before, "what was committed before it began is in it"
            assert findings(target) == []
            # Events are numbered as they are committed: a prefix, or it is not one moment.
            assert kept == ledger(directory / "forms.db")[: len(kept)]
            assert [seq for seq, _ in kept] == list(range(1, len(kept) + 1))
    finally:
        stop.set()
        for client in clients:
            client.join(10)
    assert len(answered) > rounds


def test_under_load_it_equals_a_committed_prefix(store: Store, url: str, tmp_path: Path) -> None:
    under_load(store, url, tmp_path, 5)


@pytest.mark.slow
def test_under_load_it_does_so_thirty_times(store: Store, url: str, tmp_path: Path) -> None:
    under_load(store, url, tmp_path, 30)


def test_what_is_put_back_is_what_was_saved(store: Store, url: str, tmp_path: Path) -> None:
    asked, target = request(store, "ana@example.org"), tmp_path / "copy.db"
    backup(url, target)
    saved = dump(url)
    confirm(store, asked)
    store.database.close()
    assert count_lost_events(url, target) == LostEvents(events=1, final=0)
    restore(url, target)
    assert dump(url) == saved
    assert count_lost_events(url, target) == LostEvents(events=0, final=0)
    assert findings(tmp_path / "forms.db") == []
    with closing(sqlite3.connect(tmp_path / "forms.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    confirm(store, asked)
    assert findings(tmp_path / "forms.db") == []


def test_a_backup_can_be_put_where_nothing_is(store: Store, url: str, tmp_path: Path) -> None:
    request(store, "ana@example.org")
    backup(url, tmp_path / "copy.db")
    fresh = f"sqlite:///{tmp_path / 'new.db'}"
    assert count_lost_events(fresh, tmp_path / "copy.db").events == 0
    restore(fresh, tmp_path / "copy.db")
    assert dump(fresh) == dump(url)
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("spoil", ["text", "other", "torn"])
def test_what_is_no_whole_backup_is_refused(
    store: Store, url: str, tmp_path: Path, spoil: str
) -> None:
    file = tmp_path / "copy.db"
    for number in range(50):
        request(store, f"p{number}@example.org")
    if spoil == "text":
        file.write_text("no database at all, " * 100)
    elif spoil == "other":
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE something (else_ TEXT)")
    else:
        backup(url, file)
        content = bytearray(file.read_bytes())
        content[4096 * 3 :] = b"\x00" * (len(content) - 4096 * 3)
        file.write_bytes(bytes(content))
    with pytest.raises(NotPossibleError):
        check_backup(file)


def test_postgresql_is_told_of_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(NotPossibleError, match="pg_dump"):
        backup("postgresql+psycopg://somebody@/forms", tmp_path / "copy.db")
