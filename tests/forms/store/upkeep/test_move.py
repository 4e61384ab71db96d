"""Law 9: a step forward and back between SQLite and PostgreSQL leaves the same export."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from forms.catalogue import Frequency
from forms.declared.address import Address, parse_address
from forms.errors import NotPossibleError
from forms.permission import guides, optin, preferences, subject_requests
from forms.permission.importing import Grant
from forms.permission.ledger import Kind, Method, Wish
from forms.permission.preferences import Choice
from forms.permission.record import NOTHING, Decision, Record
from forms.permission.retention import Retention
from forms.permission.suppression import complain, lift, never_again
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.people.erase import erase
from forms.store.people.export_all import contact_rows, event_rows, write_csv, write_jsonl
from forms.store.people.importing import import_grants
from forms.store.people.move_address import move_address
from forms.store.people.purge import purge
from forms.store.records.checkpoints import Sealer
from forms.store.records.store import Store
from forms.store.upkeep.move import MoveResult, combined_digest, fingerprint, move_database

from ...contact_history import CATALOGUE, LIMITS
from ...databases import PostgreSQL, dump, rows
from ...declared import NOW
from ...evidence.history import KEY, OWNER
from ...world import SUPPRESSION
from ..people.test_erase import confirm, findings, opened, request


@contextmanager
def database(url: str) -> Iterator[Database]:
    made = Database(open_engine(url))
    try:
        yield made
    finally:
        made.close()


def step(source: str, target: str) -> MoveResult:
    with database(source) as ours, database(target) as theirs:
        return move_database(ours, theirs)


def export(url: str) -> tuple[str, str, str, str]:
    with database(url) as opened_one, opened_one.reading() as connection:
        people, happened, table = io.StringIO(), io.StringIO(), io.StringIO(newline="")
        write_jsonl(contact_rows(connection), people)
        write_jsonl(event_rows(connection), happened)
        write_csv(contact_rows(connection), table)
        whole = combined_digest(fingerprint(connection))
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
                        optin.withdraw, ["newsletter"], method=Method.ONE_CLICK, language="es"
                    )
                    store.commit_for_contact(asked.contact, leave, now=now)
                case "bounce":
                    store.commit_for_contact(
                        asked.contact, lambda r: optin.bounce(r, reply="550 «no»"), now=now
                    )
                case "erase":
                    erase(store, asked.contact, now=now, method=Method.OPERATOR)
                case "purge":
                    purge(store, now=now + timedelta(days=20), keep=Retention())
                case "seal":
                    Sealer(store, KEY, OWNER).seal(now=now)
                case "import":
                    import_grants(store, [grant(asked.contact, now)], now=now)
                case _:
                    steer(store, asked.contact, act, now)


def steer(store: Store, person: str, act: str, now: datetime) -> None:
    """What people choose by their links, and what the owner records of them."""
    decide = STEERED.get(act)
    if decide is not None:
        store.commit_for_contact(person, partial(decide, now), now=now)
    elif act == "move":
        elsewhere = parse_address(f"Nandu+{person}@bücher.example")
        store.commit_for_contact(person, partial(ask, Wish.MOVE, now, elsewhere.typed), now=now)
        store.commit_for_contact(person, partial(agreed, now), now=now)
        arrived = partial(arrives, now, elsewhere)
        move_address(store, person, arrived, elsewhere, now=now)


def ask(wish: Wish, now: datetime, address: str, record: Record) -> Decision:
    return subject_requests.request(
        wish, record, now=now, limits=LIMITS, language="es", address=address
    )


def agreed(now: datetime, record: Record) -> Decision:
    return subject_requests.approve_move(record.events[-1], record, now=now)


def arrives(now: datetime, elsewhere: Address, record: Record) -> Decision:
    return subject_requests.complete_move(record.events[-1], record, elsewhere, now=now)


def stopped(record: Record) -> Decision:
    wishes = [event for event in record.events if event.kind is Kind.ACCESS_ASKED]
    return subject_requests.cancel(wishes[-1], record) if wishes else NOTHING


def chosen(now: datetime, record: Record, *, pause: int | None = None) -> Decision:
    """The newsletter once a week, about one topic; and perhaps a pause."""
    wanted = preferences.Choices(
        wordings=(CATALOGUE.wording("newsletter", "es"),),
        shown=frozenset({"newsletter"}),
        choices={"newsletter": Choice(frequency=Frequency.WEEKLY, topics=("mail",))},
        pause=pause,
    )
    fresh = f"{record.contact[:24]}{len(record.events):08}"
    return preferences.change(wanted, record, now=now, language="es", pending=fresh, limits=LIMITS)


STEERED: Mapping[str, Callable[[datetime, Record], Decision]] = {
    "choose": chosen,
    "pause": partial(chosen, pause=3),
    "reveal": lambda now, record: ask(Wish.REVEAL, now, "", record),
    "stop": lambda _now, record: stopped(record),
    "guide": lambda now, record: guides.accept_offer(
        CATALOGUE.wording("guide", "es"), record, now=now, limits=LIMITS
    ),
    "complain": lambda _now, record: complain(record, reason="«¡basta!»"),
    "never_again": lambda _now, record: never_again(record, reason="por teléfono"),
    "lift": lambda _now, record: lift(record, reason="lo pidió"),
}


def grant(person: str, now: datetime) -> Grant:
    """Somebody opted in elsewhere."""
    return Grant(
        line=1,
        address=parse_address(f"{person}@example.net"),
        wording=CATALOGUE.wording("newsletter", "es"),
        source="otra herramienta",
        date=now,
        evidence="«hoja 14»",
    )


ACTS_OF_ALL = (
    *("request", "confirm", "withdraw", "bounce", "erase", "purge", "seal", "import", "move"),
    *STEERED,
)
LIVED = (
    *("confirm", "choose", "guide", "reveal", "stop", "pause", "move", "confirm", "withdraw"),
    *("import", "seal", "confirm", "never_again", "lift", "confirm", "complain", "lift"),
    *("erase", "request", "purge", "confirm", "bounce"),
)
ACTS = st.lists(
    st.tuples(
        # Most of the others need somebody who has confirmed.
        st.sampled_from(["confirm", "confirm", *ACTS_OF_ALL]),
        st.integers(0, 2),
    ),
    max_size=16,
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


def test_a_history_of_every_kind_goes_along(tmp_path: Path, postgresql_url: str) -> None:
    """Law 9, with all that can happen to somebody, one after the other."""
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    live(file, [(act, who) for who in (0, 1) for act in LIVED])
    kinds = {kind for (kind,) in rows(file, "SELECT DISTINCT kind FROM ledger")}
    assert set(map(str, Kind)) - kinds == {
        *(Kind.DECLINED, Kind.DISCARDED, Kind.HELD, Kind.ACCESS_GIVEN)
    }
    before, back = export(file), f"sqlite:///{tmp_path / 'back.db'}"
    step(file, postgresql_url)
    step(postgresql_url, back)
    assert export(postgresql_url) == export(back) == before
    [(counted,)] = rows(postgresql_url, "SELECT reltuples FROM pg_class WHERE relname = 'ledger'")
    assert [(counted,)] == rows(file, "SELECT count(*) FROM ledger"), "the server plans by it"


@pytest.mark.parametrize("forward", [True, False])
def test_after_a_move_life_goes_on(tmp_path: Path, postgresql_url: str, forward: bool) -> None:
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    here, there = (file, postgresql_url) if forward else (postgresql_url, file)
    live(here, SOME)
    step(here, there)
    key = SuppressionKey(SUPPRESSION.encode())
    store = Store(Database(open_engine(there)), key=key, mail_domain="example.org")
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
    with pytest.raises(NotPossibleError, match="not empty"):
        step(file, postgresql_url)
    assert dump(postgresql_url) == before


def test_a_move_that_fails_leaves_the_target_empty(tmp_path: Path, postgresql_url: str) -> None:
    file = f"sqlite:///{tmp_path / 'forms.db'}"
    live(file, SOME)

    def fail(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with (
        database(file) as ours,
        database(postgresql_url) as theirs,
        pytest.raises(KeyboardInterrupt),
    ):
        move_database(ours, theirs, step=fail)
    assert not any(dump(postgresql_url).values())
    step(file, postgresql_url)
