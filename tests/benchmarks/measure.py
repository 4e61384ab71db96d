"""One run of a program: wall time, processor time, and the memory of all its processes."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, SIGKILL
from tempfile import TemporaryFile
from typing import IO

from .errors import BenchError

LIMIT = 1800.0
"""Seconds after which a run is given up."""

SAMPLE_EVERY = 0.02
"""Seconds between two looks at the memory."""

_STOPPING = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run cost."""

    wall: float
    """Seconds from its start to its end."""
    cpu: float
    """Seconds of processor time, user and system, of all its processes."""


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Run:
    """Run to the end, after what is unwritten has gone to the disk, so that nobody pays for
    another's writing. Raises `BenchError` if it fails or takes longer than `LIMIT`."""
    os.sync()
    began = time.perf_counter()
    with _started(command, cwd, env) as (process, said), _limited(process):
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BenchError(_failure(command, process.returncode, wall, said))
    return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime)


def peak_memory(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> int:
    """The most bytes that all its processes held together at any of the looks.

    The sum of their proportional set sizes (PSS: a page that n processes share counts 1/n in
    each), read every `SAMPLE_EVERY` seconds. Reading holds the processes up, so that a run is
    either timed or weighed. What comes and goes between two looks is not seen.
    """
    peak, began = 0, time.perf_counter()
    with _started(command, cwd, env) as (process, said), _limited(process):
        while not _ended(process.pid):
            peak = max(peak, memory_of_session(process.pid))
            time.sleep(SAMPLE_EVERY)
        process.wait()
        if process.returncode:
            took = time.perf_counter() - began
            raise BenchError(_failure(command, process.returncode, took, said))
    return peak


def memory_of_session(session: int) -> int:
    """Bytes of PSS of every process in a session."""
    return sum(_pss(pid) for pid in _processes() if _session(pid) == session)


@dataclass(frozen=True, slots=True)
class Running:
    """A program that goes on by itself."""

    command: Sequence[str]
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def refuse_end(self) -> None:
        """Raise `BenchError` if it has ended, with what it said last."""
        if _ended(self.process.pid):
            raise BenchError(f"{_named(self.command)} ended:\n{_last(self.said)}")


@contextmanager
def background(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Iterator[Running]:
    """A program that goes on until the block ends; then it is asked to stop, and made to."""
    with _started(command, cwd, env) as (process, said):
        try:
            yield Running(command, process, said)
        finally:
            _ask_to_stop(process.pid)


@contextmanager
def _started(
    command: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A process in a session of its own, and what it says. What of it is left at the end of the
    block is ended, and only then waited for: until then nobody else can have its number."""
    with TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process, said
        finally:
            if process.returncode is None:
                _kill(process.pid)
                process.wait()


@contextmanager
def _limited(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends the process after `LIMIT`."""
    timer = threading.Timer(LIMIT, _kill, (process.pid,))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ask_to_stop(pid: int) -> None:
    """And give it time."""
    os.kill(pid, SIGINT)
    deadline = time.perf_counter() + _STOPPING
    while not _ended(pid) and time.perf_counter() < deadline:
        time.sleep(SAMPLE_EVERY)


def _ended(pid: int) -> bool:
    """Looks, and does not wait for it: its number stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, SIGKILL)


def _failure(command: Sequence[str], status: int, took: float, said: IO[bytes]) -> str:
    return f"{_named(command)} ended with {status} after {took:.1f} s:\n{_last(said)}"


def _named(command: Sequence[str]) -> str:
    return f"`{' '.join(command)}`"


def _last(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-2000:]


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _session(pid: int) -> int:
    """0 for a process that is gone. See proc(5): the name, in brackets, may hold anything."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[3])


def _pss(pid: int) -> int:
    """Bytes; 0 for a process that is gone or that is not ours to look into."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in rollup.splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == "Pss:"), 0)
