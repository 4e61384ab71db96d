"""Law 9: a step forward and back between SQLite and PostgreSQL leaves the same export."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from forms import optin
from forms.not_done import NotDoneError
from forms.settings import SuppressionKey
from forms.store.engine import Database, open_engine
from forms.store.erase import erase
from forms.store.export_all import contacts, events, write_csv, write_jsonl
from forms.store.move import Moved, digest_of_all, fingerprint, move
from forms.store.purge import Keep, purge
from forms.store.store import Store

from ..databases import PostgreSQL, dump, rows
from ..declared import NOW
from ..world import SUPPRESSION
from .test_erase import confirm, findings, opened, request


@contextmanager
def database(url: str) -> Iterator[Database]:
    made = Database(open_engine(url))
    try:
        yield made
    finally:
        made.close()


def step(source: str, target: str) -> Moved:
    with database(source) as ours, database(target) as theirs:
        return move(ours, theirs, step=lambda _rows: None)


def export(url: str) -> tuple[str, str, str, str]:
    with database(url) as opened_one, opened_one.reading() as connection:
        people, happened, table = io.StringIO(), io.StringIO(), io.StringIO(newline="")
        write_jsonl(contacts(connection), people)
        write_jsonl(events(connection), happened)
        write_csv(contacts(connection), table)
        whole = digest_of_all(fingerprint(connection))
    return people.getvalue(), happened.getvalue(), table.getvalue(), whole


def live(url: str, acts: list[tuple[str, int]]) -> None:
    """A history, by whatever means there are."""
    for store in opened(url):
        for number, (act, who) in enumerate(acts):
            now = NOW + timedelta(hours=number)
            asked = request(store, f"persona-{who}.ñ@bücher-{who}.example".replace("ñ", "n"))
            match act:
                case "confirm":
                    confirm(store, asked)
                case "withdraw":
                    leave = partial(
                        optin.withdraw, ["newsletter"], method="one-click", language="es"
                    )
                    store.for_contact(asked.contact, lambda r, f=leave: f(r), now=now)
                case "bounce":
                    store.for_contact(
                        asked.contact, lambda r: optin.bounce(r, reply="550 «no»"), now=now
                    )
                case "erase":
                    erase(store, asked.contact, now=now, method="operator")
                case "purge":
                    purge(store, now=now + timedelta(days=20), keep=Keep())


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["request", "confirm", "withdraw", "bounce", "erase", "purge"]),
        st.integers(0, 4),
    ),
    max_size=12,
)
SOME = [("confirm", 1), ("withdraw", 1), ("request", 2), ("erase", 3), ("bounce", 4)]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS, first=st.sampled_from(["sqlite", "postgresql"]))
def test_a_step_forward_and_back_leaves_the_same_export(
    acts: list[tuple[str, int]],
    first: str,
    postgresql: PostgreSQL,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("move")
    with postgresql.empty_database() as one, postgresql.empty_database() as two:
        files = [f"sqlite:///{directory / name}.db" for name in ("one", "two")]
        here, there, back = (files[0], one, files[1]) if first == "sqlite" else (one, files[0], two)
        live(here, acts)
        before = export(here)
        forward, backward = step(here, there), step(there, back)
        assert export(there) == before
        assert export(back) == before
        assert forward == backward
        assert forward.digest == before[3]


@pytest.mark.parametrize("forward", [True, False])
def test_after_a_move_life_goes_on(tmp_path: Path, postgresql_url: str, forward: bool) -> None:
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    here, there = (file, postgresql_url) if forward else (postgresql_url, file)
    live(here, SOME)
    step(here, there)
    key = SuppressionKey(SUPPRESSION.encode())
    store = Store(Database(open_engine(there)), key=key, host="example.org")
    store.prepare()
    [(last,)] = rows(there, "SELECT max(seq) FROM ledger")
    asked = request(store, "new@example.org")
    assert asked.events[0].seq == int(str(last)) + 1
    assert len(asked.decision.notices) == 1, "the outbox numbers on"
    confirm(store, asked)
    assert findings(store) == []
    with pytest.raises(Exception, match="append-only"):
        rows(there, "UPDATE ledger SET page = 'x'")
    store.database.close()


def test_a_target_that_holds_something_is_refused(tmp_path: Path, postgresql_url: str) -> None:
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    live(file, SOME)
    live(postgresql_url, [("confirm", 9)])
    before = dump(postgresql_url)
    with pytest.raises(NotDoneError, match="not empty"):
        step(file, postgresql_url)
    assert dump(postgresql_url) == before


def test_a_move_that_fails_leaves_the_target_empty(tmp_path: Path, postgresql_url: str) -> None:
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    live(file, SOME)

    def fail(_rows: int) -> None:
        raise KeyboardInterrupt

    with (
        database(file) as ours,
        database(postgresql_url) as theirs,
        pytest.raises(KeyboardInterrupt),
    ):
        move(ours, theirs, step=fail)
    assert not any(dump(postgresql_url).values())
    step(file, postgresql_url)
