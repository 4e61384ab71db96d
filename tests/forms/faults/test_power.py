"""Law 5, the second half: what was answered 303 is on the disk, not merely on its way there."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import event

from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.record import Limits
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.records.store import Store
from forms.store.verify import verify

from ..contact_history import CATALOGUE, submission
from ..declared import NOW
from ..world import SUPPRESSION
from .power import Platter, lay_out
from .vfs import Step, available, disk

pytestmark = pytest.mark.skipif(
    not available(), reason="this Python's SQLite is not a library that ctypes can reach"
)


@dataclass(frozen=True)
class History:
    """All that was written, and for each promise how much of it there was by then."""

    steps: Sequence[Step]
    promised: Sequence[tuple[int, str]]


def recorded(directory: Path, *, people: int, synchronous: str) -> History:
    """People ask from eight threads; each promise is noted the moment that it is given."""
    promised: list[tuple[int, str]] = []
    lock = Lock()
    with disk(directory) as made:
        engine = open_engine(f"sqlite:///{directory / 'forms.db'}")
        event.listen(engine, "connect", lambda c, _: c.execute(f"PRAGMA synchronous={synchronous}"))
        database = Database(engine)
        store = Store(database, key=SuppressionKey(SUPPRESSION.encode()), mail_domain="example.org")
        store.prepare()
        store.add_catalogue(CATALOGUE, now=NOW)

        def ask(number: int) -> None:
            email = f"p{number}@example.org"
            request(store, email)
            with lock:
                promised.append((len(made.steps), email))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(people)))
        database.close()
        return History(tuple(made.steps), tuple(promised))


def request(store: Store, email: str) -> None:
    asked = replace(submission("newsletter"), address=parse_address(email))
    store.commit_for_address(
        asked.address,
        lambda record: optin.request(
            asked, record, now=NOW, pending=store.new_id(), limits=Limits()
        ),
        now=NOW,
    )


def cuts(history: History) -> Iterator[tuple[int, Platter]]:
    """The disk before every sync, after the first promise, and at the very end."""
    platter, first = Platter(), min(history.promised)[0]
    for number, step in enumerate(history.steps):
        if number >= first and step.what == "sync":
            yield number, platter
        platter.take(step)
    yield len(history.steps), platter


def broken(history: History, directory: Path, chance: random.Random) -> str:
    """The first promise that a power cut would break, or what else is wrong; empty: nothing."""
    for number, platter in cuts(history):
        owed = {email for at, email in history.promised if at <= number}
        for files in (platter.without_cache(), platter.with_some(chance)):
            lay_out(files, directory)
            lost = owed - found_in(directory / "forms.db")
            if lost:
                return f"after step {number}: {len(lost)} promises are lost"
    database = Database(open_engine(f"sqlite:///{directory / 'forms.db'}", read_only=True))
    with database.reading() as connection:
        findings = [str(finding) for finding in verify(connection)]
    database.close()
    return "; ".join(findings)


def found_in(file: Path) -> set[str]:
    try:
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            query = "SELECT address FROM contact JOIN ledger ON subject = contact.id"
            return {address for (address,) in connection.execute(query)}
    except sqlite3.OperationalError:
        return set()


def test_what_was_promised_survives_a_power_cut(tmp_path: Path) -> None:
    history = recorded(tmp_path, people=60, synchronous="FULL")
    assert len(history.promised) == 60
    assert broken(history, tmp_path / "after", random.Random(1)) == ""


def test_the_test_sees_what_normal_would_lose(tmp_path: Path) -> None:
    """`synchronous=NORMAL` does not sync the log at each commit, and this is how it shows."""
    history = recorded(tmp_path, people=60, synchronous="NORMAL")
    assert "promises are lost" in broken(history, tmp_path / "after", random.Random(1))


@pytest.mark.slow
def test_what_was_promised_survives_many_power_cuts(tmp_path: Path) -> None:
    history = recorded(tmp_path, people=2000, synchronous="FULL")
    for seed in range(3):
        assert broken(history, tmp_path / "after", random.Random(seed)) == ""
