"""map(function, chunks) over worker processes: the same results for any number of them."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SMALL = 256
"""Fewer items than this are done faster than workers are started."""

CHUNK = 64


@contextmanager
def without_gc() -> Iterator[None]:
    """Without looking for garbage: hardly anything that a build makes is any before its end, and
    to look for it takes a third of the time."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def skip_last_collection() -> None:
    """Have no garbage collected when the process ends: the system takes its memory back anyway."""
    gc.freeze()


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_chunks(
    function: Callable[[Sequence[Item]], Result], items: Sequence[Item], *, workers: int
) -> Iterator[Result]:
    """The function's result for each chunk of the items, in their order.

    Workers are forked: what the function closes over, and the items, they share with us; what it
    returns comes back pickled. An exception in a worker is raised here. With one worker, or few
    items, nothing is forked.
    """
    parts = [slice(start, start + CHUNK) for start in range(0, len(items), CHUNK)]

    def call(number: int) -> Result:
        return function(items[parts[number]])

    if workers < 2 or not items or len(items) < SMALL or not hasattr(os, "fork"):
        yield from map(call, range(len(parts)))
        return
    from .processes import shared_out  # which few items do without

    # Collecting would touch, and so copy, every page that the workers share with us.
    gc.freeze()
    try:
        yield from shared_out(call, len(parts), workers)
    finally:
        gc.unfreeze()
