"""The figures as tables: for the terminal, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table as RichTable

from .bench import OURS, YARDSTICK
from .corpus import CODE_EVERY, TAGS, TAGS_EACH, WORDS
from .figures import GROWTH_LIMIT, Figure, Goal, Key, Verdict, growth, judge, ratio, summarise
from .machine import Machine
from .phases import IN_TABLES, Phase, Sample
from .watch import POLL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that a bench brought."""

    machine: Machine
    versions: Mapping[str, str]
    """Name of each generator -> its version."""
    left_out: Mapping[str, str]
    fast: bool
    """The extra `fast` was installed."""
    size: int
    rounds: int
    once: tuple[str, ...]
    """The generators that were measured in the first round only."""
    seed: int
    samples: tuple[Sample, ...]
    minutes: float
    """That all of it took."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first column says what the row is."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(outcome: Outcome) -> Iterator[Table]:
    """Figures, goals and growth."""
    figures = summarise(outcome.samples)
    yield _figures_table(outcome, figures)
    yield _goals_table(judge(figures, outcome.size, fast=outcome.fast))
    if grown := _growth_table(figures):
        yield grown


def _figures_table(outcome: Outcome, figures: Mapping[Key, Figure]) -> Table:
    names = list(outcome.versions)
    rows = []
    for phase in IN_TABLES:
        keys = [(outcome.size, phase, name) for name in names]
        if not any(key in figures for key in keys):
            continue
        cells = [_figure(phase, figures.get(key)) for key in keys]
        rows.append((phase.text, *cells, *_ratios(figures, outcome.size, phase)))
    header = ("", *(f"{name} {version}" for name, version in outcome.versions.items()))
    ratios = (f"{OURS} / {YARDSTICK}'s cold build", f"{OURS} / {YARDSTICK} likewise")
    title = f"{outcome.size:,} articles: medians of wall time, processor time in brackets"
    return Table(title, (*header, *ratios), tuple(rows))


def _ratios(figures: Mapping[Key, Figure], size: int, phase: Phase) -> tuple[str, str]:
    """Ours to the yardstick's cold build, where both are times, and to its same phase."""
    ours, cold = (size, phase, OURS), (size, Phase.COLD, YARDSTICK)
    to_cold = None if phase is Phase.MEMORY else ratio(figures, ours, cold)
    return _number(to_cold), _number(ratio(figures, ours, (size, phase, YARDSTICK)))


def _goals_table(verdicts: Sequence[Verdict]) -> Table:
    rows = tuple(
        (
            _goal(verdict.goal),
            _value(verdict.goal.phase, verdict.own),
            f"≤ {verdict.goal.limit:g}",
            _number(verdict.value),
            _met(verdict),
            _number(verdict.likewise),
        )
        for verdict in verdicts
        if verdict.value is not None
    )
    header = ("", OURS, "goal", "measured", "", "ratio likewise")
    return Table("Goals, set for 10,000 articles", header, rows)


def _goal(goal: Goal) -> str:
    unit = f"times {goal.peer}'s {goal.against.text}" if goal.peer else "seconds"
    return f"{goal.phase.text}; {unit}"


def _met(verdict: Verdict) -> str:
    if verdict.met is None:
        return "meant with the extra fast"
    return "met" if verdict.met else "missed"


def _growth_table(figures: Mapping[Key, Figure]) -> Table | None:
    grown = growth(figures)
    if not grown:
        return None
    sizes = sorted({size for each in grown for size in each.values})
    rows = []
    for each in grown:
        values = [_value(each.phase, each.values.get(size)) for size in sizes]
        judged = "met" if each.exponent <= GROWTH_LIMIT else "missed"
        judged = judged if each.generator == OURS else ""
        name = f"{each.generator}: {each.phase.text}"
        rows.append((name, *values, f"{each.exponent:.2f}", f"{each.last:.2f}", judged))
    title = f"Growth: the exponent of the number of articles, goal ≤ {GROWTH_LIMIT}"
    header = ("", *(f"{size:,}" for size in sizes), "exponent", "of the last step", "")
    return Table(title, header, tuple(rows))


def _figure(phase: Phase, figure: Figure | None) -> str:
    if figure is None:
        return "–"
    cpu = f" ({_seconds(figure.cpu)})" if figure.cpu is not None else ""
    return _value(phase, figure.value) + cpu


def _value(phase: Phase, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value / 2**20:,.0f} MB" if phase is Phase.MEMORY else f"{_seconds(value)} s"


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def notes(outcome: Outcome) -> list[str]:
    """How it was measured, and what the figures do not show."""
    machine, once = outcome.machine, " and ".join(outcome.once)
    said = [
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb:g} GB, {machine.system}, "
        f"{machine.file_system}, Python {machine.python}; load at the start {machine.load:g}.",
        f"The corpus (seed {outcome.seed}): {WORDS} words an article, made of syllables, "
        f"{TAGS_EACH} of {TAGS} tags each, a block of code in every {CODE_EVERY}th. Every "
        "generator makes the same pages, lists of ten, tag pages, feed of the newest twenty and "
        "sitemap; their number, and the words of a sample, are compared in each run.",
        "Every build is a process of its own; a cold one has neither caches nor an earlier output. "
        "Earlier outputs were put aside, not deleted. "
        "The files had been read before: the system's page cache was warm for all. What was "
        "unwritten went to the disk before each run; what a run leaves unwritten is not in its "
        "time.",
        "Memory is the sum over all processes of what each holds of its own and its share of what "
        "is shared (PSS), looked at fifty times a second, in a run that is not timed; a peak "
        "between two looks is not seen.",
        f"A save is timed until the whole new page was received over a connection kept open, asked "
        f"for every {POLL * 1000:.0f} ms.",
        f"Rounds: {outcome.rounds}{f'; {once} in the first one only' if once else ''}; one at "
        f"sizes above the main one; {outcome.minutes:.0f} minutes in all. The theme "
        "is minimal: no images, no menus, no search index. One machine, one corpus: ratios travel, "
        "seconds do not.",
    ]
    if not outcome.fast:
        said.append("The extra `fast` was not installed: all figures are the reference parser's.")
    if machine.file_system == "tmpfs":
        said.append("The sites lay in memory, not on a disk: choose a folder on one with --work.")
    return said + [f"{name} is left out: {why}." for name, why in outcome.left_out.items()]


def show(outcome: Outcome, console: Console) -> None:
    """For a terminal."""
    for table in tables(outcome):
        shown = RichTable(title=table.title, title_justify="left")
        for place, name in enumerate(table.header):
            shown.add_column(name, justify="right" if place else "left", overflow="fold")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    for note in notes(outcome):
        console.print(f"- {note}", highlight=False, markup=False)


def to_markdown(outcome: Outcome) -> str:
    """For the documentation."""
    parts = []
    for table in tables(outcome):
        aligned = ["---", *("---:" for _ in table.header[1:])]
        lines = [table.header, aligned, *table.rows]
        parts += [f"**{table.title}**", "\n".join(f"| {' | '.join(line)} |" for line in lines)]
    parts.append("\n".join(f"- {note}" for note in notes(outcome)))
    return "\n\n".join(parts) + "\n"


def to_json(outcome: Outcome) -> str:
    """Every sample, for whoever wants to compute something else."""
    return json.dumps(asdict(outcome), indent=1, ensure_ascii=False) + "\n"
