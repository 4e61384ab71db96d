"""`python -m tests.benchmarks.forms`: the handler's speed and size on both databases."""

import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ...forms.databases import BOTH, POSTGRESQL, postgresql_server
from . import measures
from .filling import fill
from .handler import How

GOALS = {
    "ratio": (0.8, "at least"),
    "p99 ms at 200/s": (50, "at most"),
    "resident MB": (120, "at most"),
    "grown ratio": (1.5, "at most"),
    "verify exponent": (1.1, "at most"),
}
Figures = dict[str, float]
MakeDatabase = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How long, and how many."""

    seconds: float
    contacts: int
    verified: tuple[int, ...]
    """The numbers of contacts whose events are vouched for: of a million that takes minutes."""
    opt_ins: int


QUICK = Options(seconds=3, contacts=10_000, verified=(100, 1_000, 10_000), opt_ins=150)


@contextmanager
def databases(kind: str, directory: Path) -> Iterator[MakeDatabase]:
    """Makes empty databases: `make()` on a server that waits for its disk, `make(lax=True)`."""
    with ExitStack() as stack:
        if kind == POSTGRESQL:
            durable = stack.enter_context(postgresql_server())
            lax = stack.enter_context(postgresql_server(fsync="off"))
            yield lambda lax_=False: stack.enter_context(
                (lax if lax_ else durable).empty_database()
            )
        else:
            yield (
                lambda _lax=False: f"sqlite:///{Path(tempfile.mkdtemp(dir=directory)) / 'forms.db'}"
            )


def bench(kind: str, directory: Path, options: Options) -> Figures:
    """All figures of one database."""
    with databases(kind, directory) as make:
        figures = _under_load(directory, make, options)
        if kind != POSTGRESQL:
            alone = measures.at_full_load(directory, make(), How.SINGLE, options.seconds)
            figures["one commit each, per s"] = alone.load.rate
        steady = measures.at_a_steady_rate(directory, make(), 200, options.seconds)
        figures["processor ms per opt-in at 200/s"] = steady.processor * 1000
        figures["p50 ms at 200/s"] = steady.load.percentile(0.5) * 1000
        figures["p99 ms at 200/s"] = steady.load.percentile(0.99) * 1000
        figures["resident MB"] = max(figures["resident MB"], steady.resident)
        figures |= _grown(make(), options)
    return figures


def _under_load(directory: Path, make: MakeDatabase, options: Options) -> Figures:
    flushes = measures.flush_rate(directory, 1)
    # Durable, lax, durable: what else the machine does falls on both.
    first, lax, second = (
        measures.at_full_load(directory, make(how is How.LAX), how, options.seconds)
        for how in (How.DURABLE, How.LAX, How.DURABLE)
    )
    rate = (first.load.rate + second.load.rate) / 2
    runs = (first, lax, second)
    return {
        "flushes per s": flushes,
        "opt-ins per s": rate,
        "without waiting for the disk": lax.load.rate,
        "ratio": rate / lax.load.rate,
        "p99 ms under full load": second.load.percentile(0.99) * 1000,
        "processor ms per opt-in": second.processor * 1000,
        "visitors' own ms per opt-in": second.visitors * 1000,
        "not answered with 303": float(sum(len(run.load.others) for run in runs)),
        "resident MB": max(run.resident for run in runs),
    }


def _grown(url: str, options: Options) -> Figures:
    figures: Figures = {}
    with measures.opened(url) as store:
        measures.one_by_one(store, options.opt_ins // 4)
        before = measures.one_by_one(store, options.opt_ins)
        sizes, there = [], 0
        for contacts in sorted({*options.verified, options.contacts}):
            began = time.monotonic()
            fill(store.database, contacts - there, start=there)
            figures[f"s to fill in up to {contacts:,}"] = time.monotonic() - began
            there = contacts
            if contacts in options.verified:
                sizes.append(measures.verified(store))
                events, took = sizes[-1]
                figures[f"verified per s, {contacts:,} contacts"] = events / took
        measures.one_by_one(store, options.opt_ins // 4)
        after = measures.one_by_one(store, options.opt_ins)
    (few, short), (many, long) = sizes[0], sizes[-1]
    return {
        "subscribe ms, no contacts": before * 1000,
        f"subscribe ms, {options.contacts:,} contacts": after * 1000,
        "grown ratio": after / before,
        **figures,
        "verify exponent": math.log(long / short) / math.log(many / few),
    }


def show(found: dict[str, Figures], console: Console) -> None:
    """A table, with a word on what misses its goal."""
    table = Table("", *found, "goal")
    for name in dict.fromkeys(name for figures in found.values() for name in figures):
        goal, word = GOALS.get(name, (0, ""))
        cells = [_cell(figures.get(name), goal, word) for figures in found.values()]
        table.add_row(name, *cells, f"{word} {goal}" if word else "")
    console.print(table)


def _cell(value: float | None, goal: float, word: str) -> str:
    if value is None:
        return ""
    missed = bool(word) and (value < goal if word == "at least" else value > goal)
    return f"{value:,.2f}" + (" (missed)" if missed else "")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Everything once and small: about a minute.")
@click.option("--seconds", default=10.0, show_default=True, help="How long each load lasts.")
@click.option("--contacts", default=1_000_000, show_default=True, help="How many are known.")
@click.option("--only", type=click.Choice(BOTH), help="One database alone.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the figures as JSON.")
def main(*, quick: bool, seconds: float, contacts: int, only: str | None, out: Path | None) -> None:
    """Opt-ins a second, their latency, memory and growth, on SQLite and PostgreSQL."""
    sizes = (contacts // 1000, contacts // 100, contacts // 10)
    asked = Options(seconds=seconds, contacts=contacts, verified=sizes, opt_ins=1_000)
    directory = Path(tempfile.mkdtemp(prefix="atrae-bench-"))
    try:
        found: dict[str, Figures] = {}
        for kind in (only,) if only else BOTH:
            found[kind] = bench(kind, directory, QUICK if quick else asked)
            # What is measured is not lost when the next one is interrupted.
            show(found, Console())
            if out is not None:
                out.write_text(json.dumps(found, indent=2), encoding="utf-8")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
