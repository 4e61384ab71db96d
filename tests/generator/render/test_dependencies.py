"""Whoever is given an answer depends on all that was asked to find it."""

import pytest
from hypothesis import given, strategies as st

from generator.render.dependencies import (
    Dependencies,
    Memoized,
    tracked,
    tracked_and_memoized,
    tracked_as,
)


class Asking:
    """Answers in lists, so that each answer is seen to be the same one or another."""

    def __init__(self, language: str, memoized: Memoized) -> None:
        self.dependencies = Dependencies(language, memoized)

    @tracked
    def one(self, name: str) -> list[str]:
        return [name]

    @tracked_as("one")
    def first_letter(self, name: str) -> str:
        return name[0]

    @tracked_and_memoized
    def few(self, *names: str, twice: bool = False) -> list[str]:
        if "wrong" in names:
            raise LookupError
        found = [*self.one("first"), *(word for name in names for word in self.one(name))]
        return found * (1 + twice)

    @tracked_and_memoized
    def all(self, *names: str) -> list[str]:
        return self.few(*names) + self.one("last")


NAMES = st.sampled_from(["a", "b"])
CALLS = st.lists(st.tuples(st.sampled_from(["few", "all", "one"]), NAMES), max_size=6)


@given(CALLS, CALLS)
def test_sharing_changes_neither_answers_nor_what_is_asked(
    before: list[tuple[str, str]], calls: list[tuple[str, str]]
) -> None:
    memoized: Memoized = {}
    earlier, sharing, alone = Asking("en", memoized), Asking("en", memoized), Asking("en", {})
    for name, word in before:
        getattr(earlier, name)(word)
    answers = [getattr(sharing, name)(word) for name, word in calls]
    assert answers == [getattr(alone, name)(word) for name, word in calls]
    assert list(sharing.dependencies.recorded) == list(alone.dependencies.recorded)


def test_an_answer_is_found_once_for_a_language() -> None:
    memoized: Memoized = {}
    found = Asking("en", memoized).few("a")
    assert Asking("en", memoized).few("a") is found
    assert Asking("es", memoized).few("a") is not found
    assert Asking("en", memoized).few("a", twice=True) != found


def test_a_fault_is_no_answer_and_what_was_asked_before_stays() -> None:
    asking = Asking("en", {})
    asking.one("a")
    with pytest.raises(LookupError):
        asking.few("wrong")
    assert list(asking.dependencies.recorded) == [
        ("one", "en", ("a",), ()),
        ("few", "en", ("wrong",), ()),
    ]
    with pytest.raises(LookupError):
        asking.few("wrong")


def test_a_part_is_asked_as_the_whole() -> None:
    asking, whole = Asking("en", {}), Asking("en", {})
    whole.one("abc")
    assert asking.first_letter("abc") == "a"
    assert asking.dependencies.recorded == whole.dependencies.recorded
