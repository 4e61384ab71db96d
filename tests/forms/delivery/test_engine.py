"""Faults of delivery, once for both uses: nothing lost, and hardly anything twice."""

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from signal import SIGKILL
from threading import Event

import pytest
from hypothesis import given, strategies as st

from forms.delivery import email, webhooks
from forms.delivery.engine import Backoff
from forms.store.queues.lease import Result
from forms.store.records.writing import QueueState

from ..declared import NOW
from ..faults.rude import DROP, HANG
from ..world import until
from .uses import LATER, NEVER, WELL, Use, store_at, using

BACKOFFS = {"email": email.BACKOFF, "webhooks": webhooks.BACKOFF}
DAY = timedelta(days=1)


@pytest.fixture(params=sorted(BACKOFFS))
def use(request: pytest.FixtureRequest, database_url: str) -> Iterator[Use]:
    with using(request.param, database_url) as opened:
        yield opened


def test_a_delivery_that_succeeds_is_made_once(use: Use) -> None:
    use.owe()
    assert use.worker.deliver_one()
    assert not use.worker.deliver_one()
    assert use.rows() == [(use.final[WELL], 1)]
    assert len(use.ids) == 1
    assert use.worker.queue.next_due() is None


@pytest.mark.parametrize("habit", [LATER, DROP, HANG])
def test_a_peer_that_is_difficult_gets_it_later_under_the_same_id(use: Use, habit: str) -> None:
    use.owe()
    use.behave(habit)
    started = time.monotonic()
    assert use.worker.deliver_one()
    assert time.monotonic() - started < 5
    assert use.rows() == [("waiting", 1)]
    assert not use.worker.deliver_one(), "it isn't due yet"
    use.behave(WELL)
    use.deliver_all(NOW + DAY)
    assert use.rows() == [(use.final[WELL], 2)]
    assert len(set(use.ids)) == 1


def test_a_peer_that_refuses_permanently_is_left_alone(use: Use) -> None:
    use.owe()
    use.behave(NEVER)
    assert use.worker.deliver_one()
    assert use.rows() == [(use.final[NEVER], 1)]
    assert use.worker.queue.next_due() is None


@pytest.mark.parametrize("name", sorted(BACKOFFS))
def test_a_peer_that_is_away_costs_one_attempt(name: str, database_url: str) -> None:
    with using(name, database_url, away=True) as use:
        use.owe()
        assert use.worker.deliver_one()
        assert use.rows() == [("waiting", 1)]
        assert use.ids == []


def test_a_delivery_that_waits_does_not_hold_up_the_next(use: Use) -> None:
    use.owe()
    use.behave(LATER)
    use.worker.deliver_one()
    use.behave(WELL)
    use.owe("bob@example.org")
    use.worker.deliver_one()
    assert use.rows() == [("waiting", 1), (use.final[WELL], 1)]


def test_a_worker_killed_before_it_settles_is_followed_by_another(use: Use) -> None:
    """The attempt is repeated when the lease is over, under the same id."""
    use.owe()
    claim = use.worker.queue.claim(now=use.now, lease=use.backoff.lease)
    use.worker.attempt(claim)
    assert use.rows() == [("claimed", 1)]
    another = use.another_worker()
    assert another.queue.next_due() == NOW + use.backoff.lease
    assert not another.deliver_one()
    use.now += use.backoff.lease
    assert another.deliver_one()
    assert use.rows() == [(use.final[WELL], 2)]
    assert len(use.ids) == 2
    assert len(set(use.ids)) == 1


@pytest.mark.parametrize("name", sorted(BACKOFFS))
def test_a_process_killed_during_an_attempt_is_followed_by_another(
    name: str, database_url: str
) -> None:
    with using(name, database_url, seconds=10.0) as use:
        use.owe()
        use.behave(HANG)
        reached = Event()
        use.peer.meanwhile = reached.set
        process = os.fork()
        if not process:
            try:
                use.store = store_at(database_url)
                use.another_worker().deliver_one()
            finally:
                os._exit(0)
        assert reached.wait(10)
        os.kill(process, SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(process, 0)[1])
        assert use.rows() == [("claimed", 1)]
        use.behave(WELL)
        assert not use.worker.deliver_one()
        use.now += use.backoff.lease
        assert use.worker.deliver_one()
        assert use.rows() == [(use.final[WELL], 2)]
        assert len(set(use.ids)) == 1


@pytest.mark.parametrize("state", [QueueState.WAITING, QueueState.FAILED])
def test_settling_a_lost_lease_changes_nothing(use: Use, state: QueueState) -> None:
    use.owe()
    queue, lease = use.worker.queue, use.backoff.lease
    first = queue.claim(now=use.now, lease=lease)
    assert queue.claim(now=use.now, lease=lease) is None
    second = queue.claim(now=use.now + lease, lease=lease)
    before = use.everything()
    assert not queue.settle(first, Result(state, "late", due=use.now), now=use.now)
    assert use.everything() == before
    assert queue.settle(second, Result(state, "in time", due=use.now), now=use.now)
    settled = use.everything()
    assert settled != before
    assert not queue.settle(second, Result(QueueState.CANCELLED, "twice"), now=use.now)
    assert use.everything() == settled


@pytest.mark.parametrize("name", sorted(BACKOFFS))
def test_a_lease_that_ends_during_an_attempt_goes_to_another_worker(
    name: str, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with using(name, database_url, seconds=10.0) as use:
        use.owe()

        def meanwhile() -> None:
            use.peer.meanwhile = lambda: None
            use.now += use.backoff.lease
            assert use.another_worker().deliver_one()

        use.peer.meanwhile = meanwhile
        assert use.worker.deliver_one()
        assert use.rows() == [(use.final[WELL], 2)]
        assert len(set(use.ids)) == 1
        assert "=1 was claimed by another worker meanwhile" in caplog.text


@pytest.mark.parametrize("name", sorted(BACKOFFS))
def test_nothing_is_locked_during_an_attempt(name: str, database_url: str) -> None:
    """People go on asking, and another worker delivers what they are owed."""
    with using(name, database_url, seconds=10.0) as use:
        use.owe()

        def meanwhile() -> None:
            use.peer.meanwhile = lambda: None
            use.owe("bob@example.org")
            assert use.another_worker().deliver_one()

        use.peer.meanwhile = meanwhile
        assert use.worker.deliver_one()
        assert use.rows() == [(use.final[WELL], 1)] * 2


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_clock_that_jumps_loses_nothing_and_repeats_nothing(use: Use, jump: timedelta) -> None:
    use.owe()
    use.behave(LATER)
    use.worker.deliver_one()
    use.behave(WELL)
    use.now += jump
    use.deliver_all(NOW + 2 * DAY)
    assert use.rows() == [(use.final[WELL], 2)]
    use.now -= jump
    assert not use.worker.deliver_one()


def test_what_could_not_be_settled_is_settled_before_anything_else(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full just after a delivery was accepted: it isn't repeated."""
    use.owe()
    with monkeypatch.context() as patched:
        patched.setattr(use.worker.queue, "settle", _full_disk)
        for _ in range(2):
            with pytest.raises(OSError, match="full"):
                use.worker.deliver_one()
    use.owe("bob@example.org")
    assert use.worker.deliver_one()
    assert use.rows() == [(use.final[WELL], 1), ("waiting", 0)]
    assert use.worker.deliver_one()
    assert len(use.ids) == len(set(use.ids)) == 2


def _full_disk(*_args: object, **_values: object) -> bool:
    raise OSError("full")


def test_it_gives_up_loudly_after_the_last_attempt(
    use: Use, caplog: pytest.LogCaptureFixture
) -> None:
    use.owe()
    use.behave(LATER)
    with caplog.at_level(logging.INFO):
        use.deliver_all(NOW + 9 * DAY)
    assert use.rows() == [("failed", use.backoff.attempts)]
    assert timedelta(days=2.5) < use.now - NOW < timedelta(days=4)
    assert caplog.records[-1].levelno == logging.ERROR
    assert {each.levelno for each in caplog.records[:-1]} == {logging.INFO}
    assert "ana@example.org" not in caplog.text


def test_attempts_that_killed_their_workers_end_too(use: Use) -> None:
    use.owe()
    for _ in range(use.backoff.attempts):
        assert use.worker.queue.claim(now=use.now, lease=use.backoff.lease) is not None
        use.now += use.backoff.lease
    assert use.worker.deliver_one()
    assert use.rows() == [("failed", use.backoff.attempts + 1)]
    assert use.ids == []


def test_a_worker_stopped_during_an_attempt_finishes_it_and_begins_no_other(use: Use) -> None:
    reached = Event()
    use.peer.meanwhile = reached.set
    use.behave(HANG)
    use.owe()
    use.owe("bob@example.org")
    use.worker.start()
    assert reached.wait(5)
    use.worker.stop(0.01)
    until(lambda: ("waiting", 1) in use.rows(), "the attempt to be settled")
    use.worker.stop()
    assert sorted(use.rows()) == [("waiting", 0), ("waiting", 1)]
    assert len(use.ids) == 1


def test_a_worker_that_sleeps_is_woken_and_stopped_at_once(use: Use) -> None:
    use.backoff = replace(use.backoff, idle=timedelta(hours=1), wake_delay=timedelta(0))
    use.worker = use.another_worker()
    use.worker.start()
    use.owe()
    use.worker.wake()
    until(lambda: len(use.ids) == 1, "the delivery")
    started = time.monotonic()
    use.worker.stop()
    assert time.monotonic() - started < 2


def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(
    use: Use, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use.backoff = replace(use.backoff, pause=timedelta(milliseconds=10))
    use.worker = use.another_worker()
    use.owe()
    claim, faults = use.worker.queue.claim, [OSError("away")]

    def claim_later(**how: object) -> object:
        if faults:
            raise faults.pop()
        return claim(**how)  # type: ignore[arg-type]

    monkeypatch.setattr(use.worker.queue, "claim", claim_later)
    use.worker.start()
    until(lambda: use.rows() == [(use.final[WELL], 1)], "the delivery")
    use.worker.stop()
    assert f"the {use.table} queue cannot be processed" in caplog.text


@pytest.mark.parametrize("backoff", BACKOFFS.values(), ids=sorted(BACKOFFS))
def test_waits_grow_and_last_about_three_days(backoff: Backoff) -> None:
    assert list(backoff.waits) == sorted(backoff.waits)
    assert timedelta(days=2.5) < sum(backoff.waits, timedelta()) < timedelta(days=4)
    assert backoff.delay(backoff.attempts, 0.5) is None


@given(st.sampled_from(sorted(BACKOFFS)), st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_waits_are_spread_around_the_series(name: str, attempts: int, chance: float) -> None:
    backoff = BACKOFFS[name]
    delay = backoff.delay(attempts, chance)
    assert (delay is None) == (attempts >= backoff.attempts)
    if delay is not None:
        wait = backoff.waits[attempts - 1]
        assert wait * (1 - backoff.spread) <= delay <= wait * (1 + backoff.spread)
