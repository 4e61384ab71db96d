"""Samples -> medians, ratios, exponents, and whether the goals are met. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

from .bench import OURS, YARDSTICK
from .phases import IN_TABLES, Phase, Sample

Key = tuple[int, Phase, str]
"""Size, phase, name of the generator."""

GROWTH_LIMIT = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What several samples of one thing say."""

    value: float
    """Their median, in seconds or bytes."""
    low: float
    high: float
    cpu: float | None
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """At most `limit`: times what `peer` needs for `against`, or seconds where there is none.

    Most are ratios to the cold build, for that is what a peer does after each change.
    """

    phase: Phase
    limit: float
    peer: str = ""
    against: Phase = Phase.COLD
    fast: bool = False
    """Meant for the extra `fast`."""


GOALS = (
    Goal(phase=Phase.COLD, limit=0.8, peer=YARDSTICK, fast=True),
    Goal(phase=Phase.COLD_RAM, limit=0.6, peer=YARDSTICK, against=Phase.COLD_RAM, fast=True),
    Goal(phase=Phase.COLD_REFERENCE, limit=2.2, peer=YARDSTICK),
    Goal(phase=Phase.COLD_REFERENCE, limit=0.25, peer="Pelican"),
    Goal(phase=Phase.UNCHANGED, limit=0.02, peer=YARDSTICK),
    Goal(phase=Phase.BODY, limit=0.04, peer=YARDSTICK),
    Goal(phase=Phase.TITLE, limit=0.04, peer=YARDSTICK),
    Goal(phase=Phase.THEME, limit=0.3, peer=YARDSTICK),
    Goal(phase=Phase.SERVE_SAVE, limit=0.040),
    Goal(phase=Phase.SERVE_START, limit=1.0),
    Goal(phase=Phase.MEMORY, limit=0.2, peer=YARDSTICK, against=Phase.MEMORY),
)
"""For ten thousand articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a goal; `met` is None where it was not measured as it is meant."""

    goal: Goal
    own: float | None
    """Ours, in seconds or bytes."""
    value: float | None
    """What the goal limits: a ratio, or our own seconds."""
    likewise: float | None
    """The ratio to what the goal's peer needs for the same; None: it was not measured there."""
    met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How one phase grows: seconds (or bytes) for each size, and the exponent of its power law."""

    phase: Phase
    generator: str
    values: Mapping[int, float]
    """Size -> value, the smallest size first."""
    exponent: float
    last: float
    """The same between the two largest sizes alone, where what a start costs hides least."""


def summarise(samples: Iterable[Sample]) -> dict[Key, Figure]:
    """One figure for each size, phase and generator."""
    grouped: dict[Key, list[Sample]] = defaultdict(list)
    for sample in samples:
        grouped[sample.size, sample.phase, sample.generator].append(sample)
    return {key: _figure(group) for key, group in grouped.items()}


def _figure(samples: Sequence[Sample]) -> Figure:
    values = [sample.value for sample in samples]
    cpu = [sample.cpu for sample in samples if sample.cpu is not None]
    return Figure(
        value=median(values),
        low=min(values),
        high=max(values),
        cpu=median(cpu) if cpu else None,
        samples=len(values),
    )


def judge(figures: Mapping[Key, Figure], size: int, *, fast: bool) -> list[Verdict]:
    """Every goal at one size; `fast`: the extra is installed."""
    return [_verdict(goal, figures, size, fast=fast) for goal in GOALS]


def _verdict(goal: Goal, figures: Mapping[Key, Figure], size: int, *, fast: bool) -> Verdict:
    key, peer = (size, goal.phase, OURS), goal.peer or YARDSTICK
    own = figures[key].value if key in figures else None
    value = ratio(figures, key, (size, goal.against, goal.peer)) if goal.peer else own
    judged = value is not None and (fast or not goal.fast)
    return Verdict(
        goal=goal,
        own=own,
        value=value,
        likewise=ratio(figures, key, (size, goal.phase, peer)),
        met=value <= goal.limit if value and judged else None,
    )


def ratio(figures: Mapping[Key, Figure], one: Key, other: Key) -> float | None:
    """Of two figures; None where one of them is missing."""
    if one not in figures or other not in figures:
        return None
    return figures[one].value / figures[other].value


def growth(figures: Mapping[Key, Figure]) -> list[Growth]:
    """Of everything that was measured at two sizes or more, in the order of phases."""
    values: dict[tuple[Phase, str], dict[int, float]] = defaultdict(dict)
    for (size, phase, generator), figure in sorted(figures.items()):
        values[phase, generator][size] = figure.value
    grown = [
        Growth(
            phase=phase,
            generator=generator,
            values=by_size,
            exponent=exponent(by_size),
            last=exponent(dict(list(by_size.items())[-2:])),
        )
        for (phase, generator), by_size in values.items()
        if len(by_size) > 1
    ]
    return sorted(grown, key=lambda g: (g.generator != OURS, IN_TABLES.index(g.phase)))


def exponent(values: Mapping[int, float]) -> float:
    """k of value = c · size^k, by least squares of the logarithms. At least two sizes."""
    sizes = [math.log(size) for size in values]
    return linear_regression(sizes, [math.log(value) for value in values.values()]).slope
