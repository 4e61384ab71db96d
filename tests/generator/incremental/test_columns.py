"""A trace in columns is the same trace, and answers about a part of it as the whole would."""

import pytest
from hypothesis import given, strategies as st

from generator.incremental.columns import PACK, columns_of, trace_of
from generator.incremental.trace import Question, Trace, reason_of

SIZE = PACK + 8
"""Questions: more than are opened together."""


def question(number: int) -> Question:
    return ("toc", "en", (f"content/ñandú-{number}.md", number), (("absolute", True),))


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Some outputs, each of which asked a few of many questions."""
    numbers = st.lists(st.integers(0, SIZE - 1), max_size=4).map(tuple)
    asked = draw(st.lists(numbers, max_size=6))
    stamps = draw(st.lists(st.integers(0, 2**62), min_size=len(asked), max_size=len(asked)))
    paths = [f"{number}/índice.html" for number in range(len(asked))]
    return Trace(
        key="key",
        structure="structure",
        questions=tuple(map(question, range(SIZE))),
        digests=tuple(f"answer {number}" for number in range(SIZE)),
        outputs={path: (f"page {path}", each) for path, each in zip(paths, asked, strict=True)},
        stamps={
            path: (stamp, stamp) if stamp % 3 else ()
            for path, stamp in zip(paths, stamps, strict=True)
        },
    )


@given(traces())
def test_columns_hold_the_whole_trace(trace: Trace) -> None:
    assert trace_of(columns_of(trace)) == trace


@given(traces(), st.sets(st.integers(0, SIZE - 1), max_size=9))
def test_the_outputs_that_asked_are_found_with_their_reasons(
    trace: Trace, numbers: set[int]
) -> None:
    changed = {number: question(number) for number in numbers}
    reasons = {path: reason_of(asked, changed) for path, (_, asked) in trace.outputs.items()}
    found = columns_of(trace).reasons(changed)
    assert list(found.items()) == [(path, why) for path, why in reasons.items() if why]


@given(traces(), st.dictionaries(st.integers(0, SIZE - 1), st.just("new")))
def test_new_answers_and_stamps_take_the_places_of_the_old(
    trace: Trace, answers: dict[int, str]
) -> None:
    written = dict.fromkeys(list(trace.outputs)[::2], (7, 8))
    after = trace_of(columns_of(trace).after(answers, written, "another"))
    assert after.digests == tuple(answers.get(n, was) for n, was in enumerate(trace.digests))
    assert after.stamps == {**trace.stamps, **written}
    assert (after.structure, after.outputs) == ("another", trace.outputs)


def test_a_part_is_opened_and_no_more() -> None:
    trace = Trace(
        key="",
        structure="",
        questions=tuple(map(question, range(SIZE))),
        digests=("",) * SIZE,
        outputs={"a/index.html": ("page a", (1, SIZE - 1))},
        stamps={"a/index.html": ()},
    )
    columns = columns_of(trace)
    sought = f"content/ñandú-{SIZE - 1}.md".encode()
    found = dict(columns.questions(lambda kinds, said: kinds == ("toc",) and sought in said))
    assert found == {number: question(number) for number in range(PACK, SIZE)}
    assert columns.asked_by("a/index.html") == (1, SIZE - 1)
    assert columns.question(SIZE - 1) == question(SIZE - 1)
    with pytest.raises(ValueError, match="substring not found"):
        columns.asked_by("index.html")
