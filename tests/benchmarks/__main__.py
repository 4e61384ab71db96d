"""`python -m tests.benchmarks`: options -> bench -> report."""

import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from .bench import Options, available, bench, folder_in_memory
from .corpus import SEED
from .errors import BenchError
from .generators import PEERS, has_fast_engine
from .machine import this_machine
from .phases import Phase
from .report import Outcome, show, to_json, to_markdown

FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


def names(allowed: tuple[str, ...], text: str, what: str) -> tuple[str, ...]:
    """The words of a list with commas, each one of those allowed; empty for an empty text."""
    asked = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in asked:
        if word not in allowed:
            raise click.UsageError(f"no {what} '{word}'; there are {', '.join(allowed)}")
    return asked


def sizes(text: str) -> tuple[int, ...]:
    """The numbers of a list with commas."""
    try:
        return tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError:
        raise click.UsageError(f"'{text}' is no list of numbers, such as 1000,50000") from None


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--articles", type=click.IntRange(40), default=10_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--growth", default="1000,50000", show_default=True, help="Further sizes, or ''.")
@click.option("--peers", default=",".join(PEERS), show_default=True, help="Of whom to measure.")
@click.option("--only", is_flag=True, help="Measure ours alone.")
@click.option("--phases", default=",".join(Phase), show_default=True)
@click.option("--ram", type=click.Path(path_type=Path), default=Path("/dev/shm"), show_default=True)
@click.option("--work", type=FOLDER, help="Make the sites below it.  [default: the system's]")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--thorough", is_flag=True, help="Slow peers in every round and phase too.")
@click.option("--out", type=click.Path(path_type=Path), help="Write NAME.json and NAME.md.")
def main(
    articles: int,
    rounds: int,
    growth: str,
    peers: str,
    only: bool,
    phases: str,
    ram: Path,
    work: Path | None,
    seed: int,
    thorough: bool,
    out: Path | None,
) -> None:
    """Measure Atrae and its peers on the same corpus, in turn, and say what came of the goals.

    A goal that is missed is a figure, not a failure; sites that cannot be compared are one.
    """
    asked = names(tuple(Phase), phases, "phase")
    options = Options(
        articles=articles,
        rounds=rounds,
        phases=tuple(phase for phase in Phase if phase in asked),
        growth=sizes(growth),
        seed=seed,
        work=work,
        ram=folder_in_memory(ram),
        thorough=thorough,
    )
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
    outcome = run(options, () if only else names(tuple(PEERS), peers, "peer"))
    show(outcome, Console())
    if out:
        out.with_name(f"{out.name}.json").write_text(to_json(outcome), encoding="utf-8")
        out.with_name(f"{out.name}.md").write_text(to_markdown(outcome), encoding="utf-8")


def run(options: Options, peers: tuple[str, ...]) -> Outcome:
    """Measure; each figure is said on stderr as it is taken. Exits where no figure would stand."""
    began = time.monotonic()
    generators, left_out = available(peers)
    machine = this_machine(options.work or Path(tempfile.gettempdir()))
    try:
        samples = tuple(bench(options, generators, lambda line: click.echo(line, err=True)))
    except BenchError as wrong:
        sys.exit(f"{wrong}")
    return Outcome(
        machine=machine,
        versions={each.name: each.version for each in generators},
        left_out=left_out,
        fast=has_fast_engine(),
        size=options.articles,
        rounds=options.rounds,
        once=() if options.thorough else tuple(each.name for each in generators if each.slow),
        seed=options.seed,
        samples=samples,
        minutes=(time.monotonic() - began) / 60,
    )


if __name__ == "__main__":
    main()
