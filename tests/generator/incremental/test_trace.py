"""A stored trace returns what went in, and answers questions about a part of it."""

from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from generator.incremental.store import PACK, split
from generator.incremental.trace import (
    Answers,
    Trace,
    TracedOutput,
    TracedOutputs,
    assemble,
    reason_of,
)
from generator.render.dependencies import Dependency

SIZE = PACK + 8
"""Dependencies: more than are decoded together."""


def dependency(number: int) -> Dependency:
    return ("toc", "en", (f"content/ñandú-{number}.md", number), (("absolute", True),))


DEPENDENCIES = tuple(map(dependency, range(SIZE)))


@dataclass(frozen=True)
class Parts:
    """What a trace is assembled from."""

    outputs: list[TracedOutput]

    @property
    def trace(self) -> Trace:
        digests = [f"answer {number}" for number in range(SIZE)]
        return assemble("print", DEPENDENCIES, digests, self.outputs, Answers("structure"))


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    """Some outputs, each of which depends on a few of many dependencies."""
    numbers = st.lists(st.integers(0, SIZE - 1), max_size=4).map(tuple)
    stats = st.integers(0, 2**62).map(lambda stat: (stat, stat) if stat % 3 else ())
    rows = draw(st.lists(st.tuples(numbers, stats), max_size=6))
    return Parts(
        [
            TracedOutput(f"{position}/índice.html", f"page {position}", numbers, stat)
            for position, (numbers, stat) in enumerate(rows)
        ]
    )


def outputs_of(trace: Trace) -> list[TracedOutput]:
    outputs = TracedOutputs(trace)
    return [
        TracedOutput(path, outputs.origin(path), outputs.numbers(path), outputs.stat(path))
        for path in split(trace.paths)
    ]


@given(parts())
def test_a_trace_holds_every_output_and_dependency(parts: Parts) -> None:
    trace = parts.trace
    assert outputs_of(trace) == parts.outputs
    assert tuple(trace.all_dependencies()) == DEPENDENCIES
    assert [trace.dependency(number) for number in range(SIZE)] == list(DEPENDENCIES)


@given(parts(), st.sets(st.integers(0, SIZE - 1), max_size=9))
def test_outputs_with_a_changed_answer_are_returned_with_the_reason(
    parts: Parts, numbers: set[int]
) -> None:
    changed = {number: dependency(number) for number in numbers}
    reasons = {output.path: reason_of(output.numbers, changed) for output in parts.outputs}
    stale = parts.trace.reasons(changed)
    assert list(stale.items()) == [(path, reason) for path, reason in reasons.items() if reason]


@given(parts(), st.dictionaries(st.integers(0, SIZE - 1), st.just("new")))
def test_an_update_replaces_answers_and_stats(parts: Parts, answers: dict[int, str]) -> None:
    before = parts.trace
    stats = dict.fromkeys((output.path for output in parts.outputs[::2]), (7, 8))
    after = before.updated(answers, stats, "another")
    assert split(after.answers.digests) == [
        answers.get(number, f"answer {number}") for number in range(SIZE)
    ]
    assert outputs_of(after) == [
        output._replace(stat=stats.get(output.path, output.stat)) for output in parts.outputs
    ]
    assert (after.answers.structure, after[:-1]) == ("another", before[:-1])


def test_only_the_pack_that_may_be_concerned_is_decoded() -> None:
    trace = Parts([TracedOutput("a/index.html", "page a", (1, SIZE - 1), ())]).trace
    path = f"content/ñandú-{SIZE - 1}.md".encode()
    concerned = dict(trace.dependencies(lambda _, packed: path in packed))
    assert concerned == {number: dependency(number) for number in range(PACK, SIZE)}
    assert trace.numbers_of("a/index.html") == (1, SIZE - 1)
    with pytest.raises(ValueError, match="substring not found"):
        trace.numbers_of("index.html")
