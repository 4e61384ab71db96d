"""What is measured, each by a function: a database -> numbers."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from statistics import median

from forms.catalogue import Catalogue
from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.record import Decision, Limits, Record
from forms.permission.submission import Submission
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.records.store import Store
from forms.store.verify import count_rows, verify

from ...forms.declared import NOW, catalogue
from ...forms.world import SUPPRESSION, free_port, until
from .handler import How
from .load import Load, Visitors

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One load on one handler."""

    load: Load
    processor: float
    """Seconds of processor time that an opt-in took, its mail included."""
    resident: float
    """Megabytes."""
    visitors: float
    """Seconds of processor time that an opt-in took those who measure."""


def flush_rate(directory: Path, seconds: float) -> float:
    """How often a second 4 KiB are written and flushed, one after the other."""
    with tempfile.TemporaryFile(dir=directory) as file:
        block, number, end = b"x" * 4096, 0, time.monotonic() + seconds
        while time.monotonic() < end:
            file.seek(0)
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
            number += 1
    return number / seconds


@contextmanager
def handler(directory: Path, url: str, how: How) -> Iterator[tuple[int, int]]:
    """A handler in a process of its own: its port and its process id."""
    port = free_port()
    arguments = [str(directory), url, str(port), how]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.forms.handler", *arguments],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: _answers(port) or process.poll() is not None, "the handler", 120)
        assert process.poll() is None, "the handler did not start"
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def at_full_load(directory: Path, url: str, how: How, seconds: float) -> Run:
    """As fast as 64 connections can, after a moment to get warm."""
    with handler(directory, url, how) as (port, pid):
        Visitors(port, "warm").closed(64, min(seconds / 4, 1))
        before = _processor(pid)
        load = Visitors(port, "load").closed(64, seconds)
        return _run(load, before, pid)


def at_a_steady_rate(directory: Path, url: str, rate: float, seconds: float) -> Run:
    """At `rate` opt-ins a second."""
    with handler(directory, url, How.DURABLE) as (port, pid):
        Visitors(port, "warm").closed(8, 0.5)
        before = _processor(pid)
        load = Visitors(port, "steady").steady(rate, seconds)
        return _run(load, before, pid)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A store in this process."""
    database = Database(open_engine(url))
    store = Store(database, key=SuppressionKey(SUPPRESSION.encode()), mail_domain="example.org")
    store.prepare()
    store.add_catalogue(catalogue(), now=NOW)
    try:
        yield store
    finally:
        database.close()


def one_by_one(store: Store, number: int) -> float:
    """The median of seconds that an opt-in takes the store, with nobody else there."""
    declared, times, numbers = catalogue(), [], count()
    for _ in range(number):
        asked = _submission(declared, f"s{time.monotonic_ns()}-{next(numbers)}@example.org")

        def decide(record: Record, asked: Submission = asked) -> Decision:
            return optin.request(asked, record, now=NOW, pending=store.new_id(), limits=Limits())

        began = time.perf_counter()
        store.commit_for_address(asked.address, decide, now=NOW)
        times.append(time.perf_counter() - began)
    return median(times)


def verified(store: Store) -> tuple[int, float]:
    """How many events there are, and the seconds of processor time in which they are vouched for;
    what is found is an error of the benchmark."""
    began = time.process_time()
    with store.database.reading() as connection:
        found = next(verify(connection), None)
        assert found is None, str(found)
        took = time.process_time() - began
        return count_rows(connection)["ledger"], took


def _submission(declared: Catalogue, email: str) -> Submission:
    form = declared.forms["newsletter"]
    return Submission(
        form=form.id,
        form_version=form.version,
        page="/",
        language="en",
        address=parse_address(email),
        answers={},
        wordings=(declared.wording("newsletter", "en"),),
        trapped=False,
    )


def _answers(port: int) -> bool:
    # Asked often while it starts: a client that loads certificates would be in its way.
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def _run(load: Load, before: float, pid: int) -> Run:
    used, number = _processor(pid) - before, max(len(load.times), 1)
    return Run(
        load=load,
        processor=used / number,
        resident=_resident(pid),
        visitors=load.processor / number,
    )


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no memory")
