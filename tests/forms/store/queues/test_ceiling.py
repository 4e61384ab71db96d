"""The ceiling on confirmations: the rest waits, nothing is lost, the owner is notified."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings as quickly, strategies as st

from forms.declared.address import parse_address
from forms.permission.optin import confirm, request
from forms.permission.record import Limits, Template
from forms.permission.submission import Submission
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.queues.ceiling import HOUR, Ceiling
from forms.store.queues.lease import Result
from forms.store.queues.outbox import ClaimedEmail, Outbox
from forms.store.records.store import Store
from forms.store.records.writing import QueueState
from forms.store.verify import verify

from ...databases import EmptyDatabase
from ...declared import NOW, catalogue
from ...world import World, text_of, until, world

CATALOGUE = catalogue()
LEASE = timedelta(minutes=5)
OWNER = "owner@example.org"


class House:
    """A store, its queue with a ceiling, and a clock."""

    def __init__(self, url: str, most: int, owner: str = OWNER) -> None:
        self.store = Store(
            Database(open_engine(url)), key=SuppressionKey(b"k" * 32), mail_domain="x"
        )
        self.store.prepare()
        self.store.add_catalogue(CATALOGUE, now=NOW)
        self.queue = Outbox(self.store, Ceiling(self.store, most=most, owner=owner))
        self.now = NOW
        self.people = 0

    def ask(self, number: int = 1) -> None:
        for _ in range(number):
            self.people += 1
            filled = submission(f"p{self.people}@example.org")
            self.store.commit_for_address(
                filled.address,
                lambda record, filled=filled: request(  # type: ignore[misc]
                    filled, record, now=self.now, pending=f"{self.people:032}", limits=Limits()
                ),
                now=self.now,
            )

    def confirm(self, number: int) -> None:
        pending = self.store.pending_request(f"{number:032}")
        assert pending is not None
        requested, _ = pending
        self.store.commit_for_contact(
            requested.contact,
            lambda record: confirm(
                requested.events, record, expires=requested.expires, now=self.now, answers={}
            ),
            now=self.now,
        )

    def claim(self) -> ClaimedEmail | None:
        return self.queue.claim(now=self.now, lease=LEASE)

    def send(self, claim: ClaimedEmail, fate: QueueState = QueueState.SENT) -> None:
        assert self.queue.settle(claim, Result(fate, "250"), now=self.now)

    def send_all(self) -> list[Template]:
        """Whatever may leave now, in order."""
        sent = []
        while (claim := self.claim()) is not None:
            self.send(claim)
            sent.append(claim.template)
        return sent


def submission(email: str) -> Submission:
    form = CATALOGUE.forms["newsletter"]
    return Submission(
        form=form.id,
        form_version=form.version,
        page="/",
        language="en",
        address=parse_address(email),
        answers={},
        wordings=(CATALOGUE.wording("newsletter", "en"),),
        trapped=False,
    )


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    house = House(database_url, most=3)
    yield house
    house.store.database.close()


CONFIRM, RECEIPT, HELD = Template.CONFIRM, Template.RECEIPT, Template.HELD


def test_what_is_above_waits_and_leaves_when_its_turn_comes(house: House) -> None:
    house.ask(8)
    assert house.send_all() == [CONFIRM] * 3 + [HELD]
    assert house.queue.next_due() == NOW + HOUR
    house.now = NOW + HOUR - timedelta(seconds=1)
    assert house.send_all() == []
    house.now = NOW + HOUR
    assert house.send_all() == [CONFIRM] * 3 + [HELD]
    house.now = NOW + 2 * HOUR
    assert house.send_all() == [CONFIRM] * 2
    assert house.queue.next_due() is None
    with house.store.database.reading() as connection:
        assert list(verify(connection)) == []


def test_what_somebody_has_confirmed_goes_on(house: House) -> None:
    house.ask(5)
    house.send_all()
    house.confirm(1)
    house.confirm(2)
    assert house.send_all() == [RECEIPT] * 2


def test_the_owner_is_told_once_an_hour(house: House) -> None:
    house.ask(20)
    notices = 0
    for minute in range(0, 181, 10):
        house.now = NOW + timedelta(minutes=minute)
        notices += house.send_all().count(HELD)
    assert notices == 4


def test_without_an_owner_it_is_on_record_all_the_same(database_url: str) -> None:
    house = House(database_url, most=1, owner="")
    house.ask(3)
    assert house.send_all() == [CONFIRM]
    with house.store.database.reading() as connection:
        kinds = connection.exec_driver_sql("select kind from ledger where method = 'ceiling'")
        assert kinds.fetchall() == [("outbox.held",)]
        assert list(verify(connection)) == []
    house.store.database.close()


def test_a_mail_that_was_claimed_by_who_died_does_not_block_the_rest(database_url: str) -> None:
    house = House(database_url, most=1)
    house.ask(2)
    first = house.claim()
    assert first is not None
    assert house.send_all() == [HELD]
    house.now = NOW + LEASE
    again = house.claim()
    assert again is not None
    assert again.id == first.id
    house.store.database.close()


def test_no_ceiling_is_none(database_url: str) -> None:
    house = House(database_url, most=0)
    house.ask(10)
    assert house.send_all() == [CONFIRM] * 10
    house.store.database.close()


@quickly(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    most=st.integers(1, 4),
    steps=st.lists(
        st.one_of(
            st.integers(1, 4).map(lambda n: ("ask", n)),
            st.tuples(st.just("pass"), st.integers(1, 50)),
        ),
        max_size=20,
    ),
)
def test_never_more_in_any_hour_and_all_in_the_end(
    empty_database: EmptyDatabase, most: int, steps: list[tuple[str, int]]
) -> None:
    with empty_database() as url:
        house, left = House(url, most=most), []
        for what, number in [*steps, *[("pass", 61)] * (4 * len(steps) + 1)]:
            if what == "ask":
                house.ask(number)
            else:
                house.now += timedelta(minutes=number)
            left += [house.now for each in house.send_all() if each is CONFIRM]
        assert len(left) == house.people
        for begin in left:
            assert sum(begin <= each < begin + HOUR for each in left) <= most
        house.store.database.close()


def test_two_workers_count_together(postgresql_url: str) -> None:
    """Two at once would both see room for the last one, if they did not wait for each other."""
    house = House(postgresql_url, most=4)
    house.ask(12)
    start = Barrier(6)
    claimed: list[ClaimedEmail] = []

    def work() -> None:
        start.wait()
        while (claim := house.claim()) is not None:
            claimed.append(claim)

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(claim.template is CONFIRM for claim in claimed) == 4
    assert sum(claim.template is HELD for claim in claimed) == 1
    house.store.database.close()


def test_the_alarm_reaches_the_owner_and_the_visitor_sees_no_difference(tmp_path: Path) -> None:
    owner = "Olga <olga@example.org>"
    with world(tmp_path, ATRAE_CONFIRMATIONS_PER_HOUR="2", ATRAE_OWNER=owner) as here:
        answers = [here.submit(f"p{number}@example.org") for number in range(4)]
        assert {answer.status_code for answer in answers} == {303}
        mails = here.inbox.wait(3)
        (alarm,) = [mail for mail in mails if str(mail["To"]) == "olga@example.org"]
        assert alarm["Subject"] == "Many sign-ups on Example: some confirmations are waiting"
        assert "None are lost" in text_of(alarm)
        assert "p0@example.org" not in text_of(alarm) + text_of(alarm, "html")
        waiting = "select count(*) from outbox where state = 'waiting'"
        until(lambda: here.rows(waiting) == [(2,)], "the others to wait")
        _rests(here)


def _rests(here: World) -> None:
    """The worker does not spin while it waits."""
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.25
    assert len(here.inbox.messages) == 3
