"""Forked worker processes, each of which takes the next number when it's free."""

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
"""Bytes in a pipe, as many as Linux allows every user. With room for the results of a chunk, a
worker goes on with the next one at once."""


def map_numbers(call: Callable[[int], Result], parts: int, workers: int) -> Iterator[Result]:
    """Yield what `call` returns for each number below `parts`, in order.

    The first call is made here before there are workers, so that they share the modules that it
    imports. A worker that is free takes the next number. It waits until its result is read, so
    results don't pile up here as they would in multiprocessing's own pool.
    """
    first = call(0)
    context = multiprocessing.get_context("fork")
    counter = context.Value("l", 1)

    def numbers() -> Iterator[int]:
        while True:
            with counter.get_lock():
                number, counter.value = counter.value, counter.value + 1
            if number >= parts:
                return
            yield number

    processes = dict(_start(context, call, numbers) for _ in range(workers))
    try:
        yield first
        yield from _in_order(processes, range(1, parts))
    except BaseException:
        for process in processes.values():
            process.terminate()
        raise
    finally:
        for receiving, process in processes.items():
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
    # Now only the worker has it, so that its end closes the pipe.
    sending.close()
    return receiving, process


def _work(
    call: Callable[[int], object], numbers: Callable[[], Iterator[int]], sending: Connection
) -> None:
    """Send each number with its result, or with an exception, and then end. Runs in a worker."""
    # Ctrl+C is for the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in numbers():
        try:
            result = pickle.dumps((number, call(number), None), pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            error.add_note(f"In a worker process:\n{traceback.format_exc()}")
            sending.send((number, None, error))
            return
        sending.send_bytes(result)


def _in_order(workers: Mapping[Connection, ForkProcess], numbers: range) -> Iterator[Any]:
    """Yield the results of these numbers in their order.

    Raises the first exception in that order, and `ChildProcessError` if a worker was killed.
    """
    running = dict(workers)
    early: dict[int, tuple[Any, Exception | None]] = {}
    for number in numbers:
        while number not in early:
            for receiving in wait(list(running)):
                assert isinstance(receiving, Connection)
                try:
                    done, result, error = pickle.loads(receiving.recv_bytes())
                except EOFError:
                    _refuse_end(running.pop(receiving))
                    continue
                early[done] = result, error
        result, error = early.pop(number)
        if error:
            raise error
        yield result


def _refuse_end(process: ForkProcess) -> None:
    process.join()
    if process.exitcode:
        raise ChildProcessError(f"a worker process was killed (exit code {process.exitcode})")
