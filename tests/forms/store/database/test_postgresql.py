"""PostgreSQL: several handlers and workers at once, and a server that goes away for a while."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from signal import SIGINT, SIGQUIT, Signals

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.ledger import Method
from forms.permission.record import Decision
from forms.store.database.engine import Database, open_engine
from forms.store.queues.lease import Result
from forms.store.queues.outbox import Outbox
from forms.store.records.store import Store
from forms.store.records.writing import QueueState
from forms.store.verify import verify

from ...contact_history import CATALOGUE, submission
from ...databases import PostgreSQL, postgresql_server, rows
from ...declared import NOW
from ...world import World, until, world
from ..records.test_store import KEY, request

LEASE = timedelta(minutes=5)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A handler's or a worker's store."""
    database = Database(open_engine(url))
    made = Store(database, key=KEY, mail_domain="example.org")
    made.prepare()
    made.add_catalogue(CATALOGUE, now=NOW)
    try:
        yield made
    finally:
        database.close()


def ask(store: Store, email: str) -> str:
    return request(store, replace(submission("newsletter"), address=parse_address(email))).contact


def faults(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [str(finding) for finding in verify(connection)]


def test_every_connection_waits_for_the_disk(postgresql_url: str, postgresql: PostgreSQL) -> None:
    """The session's server does not by itself."""
    with postgresql_server(synchronous_commit="off") as lax, lax.empty_database() as url:
        database = Database(open_engine(url))
        for _ in range(3):
            with database.reading() as first, database.writing() as second:
                for connection in (first, second):
                    said = connection.execute(text("SHOW synchronous_commit")).scalar()
                    assert said == "on"
        database.close()


def test_a_reader_has_one_view_and_changes_nothing(postgresql_url: str) -> None:
    with opened(postgresql_url) as store:
        with store.database.reading() as connection:
            count = text("SELECT count(*) FROM contact")
            before = connection.execute(count).scalar()
            ask(store, "ana@example.org")
            assert connection.execute(count).scalar() == before
        with pytest.raises(DBAPIError, match="read-only"), store.database.reading() as connection:
            connection.execute(text("DELETE FROM pending"))
        with store.database.writing() as connection:
            connection.execute(text("DELETE FROM pending"))


def test_handlers_that_begin_together_make_the_tables_once(postgresql_url: str) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: stack.enter_context(opened(postgresql_url)), range(6)))
        assert faults(stores[0]) == []
    loaded = rows(postgresql_url, "SELECT kind, count(*) FROM ledger GROUP BY kind")
    assert {str(kind): number for kind, number in loaded} == {
        "catalogue.wording": len(CATALOGUE.wordings()),
        "catalogue.form": len(CATALOGUE.forms),
    }


def test_a_hundred_at_once_on_three_handlers(postgresql_url: str) -> None:
    """Law 6, with nothing in common but the database."""
    with ExitStack() as stack:
        stores = [stack.enter_context(opened(postgresql_url)) for _ in range(3)]
        with ThreadPoolExecutor(24) as pool:
            list(pool.map(lambda n: ask(stores[n % 3], "ana@example.org"), range(100)))
            list(pool.map(lambda n: ask(stores[n % 3], f"p{n % 10}@example.org"), range(100)))
        assert faults(stores[0]) == []
    for table in ("contact", "pending", "outbox"):
        assert rows(postgresql_url, f"SELECT count(*) FROM {table}") == [(11,)]


def test_several_workers_send_each_mail_once(postgresql_url: str) -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(opened(postgresql_url)) for _ in range(4)]
        for number in range(60):
            ask(stores[0], f"p{number}@example.org")
        sent: Counter[int] = Counter()

        def work(store: Store) -> None:
            queue = Outbox(store)
            while queue.next_due() is not None:
                owed = queue.claim(now=NOW, lease=LEASE)
                if owed is None:
                    return
                sent[owed.id] += 1
                assert queue.may_leave(owed)
                assert queue.settle(owed, Result(QueueState.SENT, "250"), now=NOW)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, stores))
        assert len(sent) == 60
        assert set(sent.values()) == {1}
        assert faults(stores[0]) == []


def test_a_mail_that_is_being_claimed_does_not_hold_up_the_next(postgresql_url: str) -> None:
    with opened(postgresql_url) as store:
        first, second = (ask(store, f"p{number}@example.org") for number in range(2))
        queue = Outbox(store)
        with store.database.writing() as connection:
            store.lock_contact(connection, first)
            began = time.monotonic()
            owed = queue.claim(now=NOW, lease=LEASE)
            assert owed is not None
            assert owed.contact == second
            assert queue.claim(now=NOW, lease=LEASE) is None
            assert time.monotonic() - began < 1
        owed = queue.claim(now=NOW, lease=LEASE)
        assert owed is not None
        assert owed.contact == first


def test_nothing_is_claimed_after_a_withdrawal(postgresql_url: str) -> None:
    """Law 4: they leave while workers claim; whatever was claimed was claimed before."""

    def leave(record: object) -> Decision:
        return optin.withdraw(["newsletter"], record, method=Method.BUTTON, language="en")  # type: ignore[arg-type]

    with ExitStack() as stack:
        handler, *workers = (stack.enter_context(opened(postgresql_url)) for _ in range(3))
        people = [ask(handler, f"p{number}@example.org") for number in range(40)]

        def work(store: Store) -> None:
            while Outbox(store).next_due() == NOW:
                Outbox(store).claim(now=NOW, lease=LEASE)

        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(work, worker) for worker in workers]
            for contact in people:
                handler.commit_for_contact(contact, leave, now=NOW)
            for future in done:
                future.result()
        assert faults(handler) == []
    query = (
        "SELECT count(*) FROM outbox JOIN ledger ON subject = contact AND kind = :gone "
        "WHERE state = 'claimed' AND checked > seq"
    )
    assert rows(postgresql_url, query, gone="permission.withdrawn") == [(0,)]
    states = rows(postgresql_url, "SELECT state, count(*) FROM outbox GROUP BY state")
    assert sum(int(str(count)) for _, count in states) == 40


@pytest.mark.parametrize("how", [SIGINT, SIGQUIT])
def test_a_restart_under_load_is_lived_through(tmp_path: Path, how: Signals) -> None:
    """503 meanwhile, never a false 303, and well again by itself."""
    with postgresql_server() as server, server.empty_database() as url:
        with world(tmp_path, ATRAE_DATABASE_URL=url) as here:
            answers: Counter[int] = Counter()
            promised = _load(here, server, how, answers)
            assert here.client.get("/readyz").status_code == 200
            assert here.submit("after@example.org").status_code == 303
            sent = "select state from outbox join contact c on c.id = contact where c.key = ?"
            # It stands behind those of all who came during the load.
            is_sent = [("sent",)]
            until(lambda: here.rows(sent, "after@example.org") == is_sent, "the mail after it", 30)
        assert set(answers) <= {303, 503}, answers
        assert answers[503] > 0
        assert answers[303] > 20
        known = {address for (address,) in rows(url, "SELECT address FROM contact")}
        assert promised <= known
        with opened(url) as store:
            assert faults(store) == []


def _load(here: World, server: PostgreSQL, how: Signals, answers: Counter[int]) -> set[str]:
    """Eight people subscribe again and again; the addresses that were promised something."""
    promised: set[str] = set()
    over = threading.Event()

    def visit(number: int) -> None:
        with httpx.Client(base_url=str(here.client.base_url), timeout=30) as client:
            visitor = replace(here, client=client)
            for turn in range(100_000):
                if over.is_set():
                    return
                email = f"v{number}-{turn}@example.org"
                status = visitor.submit(email).status_code
                answers[status] += 1
                if status == 303:
                    promised.add(email)

    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            pool.submit(visit, number)
        try:
            until(lambda: answers[303] > 10, "the first answers")
            server.stop(how)
            until(lambda: answers[503] > 0, "an answer that says so", 10)
            assert here.client.get("/healthz").status_code == 200
            assert here.client.get("/readyz").status_code == 503
            server.start()
            before = answers[303]
            until(lambda: answers[303] > before + 10, "the answers after it", 10)
        finally:
            over.set()
    return promised
