"""A stored trace returns what went in, and answers questions about a part of it."""

from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from generator.incremental.store import PACK
from generator.incremental.trace import Trace, TracedOutput, assemble, reason_of
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
        parts = {"structure": "structure", "texts": "texts", "theme": "theme"}
        return assemble("print", DEPENDENCIES, digests, self.outputs, **parts)


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    """Some outputs, each of which depends on a few of many dependencies."""
    numbers = st.lists(st.integers(0, SIZE - 1), max_size=4).map(tuple)
    rows = draw(st.lists(numbers, max_size=6))
    return Parts(
        [
            TracedOutput(f"{position}/índice.html", f"page {position}", numbers)
            for position, numbers in enumerate(rows)
        ]
    )


def outputs_of(trace: Trace) -> list[TracedOutput]:
    return [
        TracedOutput(path, trace.origin(path), trace.numbers_of(path)) for path in trace.outputs
    ]


@given(parts())
def test_a_trace_holds_every_output_and_dependency(parts: Parts) -> None:
    trace = parts.trace
    assert outputs_of(trace) == parts.outputs
    assert dict(trace.dependencies()) == dict(enumerate(DEPENDENCIES))
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
def test_an_update_replaces_answers(parts: Parts, answers: dict[int, str]) -> None:
    before = parts.trace
    after = before.updated(answers, "another")
    assert after.digests == [answers.get(number, f"answer {number}") for number in range(SIZE)]
    assert after == replace(before, structure="another", texts="", digests=after.digests)


def test_only_the_pack_that_may_be_concerned_is_decoded() -> None:
    trace = Parts([TracedOutput("a/index.html", "page a", (1, SIZE - 1))]).trace
    path = f"content/ñandú-{SIZE - 1}.md".encode()
    concerned = dict(trace.dependencies(lambda _, packed: path in packed))
    assert concerned == {number: dependency(number) for number in range(PACK, SIZE)}
    assert trace.numbers_of("a/index.html") == (1, SIZE - 1)
    with pytest.raises(KeyError):
        trace.numbers_of("index.html")
