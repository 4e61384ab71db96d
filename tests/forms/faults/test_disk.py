"""A disk that is full, and a disk that fails: never a false promise."""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from forms.errors import NotPossibleError
from forms.store.database.engine import UNAVAILABLE, Database, open_engine
from forms.store.database.faults import EX_IOERR
from forms.store.database.migrate import HEAD, migrate
from forms.store.database.restore_marker import unfinished_restore
from forms.store.upkeep.backup import restore
from forms.store.verify import verify

from ..store.database.test_migrate import peopled, state
from ..world import World, free_port, until, world
from .doomed import HEAVY
from .test_crash import ROOT, answers, on_record, post_until_it_dies
from .vfs import FULL, IOERR_FSYNC, IOERR_WRITE, OK, Disk, Step, available, disk

pytestmark = pytest.mark.skipif(
    not available(), reason="this Python's SQLite is not a library that ctypes can reach"
)


def whole(directory: Path) -> bool:
    database = Database(open_engine(f"sqlite:///{directory / 'forms.db'}", read_only=True))
    try:
        with database.reading() as connection:
            return [str(finding) for finding in verify(connection)] == []
    finally:
        database.close()


def fills_up(made: Disk, number: int) -> None:
    """The disk is full at the `number`-th write from now on."""
    left = iter(range(number))

    def fault(step: Step) -> int:
        return OK if step.what != "write" or next(left, None) is not None else FULL

    made.fault = fault


@contextmanager
def on_a_disk(directory: Path) -> Iterator[tuple[Disk, World]]:
    with disk(directory) as made, world(directory) as here:
        here.client.get("/readyz")
        yield made, here


def test_a_full_disk_is_said_and_promises_nothing(tmp_path: Path) -> None:
    promised: list[str] = []
    with on_a_disk(tmp_path) as (made, here):
        for number in (0, 1, 2, 3, 5, 8):
            fills_up(made, number)
            promised += until_it_is_full(here, f"p{number}")
            made.fault = lambda _step: OK
            email = f"again{number}@example.org"
            until(partial(is_promised, here, email), "the space to be noticed", 1)
            promised.append(email)
        until(lambda: len(here.inbox.messages) >= len(promised), "a mail for each", 20)
        here.settled()
        recipients = [str(message["To"]) for message in here.inbox.messages]
    assert sorted(recipients) == sorted(promised)
    assert set(promised) <= on_record(tmp_path / "forms.db")
    assert whole(tmp_path)


def until_it_is_full(here: World, name: str) -> Iterator[str]:
    """Who was promised something before the first refusal."""
    for each in range(50):
        email = f"{name}-{each}@example.org"
        answer = here.submit(email)
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            assert "nothing was recorded" in answer.text
            assert here.client.get("/healthz").status_code == 200
            return
        assert answer.status_code == 303
        yield email
    raise AssertionError("the disk was never full")


def is_promised(here: World, email: str) -> bool:
    return here.submit(email).status_code == 303


def test_a_migration_on_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    with disk(tmp_path) as made:
        peopled(url, 1_000)
        before = state(url)
        for number in (0, 1, 7, 20):
            engine = open_engine(url)
            fills_up(made, number)
            with pytest.raises(UNAVAILABLE, match="full"):
                migrate(engine, head=f"{HEAD}_heavy", more=[HEAVY])
            made.fault = lambda _step: OK
            engine.dispose()
            assert state(url) == before
        engine = open_engine(url)
        assert migrate(engine, head=f"{HEAD}_heavy", more=[HEAVY]) == (HEAD, f"{HEAD}_heavy")
        engine.dispose()


def test_a_restore_on_a_full_disk_leaves_what_was_there_and_says_so(tmp_path: Path) -> None:
    file, copy = tmp_path / "forms.db", tmp_path / "copy.db"
    url = f"sqlite:///{file}"
    with disk(tmp_path) as made:
        peopled(url, 10)
        peopled(f"sqlite:///{copy}", 500)
        before = state(url)
        for number in (0, 1, 7, 20):
            fills_up(made, number)
            with pytest.raises(NotPossibleError, match="full"):
                restore(url, copy)
            made.fault = lambda _step: OK
            assert state(url) == before
            assert str(copy) in unfinished_restore(file)
        restore(url, copy)
        assert state(url) == state(f"sqlite:///{copy}")
        assert unfinished_restore(file) == ""


FAILING = """
import sys
from functools import partial
from pathlib import Path
from tests.forms.faults.vfs import disk
from tests.forms.victim import serve
directory, port, what, code, number = sys.argv[1:]
with disk(Path(directory)) as made:
    left = iter(range(int(number)))
    def fault(step):
        return 0 if step.what != what or next(left, None) is not None else int(code)
    made.fault = fault
    serve(Path(directory), int(port))
"""


@pytest.mark.parametrize(
    ("what", "code", "number"), [("write", IOERR_WRITE, 900), ("sync", IOERR_FSYNC, 60)]
)
def test_a_disk_that_fails_stops_the_process(
    tmp_path: Path, what: str, code: int, number: int
) -> None:
    """Nothing is written on top of what may not be there, and what was promised is there."""
    port, promised = free_port(), list[str]()
    arguments = [str(tmp_path), str(port), what, str(code), str(number)]
    process = subprocess.Popen([sys.executable, "-c", FAILING, *arguments], cwd=ROOT)
    try:
        until(lambda: answers(port), "the handler", 20)
        clients = [
            threading.Thread(target=post_until_it_dies, args=(port, f"c{each}", promised))
            for each in range(8)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join(60)
        assert process.wait(20) == EX_IOERR
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    assert promised
    assert set(promised) <= on_record(tmp_path / "forms.db")
    assert whole(tmp_path)
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
