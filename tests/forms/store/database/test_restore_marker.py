"""A restore that is killed: the database is the old one or the new one, and nobody mistakes it."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from forms.errors import NotPossibleError
from forms.store.database.engine import open_engine
from forms.store.database.migrate import SchemaError, migrate
from forms.store.database.restore_marker import marker_of, unfinished_restore
from forms.store.upkeep.backup import backup, restore

from ...faults.doomed import Doomed, doomed
from ..people.test_erase import confirm, opened, request
from .test_migrate import peopled


@pytest.fixture(scope="module")
def killer() -> Iterator[Doomed]:
    with doomed() as made:
        yield made


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def contents(file: Path) -> list[tuple[object, ...]]:
    """Who and what it knows; nothing where there is no table, as where there is no file."""
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if not names:
            return []
        query = "SELECT * FROM contact LEFT JOIN ledger ON subject = id ORDER BY id, seq"
        return [tuple(row) for row in connection.execute(query)]


def is_opened(file: Path) -> bool:
    """Whether a handler would begin with it."""
    engine = open_engine(url_of(file))
    try:
        migrate(engine)
    except SchemaError as fault:
        return str(fault) != unfinished_restore(file)
    finally:
        engine.dispose()
    return True


def lay(there: Path | None, file: Path) -> None:
    """Put a copy of that database in place, or nothing."""
    for name in ("", "-wal", "-shm"):
        Path(f"{file}{name}").unlink(missing_ok=True)
    if there:
        shutil.copy(there, file)


def killed_half_way(directory: Path, killer: Doomed, people: int, rounds: int) -> None:
    """Restores over another database, and where there is none, killed at a moment of their own."""
    file, copy, other = (directory / f"{name}.db" for name in ("forms", "copy", "other"))
    for each, number in ((copy, people), (other, people // 2)):
        peopled(url_of(each), number)
    chance, new, killed = random.Random(people), contents(copy), 0
    for there in (other, None):
        lay(there, file)
        old = contents(file)
        whole = killer.restore(url_of(file), copy)
        assert contents(file) == new
        for turn in range(rounds):
            lay(there, file)
            moment = (turn + chance.random()) * whole.seconds / rounds
            killed += killer.restore(url_of(file), copy, killed_after=moment).killed
            assert contents(file) in (old, new)
            assert not marker_of(file).exists() or not is_opened(file)
            assert marker_of(file).exists() or contents(file) == new or untouched(file, there)
            assert killer.restore(url_of(file), copy).well
            assert contents(file) == new
            assert is_opened(file)
    assert killed >= rounds


def untouched(file: Path, there: Path | None) -> bool:
    return file.read_bytes() == there.read_bytes() if there else not file.exists()


def test_a_restore_may_be_killed_half_way(tmp_path: Path, killer: Doomed) -> None:
    killed_half_way(tmp_path, killer, people=3_000, rounds=2)


@pytest.mark.slow
def test_a_restore_of_many_may_be_killed_half_way(tmp_path: Path, killer: Doomed) -> None:
    killed_half_way(tmp_path, killer, people=30_000, rounds=10)


def test_a_backup_that_cannot_be_read_to_its_end_is_said(tmp_path: Path) -> None:
    """What was there stays, and is not used as if it had been asked for."""
    file, copy = tmp_path / "forms.db", tmp_path / "copy.db"
    for store in opened(url_of(file)):
        confirm(store, request(store, "ana@example.org"))
    before = contents(file)
    peopled(url_of(copy), 500)
    with copy.open("r+b") as spoilt:
        spoilt.truncate(copy.stat().st_size // 2)
    with pytest.raises(NotPossibleError, match="run it again"):
        restore(url_of(file), copy)
    assert contents(file) == before
    assert not is_opened(file)
    marker_of(file).unlink()
    assert is_opened(file)
    assert unfinished_restore(file) == ""
    backup(url_of(file), tmp_path / "whole.db")
    restore(url_of(file), tmp_path / "whole.db")
    assert contents(file) == before
