"""Forked processes that share out numbered pieces of work."""

import fcntl
import multiprocessing
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, ForkProcess
from typing import Any, TypeVar

Result = TypeVar("Result")

_ROOM = 1 << 20
"""Bytes that a pipe may hold, as many as the system allows to anybody: room for the results of a
chunk, so that a worker goes on with the next one while we are busy with another's."""


def shared_out(call: Callable[[int], Result], parts: int, workers: int) -> Iterator[Result]:
    """What `call` returns for each number below `parts`, in order.

    The first is done here, before there are workers: what has to be loaded for it they share with
    us, and none loads it for itself. Then whoever is free takes the next number, and waits with
    what it has done until we take it: results never pile up here, as they would in
    multiprocessing's own pool.
    """
    first = call(0)
    context = multiprocessing.get_context("fork")
    next_one = context.Value("l", 1)

    def numbers() -> Iterator[int]:
        while True:
            with next_one.get_lock():
                number, next_one.value = next_one.value, next_one.value + 1
            if number >= parts:
                return
            yield number

    started = dict(_start(context, call, numbers) for _ in range(workers))
    try:
        yield first
        yield from _in_order(started, range(1, parts))
    except BaseException:
        for process in started.values():
            process.terminate()
        raise
    finally:
        for receiving, process in started.items():
            process.join()
            receiving.close()


def _start(
    context: ForkContext, call: Callable[[int], object], numbers: Callable[[], Iterator[int]]
) -> tuple[Connection, ForkProcess]:
    receiving, sending = context.Pipe(duplex=False)
    with suppress(OSError, AttributeError):
        fcntl.fcntl(sending.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)
    process = context.Process(target=_work, args=(call, numbers, sending), daemon=True)
    process.start()
    # The worker alone has it now, so that we are told when it ends.
    sending.close()
    return receiving, process


def _work(
    call: Callable[[int], object], numbers: Callable[[], Iterator[int]], sending: Connection
) -> None:
    """In a worker: send each number with its result, or with what went wrong, and then end."""
    # Whoever interrupts us means the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in numbers():
        try:
            packed = pickle.dumps((number, call(number), None), pickle.HIGHEST_PROTOCOL)
        except Exception as wrong:
            wrong.add_note(f"In a worker process:\n{traceback.format_exc()}")
            sending.send((number, None, wrong))
            return
        sending.send_bytes(packed)


def _in_order(workers: Mapping[Connection, ForkProcess], numbers: range) -> Iterator[Any]:
    """The results of these numbers, in their order; those that come early wait.

    Raises what went wrong first in that order, and `ChildProcessError` for a worker that was ended
    by others.
    """
    working = dict(workers)
    early: dict[int, tuple[Any, Exception | None]] = {}
    for number in numbers:
        while number not in early:
            for receiving in wait(list(working)):
                assert isinstance(receiving, Connection)
                try:
                    done, result, wrong = pickle.loads(receiving.recv_bytes())
                except EOFError:
                    _refuse_end(working.pop(receiving))
                    continue
                early[done] = result, wrong
        result, wrong = early.pop(number)
        if wrong:
            raise wrong
        yield result


def _refuse_end(process: ForkProcess) -> None:
    process.join()
    if process.exitcode:
        raise ChildProcessError(f"a worker process was ended ({process.exitcode})")
