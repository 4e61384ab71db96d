"""Whoever is given an answer depends on all that was asked to find it."""

import pytest
from hypothesis import given, strategies as st

from generator.render.dependencies import Question, Shared, part_of, question, shared_question


class Asking:
    """Answers in lists, so that each answer is seen to be the same one or another."""

    def __init__(self, language: str, shared: Shared) -> None:
        self.asked: dict[Question, None] = {}
        self.language, self.shared = language, shared

    @question
    def one(self, name: str) -> list[str]:
        return [name]

    @part_of("one")
    def first_letter(self, name: str) -> str:
        return name[0]

    @shared_question
    def few(self, *names: str, twice: bool = False) -> list[str]:
        if "wrong" in names:
            raise LookupError
        found = [*self.one("first"), *(word for name in names for word in self.one(name))]
        return found * (1 + twice)

    @shared_question
    def all(self, *names: str) -> list[str]:
        return self.few(*names) + self.one("last")


NAMES = st.sampled_from(["a", "b"])
CALLS = st.lists(st.tuples(st.sampled_from(["few", "all", "one"]), NAMES), max_size=6)


@given(CALLS, CALLS)
def test_sharing_changes_neither_answers_nor_what_is_asked(
    before: list[tuple[str, str]], calls: list[tuple[str, str]]
) -> None:
    shared: Shared = {}
    earlier, sharing, alone = Asking("en", shared), Asking("en", shared), Asking("en", {})
    for name, word in before:
        getattr(earlier, name)(word)
    answers = [getattr(sharing, name)(word) for name, word in calls]
    assert answers == [getattr(alone, name)(word) for name, word in calls]
    assert list(sharing.asked) == list(alone.asked)


def test_an_answer_is_found_once_for_a_language() -> None:
    shared: Shared = {}
    found = Asking("en", shared).few("a")
    assert Asking("en", shared).few("a") is found
    assert Asking("es", shared).few("a") is not found
    assert Asking("en", shared).few("a", twice=True) != found


def test_a_fault_is_no_answer_and_what_was_asked_before_stays() -> None:
    asking = Asking("en", {})
    asking.one("a")
    with pytest.raises(LookupError):
        asking.few("wrong")
    assert list(asking.asked) == [("one", "en", ("a",), ()), ("few", "en", ("wrong",), ())]
    with pytest.raises(LookupError):
        asking.few("wrong")


def test_a_part_is_asked_as_the_whole() -> None:
    asking, whole = Asking("en", {}), Asking("en", {})
    whole.one("abc")
    assert asking.first_letter("abc") == "a"
    assert asking.asked == whole.asked
