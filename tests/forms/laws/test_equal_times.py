"""Law 7, the times: what an answer is about does not show in how long it takes."""

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from hypothesis import given, strategies as st

from forms.web.constant_time import Pace, Pacer

from ..faults.test_crash import born, nursery
from ..world import free_port, world
from .timing import STATES, addresses, areas, by_state, prepare, shapes, threshold, timings

EACH = int(os.environ.get("ATRAE_TIMINGS", "1000"))
"""Of a state; twice as many of a pair."""
FAR = 0.4
"""A first tick that no work reaches here, so that only a missing one is ever noticed."""


@given(st.floats(0, 0.03), st.floats(0, 0.03))
def test_what_is_done_in_time_leaves_at_the_same_moment(one: float, other: float) -> None:
    assert Pace().next_tick(0.0, one) == Pace().next_tick(0.0, other)


@given(st.floats(0, 5), st.floats(0, 1000))
def test_late_work_leaves_at_a_later_tick(work: float, start: float) -> None:
    pace = Pace()
    moment = pace.next_tick(start, start + work)
    steps = (moment - start - pace.first) / pace.step
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert -1e-9 <= moment - (start + work) <= max(pace.first, pace.step) + 1e-9


@pytest.mark.parametrize("website", ["", "https://spam.example"])
def test_no_response_leaves_before_the_first_tick(tmp_path: Path, website: str) -> None:
    prepare(f"sqlite:///{tmp_path / 'forms.db'}", 1)
    with world(tmp_path, pace=Pace(first=FAR)) as here, ThreadPoolExecutor(5) as pool:

        def taken(state: str) -> float:
            (email,) = addresses(state, 1)
            start = time.monotonic()
            assert here.submit(email, website=website).status_code == 303
            return time.monotonic() - start

        assert min(pool.map(taken, STATES)) >= FAR


def test_an_error_leaves_at_a_tick_too() -> None:
    async def fails() -> None:
        raise ValueError("unwell")

    async def run() -> float:
        start = time.monotonic()
        with pytest.raises(ValueError, match="unwell"):
            await Pacer(Pace(first=0.1)).at_tick(fails())
        return time.monotonic() - start

    assert anyio.run(run) >= 0.1


def test_tasks_wake_in_the_order_of_their_moments() -> None:
    pacer, woken = Pacer(), list[int]()

    async def wait(number: int, moment: float) -> None:
        await pacer.sleep_until(moment)
        assert time.monotonic() >= moment
        woken.append(number)

    async def run() -> None:
        start = time.monotonic()
        async with anyio.create_task_group() as group:
            for number in (3, 1, 2, 0):
                group.start_soon(wait, number, start + 0.05 * (number + 1))

    for _ in range(2):
        anyio.run(run)
    assert woken == [0, 1, 2, 3] * 2


def test_the_classifiers_see_what_there_is_to_see() -> None:
    chance = random.Random(7)
    plain = [chance.gauss(30, 1) for _ in range(1000)]
    alike = [chance.gauss(30, 1) for _ in range(1000)]
    slower = [chance.gauss(30.5, 1) for _ in range(1000)]
    wider = [chance.gauss(30, 2) for _ in range(1000)]
    assert max(threshold(plain, alike), shapes(plain, alike)) < 0.55
    assert threshold(plain, slower) > 0.6
    assert threshold(plain, wider) < 0.55
    assert shapes(plain, wider) > 0.6


def test_what_is_done_behind_an_answer_is_looked_for_in_the_next_one() -> None:
    taken = [("pending", 1.0), ("unknown", 2.0), ("confirmed", 3.0)]
    assert by_state(taken)["unknown"] == [2.0]
    assert by_state(taken, before=1)["pending"] == [2.0]
    assert by_state(taken, before=2)["pending"] == [3.0]
    assert not any(by_state(taken, before=3).values())


@pytest.mark.slow
@pytest.mark.parametrize("website", ["", "https://spam.example"])
def test_two_thousand_timings_of_each_pair_tell_nothing(
    database_url: str, tmp_path: Path, website: str
) -> None:
    """Shuffled all together, so that whatever drifts drifts for every state."""
    prepare(database_url, EACH)
    port = free_port()
    with nursery(tmp_path, database_url) as process:
        pid = born(process, port)
        try:
            taken = timings(port, EACH, seed=7, website=website)
        finally:
            os.kill(pid, signal.SIGKILL)
    found = [areas(by_state(taken, before=before)) for before in range(4)]
    told = [
        f"{pair}: " + ", ".join(f"{each[pair]:.3f}" for each in found) for pair in sorted(found[0])
    ]
    print("", "areas under the curve, of the answer itself and of the next three", *told, sep="\n")
    assert max(max(each.values()) for each in found) <= 0.55, told
