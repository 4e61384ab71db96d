"""Law 5: what was answered 303 survives `kill -9`."""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from forms.store.database.engine import Database, open_engine
from forms.store.verify import verify

from .. import databases
from ..declared import catalogue
from ..world import free_port, until

ROOT = Path(__file__).parents[3]
DIGEST = catalogue().wording("newsletter", "en").digest
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENTS = 32


@contextmanager
def nursery(directory: Path, *database: str) -> Iterator[subprocess.Popen[str]]:
    """The process that bears the handlers, on the database in `directory` or the one named."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forms.victim", str(directory), *database],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate()


def born(process: subprocess.Popen[str], port: int) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{port}\n")
    process.stdin.flush()
    pid = int(process.stdout.readline())
    until(lambda: answers(port), "the handler", 10)
    return pid


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def post_until_it_dies(port: int, name: str, promised: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        for number in range(100_000):
            email = f"{name}-{number}@example.org"
            body = urlencode({"email": email, "purpose": DIGEST, "language": "en", "page": "/"})
            connection.request("POST", "/f/newsletter", body, HEADERS)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 303:
                promised.append(email)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def one_round(
    process: subprocess.Popen[str], number: int, answered: int, moment: float
) -> list[str]:
    """Serve, post from 32 clients, kill `moment` after so many answers; what was promised."""
    port, promised = free_port(), list[str]()
    pid = born(process, port)
    clients = [
        threading.Thread(target=post_until_it_dies, args=(port, f"r{number}c{each}", promised))
        for each in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    until(lambda: len(promised) >= answered, "the first answers", 20)
    time.sleep(moment)
    os.kill(pid, signal.SIGKILL)
    for client in clients:
        client.join(20)
    return promised


def on_record(database: Path | str) -> set[str]:
    """The addresses of whom the database holds a request; it is a SQLite file or a URL."""
    url = f"sqlite:///{database}" if isinstance(database, Path) else database
    query = (
        "select address from contact join ledger on subject = id "
        "join detail on event = seq where kind = 'permission.requested'"
    )
    return {str(address) for (address,) in databases.rows(url, query)}


def rounds(directory: Path, url: str, number: int) -> None:
    chance = random.Random(number)
    promised: list[str] = []
    with nursery(directory, url) as process:
        for each in range(number):
            kept = one_round(process, each, chance.randrange(1, 100), chance.uniform(0, 0.1))
            promised += kept
            assert set(kept) <= on_record(url), f"round {each}"
    assert set(promised) <= on_record(url)
    database = Database(open_engine(url, read_only=True))
    with database.reading() as connection:
        assert [str(finding) for finding in verify(connection)] == []
    database.close()


def test_what_was_answered_303_survives_a_kill(database_url: str, tmp_path: Path) -> None:
    rounds(tmp_path, database_url, 10)


@pytest.mark.slow
def test_what_was_answered_303_survives_two_hundred_kills(
    database_url: str, tmp_path: Path
) -> None:
    rounds(tmp_path, database_url, 200)
