"""Parallel work: a map over forked processes, and when garbage is collected."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SMALL = 256
"""With fewer items than this, workers would take longer to start than to save."""

CHUNK = 64


@contextmanager
def without_gc() -> Iterator[None]:
    """Switch garbage collection off: hardly anything of a build is garbage before its end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def exempt_from_gc(*, collect: bool = False) -> None:
    """Exclude the values that exist now from garbage collection, after one with `collect`.

    A site has so many that each collection would take longer than rendering a page.
    """
    if collect:
        gc.collect()
    gc.freeze()


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_chunks(
    function: Callable[[Sequence[Item]], Result], items: Sequence[Item], *, workers: int
) -> Iterator[Result]:
    """Yield the function's result for each chunk of the items, in their order.

    Workers are forked, so they share the items and what the function closes over. Results come back
    pickled, and an exception in a worker is raised here. With one worker, or few items, nothing is
    forked.
    """
    parts = [slice(start, start + CHUNK) for start in range(0, len(items), CHUNK)]

    def call(number: int) -> Result:
        return function(items[parts[number]])

    if workers < 2 or not items or len(items) < SMALL or not hasattr(os, "fork"):
        yield from map(call, range(len(parts)))
        return
    from .processes import map_numbers  # imports multiprocessing, which is slow

    # A collection would write to, and so copy, the memory that workers share with this process.
    gc.freeze()
    try:
        yield from map_numbers(call, len(parts), workers)
    finally:
        gc.unfreeze()
