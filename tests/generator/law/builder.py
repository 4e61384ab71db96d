"""A process that builds sites as it is told, each in a process of its own that is forked from it.

    python -m tests.generator.law.builder fast
    python -m tests.generator.law.builder reference     where the fast engine cannot be imported
    python -m tests.generator.law.builder fast unsaid   with a fault of law/faults.py

So a build knows of the ones before only what is on the disk, and none pays for the imports.
"""

import faulthandler
import importlib
import json
import os
import re
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from select import select
from signal import SIGKILL
from typing import Any, NoReturn, Self

FAST_ENGINE = "markdown_it_pyrs"

TICK = 20_000_000
"""Nanoseconds after which a file is trusted to be as its stamp says: two seconds would be an
hour's waiting in a test, and the clock of a file system under test ticks oftener than this."""

LIMIT, LEFT = 60.0, 5.0
"""Seconds that a build may take, and its workers may outlive it."""

_WRITING = os.O_WRONLY | os.O_RDWR
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.utime", "ctypes.dlsym")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One build."""

    root: str
    now: str
    drafts: bool = False
    future: bool = False
    command: bool = False
    """By `atrae build`, else by the function."""
    large: bool = False
    """As a large site is built: with workers, and a new folder for the old one."""
    killed_before: int = 0
    """The change to the file system that it does not live to see, counted from 1; 0: none."""
    killed_after: float = 0.0
    """Seconds after which it is ended, and its workers are left; 0: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it."""

    said: tuple[str, ...] = ()
    """Findings and figures; what was rendered and how long it took is left out."""
    built: bool = False
    fast: bool = False
    """The fast engine was at hand."""
    changes: int = 0
    """To the file system."""
    killed: bool = False
    left: bool = False
    """Workers went on without it."""
    crash: str = ""


class Builder:
    """The process, as its user sees it: `begin` an order, and ask later what was `made`."""

    def __init__(self, engine: str, *faults: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, engine, *faults],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, order: Order) -> None:
        """Have it built from now on."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()

    def made(self) -> Made:
        """Of the order that was begun."""
        assert self._process.stdout
        said = json.loads(self._process.stdout.readline())
        return Made(**(said | {"said": tuple(said.get("said", ()))}))

    def build(self, order: Order) -> Made:
        """Both."""
        self.begin(order)
        return self.made()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def build(order: Order) -> Made:
    """Here and now."""
    from generator import parallel
    from generator.write import in_place

    if order.large:
        parallel.SMALL, parallel.CHUNK, in_place.RENAME_LIMIT = 0, 3, 3
    said, built = _by_command(order) if order.command else _by_function(order)
    return Made(said=said, built=built, fast=bool(sys.modules.get(FAST_ENGINE)))


def with_ticks_of(nanoseconds: int) -> None:
    """Trust files from that age on."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith("generator.") and hasattr(module, "TICK"):
            module.TICK = nanoseconds  # type: ignore[attr-defined]


def _by_function(order: Order) -> tuple[tuple[str, ...], bool]:
    from generator import build as story
    from generator.errors import SiteError
    from generator.incremental.changes import Anything
    from generator.incremental.snapshot import take

    # The whole site is planned, whatever changed: the command takes the shorter ways.
    setattr(story, "detect", lambda _, root, **__: Anything(take(root)))  # noqa: B010
    setattr(story, "processors", lambda: 2 if order.large else 1)  # noqa: B010
    options = story.Options(order.root, drafts=order.drafts, future=order.future)
    try:
        report = story.build(options, now=datetime.fromisoformat(order.now))
    except SiteError as wrong:
        return _without(order.root, map(repr, wrong.diagnostics)), False
    figures = f"{report.pages} {report.files} {sorted(report.hidden.items())}"
    return (*_without(order.root, map(repr, report.diagnostics)), figures), True


def _by_command(order: Order) -> tuple[tuple[str, ...], bool]:
    from click.testing import CliRunner

    from generator.cli import main

    flags = ["--drafts"] * order.drafts + ["--future"] * order.future
    command = ["build", "--source", order.root, "--clock", order.now, *flags]
    done = CliRunner().invoke(main, command)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    said = re.sub(r", [\d,]+ of them changed| · \d+\.\d\d s", "", done.output)
    return _without(order.root, said.splitlines()), done.exit_code == 0


def _without(root: str, lines: Any) -> tuple[str, ...]:
    return tuple(line.replace(root, "SITE") for line in lines)


class _Changes:
    """Counts what a process does to the file system, by the interpreter's own audit, and may end
    it before one of them."""

    def __init__(self, last: int) -> None:
        self.count, self._last, self._own = 0, last, os.getpid()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if os.getpid() != self._own:
            return
        if event in _CHANGES or (event == "open" and arguments[2] & _WRITING):
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), SIGKILL)


def _child(order: Order, answer: int) -> NoReturn:
    os.setpgid(0, 0)
    # One that hangs says where, and ends.
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    with_ticks_of(TICK)
    changes = _Changes(order.killed_before)
    sys.addaudithook(changes)
    try:
        made = asdict(build(order)) | {"changes": changes.count}
    except BaseException:  # whatever it is, who gave the order shall read it
        made = {"crash": traceback.format_exc()}
    os.write(answer, json.dumps(made).encode())
    os._exit(0)


def _carry_out(order: Order) -> str:
    """What is answered, as JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(order, writing)
    os.close(writing)
    if not select([reading], [], [], order.killed_after or LIMIT + 5)[0]:
        # It is waited for only below: until then nobody else can have its number.
        os.kill(child, SIGKILL)
    made, alone = _all_of(reading)
    if not alone:
        os.killpg(child, SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not alone:
        return json.dumps({"killed": os.WIFSIGNALED(status), "left": not alone})
    return made or json.dumps({"crash": f"it ended with {status}"})


def _all_of(reading: int) -> tuple[str, bool]:
    """What is written into a pipe, and whether everybody who might write more has ended."""
    made = b""
    while select([reading], [], [], LEFT)[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            break
        made += part
    else:
        part = b"more"
    os.close(reading)
    return made.decode(), not part


LOADED_LATE = (
    "click.testing",
    "generator.config.site_yaml",
    "generator.parallel.processes",
    "markdown_it.presets.default",
    "mdit_py_plugins.footnote",
    "multiprocessing.popen_fork",
    "multiprocessing.sharedctypes",
)
"""Modules that a build imports when it first needs them; each forked build would do so again."""


def _load_what_every_build_needs() -> None:
    import babel

    import generator.build
    import generator.cli  # noqa: F401

    for name in LOADED_LATE:
        importlib.import_module(name)
    for code in ("en", "es"):
        assert babel.Locale.parse(code).languages


def main(engine: str, *faults: str) -> None:
    """Build to order until there are no more."""
    if engine == "reference":
        sys.modules[FAST_ENGINE] = None  # type: ignore[assignment]  # see importlib: not found
    else:
        importlib.import_module(FAST_ENGINE)
    _load_what_every_build_needs()
    for fault in faults:
        getattr(importlib.import_module(".faults", __package__), fault)()
    for line in sys.stdin:
        made = _carry_out(Order(**json.loads(line)))
        os.write(1, f"{made}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
