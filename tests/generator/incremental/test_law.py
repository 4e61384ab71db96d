"""An incremental build's tree is a clean build's, byte for byte, after any history of edits.

So is what it says. The two builds of a step are made with different engines, each of which builds
on what the other left; the one builds on what is known, the other on nothing.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ..law.builder import TICK, Builder
from ..law.edits import Edit, add, put, state
from ..law.twice import History, Step, begin, histories

pytestmark = pytest.mark.long

Builders = dict[str, Builder]

USUAL = settings(
    max_examples=8,
    # Shrinking a history takes minutes, and one that failed is short enough to read.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
LONG = settings(USUAL, max_examples=150)


@pytest.fixture(scope="module")
def builders() -> Iterator[Builders]:
    with Builder("fast") as fast, Builder("reference") as reference:
        yield {"fast": fast, "reference": reference}


def live(history: History, builders: Builders, *, large: bool = False) -> None:
    with TemporaryDirectory() as folder:
        begin(Path(folder), builders, large=large).live(history)


@settings(USUAL)
@given(history=histories(10))
def test_any_history(builders: Builders, history: History) -> None:
    live(history, builders)


@settings(USUAL, max_examples=3)
@given(history=histories(5))
def test_any_history_of_a_large_site(builders: Builders, history: History) -> None:
    live(history, builders, large=True)


@pytest.mark.slow
@settings(LONG)
@given(history=histories(20))
def test_any_long_history(builders: Builders, history: History) -> None:
    live(history, builders)


@pytest.mark.slow
@settings(LONG, max_examples=20)
@given(history=histories(20))
def test_any_long_history_of_a_large_site(builders: Builders, history: History) -> None:
    live(history, builders, large=True)


def test_the_engines_are_the_ones_that_they_are_called(builders: Builders, tmp_path: Path) -> None:
    twice = begin(tmp_path, builders)
    fast, reference = twice.build(Step((), "fast", by_command=False))
    assert (fast.fast, reference.fast) == (True, False)


FAULTS = [
    ("forgotten", Edit(put, ("data/team.yaml", "- Bo"))),
    ("unconcerned", Edit(state, ("blog/one", "title", "Alpha"))),
    ("unsaid", Edit(add, ("blog/one", "[x](gone.md)"))),
    ("misread", Edit(add, ("blog/one", "Note[^1]\n\n[^1]: More."))),
]


@pytest.mark.parametrize(("fault", "edit"), FAULTS)
def test_a_planted_fault_is_caught(
    builders: Builders, tmp_path: Path, fault: str, edit: Edit
) -> None:
    twice = begin(tmp_path, builders)
    step = Step((edit,), "fast", by_command=True)
    time.sleep(TICK / 1e9)
    assert twice.check(step)
    edit(twice.world)
    with Builder("fast", fault) as faulty, pytest.raises(AssertionError, match=r"stale|instead of"):
        replace(twice, builders={**builders, "fast": faulty}).check(step)
