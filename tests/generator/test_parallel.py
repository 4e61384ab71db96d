"""The same results for any number of workers, and whatever goes wrong comes out whole."""

import multiprocessing
import os
import signal
from collections.abc import Sequence

import pytest

from generator.errors import TemplateError
from generator.model.diagnostic import Location
from generator.parallel import CHUNK, SMALL, map_chunks

MANY = range(max(SMALL, 20 * CHUNK) + 7)


def doubled(part: Sequence[int]) -> list[int]:
    return [2 * number for number in part]


def process(_: Sequence[int]) -> int:
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    parts = list(map_chunks(doubled, MANY, workers=workers))
    assert [number for part in parts for number in part] == doubled(MANY)


def test_results_that_no_pipe_can_hold_come_too() -> None:
    sizes = [len(part) for part in map_chunks(lambda _: bytes(4_000_000), MANY, workers=2)]
    assert set(sizes) == {4_000_000}


def test_of_few_items_nobody_makes_a_process() -> None:
    assert set(map_chunks(process, range(SMALL - 1), workers=2)) == {os.getpid()}


def test_of_many_the_first_are_done_here_and_the_others_in_processes() -> None:
    first, *others = map_chunks(process, MANY, workers=2)
    assert first == os.getpid()
    assert os.getpid() not in others


def test_what_the_first_ones_load_every_worker_has() -> None:
    loaded: list[int] = []

    def work(_: Sequence[int]) -> int:
        if not loaded:
            loaded.append(os.getpid())
        return loaded[0]

    assert set(map_chunks(work, MANY, workers=2)) == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_first_fault_in_the_order_of_the_items_is_raised_whole(workers: int) -> None:
    def work(part: Sequence[int]) -> int:
        if part[-1] > 5 * CHUNK:
            at = Location(path="a.html", line=part[0])
            raise TemplateError("it is wrong", at=at, hint="mend it")
        return part[0]

    came: list[int] = []
    with pytest.raises(TemplateError, match="it is wrong") as raised:
        came.extend(map_chunks(work, MANY, workers=workers))
    assert came == [0, CHUNK, 2 * CHUNK, 3 * CHUNK, 4 * CHUNK]
    assert raised.value.at == Location(path="a.html", line=5 * CHUNK)
    assert raised.value.hint == "mend it"
    assert multiprocessing.active_children() == []


def test_a_worker_that_is_killed_is_an_error() -> None:
    def work(part: Sequence[int]) -> int:
        if part[0] == 5 * CHUNK:
            os.kill(os.getpid(), signal.SIGKILL)
        return part[0]

    with pytest.raises(ChildProcessError, match="was killed"):
        list(map_chunks(work, MANY, workers=2))
    assert multiprocessing.active_children() == []


def test_who_stops_asking_ends_the_workers() -> None:
    results = map_chunks(doubled, MANY, workers=2)
    next(results)
    assert multiprocessing.active_children() != []
    del results
    assert multiprocessing.active_children() == []


def test_nobody_works_far_ahead_of_who_asks() -> None:
    done = multiprocessing.get_context("fork").Value("l", 0)

    def work(part: Sequence[int]) -> bytes:
        with done.get_lock():
            done.value += 1
        return bytes(2 << 20)

    results = map_chunks(work, MANY, workers=2)
    next(results), next(results)
    assert done.value <= 7
    results.close()  # type: ignore[attr-defined]
