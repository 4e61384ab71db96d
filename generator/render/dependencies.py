"""What a view was asked, by name, so that it can be asked again.

An output stays as it is while every answer that it was given would be the same. A question is a
tuple of the method's name, the language and the arguments, documents and the like by their paths.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ..model.document import Document
from ..model.site import Section
from ..model.taxonomy import Term, term_key

Question = tuple[Any, ...]
Shared = dict[Question, tuple[Any, Mapping[Question, None]]]
"""Question -> its answer, and the questions that were asked to find it."""


_NOTHING: Mapping[Question, None] = {}


class Asked(Protocol):
    """What keeps account of its questions."""

    asked: dict[Question, None]
    shared: Shared
    """Answers that are the same for every page of the language; views of one site share it."""
    language: str


Self = TypeVar("Self", bound=Asked)
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def question(
    method: Callable[Concatenate[Self, Given], Answer],
) -> Callable[Concatenate[Self, Given], Answer]:
    """Keep account of each call of the method."""
    name = method.__name__

    @wraps(method)
    def ask(self: Self, /, *args: Given.args, **options: Given.kwargs) -> Answer:
        self.asked[_question(name, self.language, args, options)] = None
        return method(self, *args, **options)

    return ask


def part_of(
    whole: str,
) -> Callable[
    [Callable[Concatenate[Self, Given], Answer]], Callable[Concatenate[Self, Given], Answer]
]:
    """Keep account of each call of the method as one of the method `whole`: its answer can only
    be another where that one's, to the same arguments, is another too."""

    def of(
        method: Callable[Concatenate[Self, Given], Answer],
    ) -> Callable[Concatenate[Self, Given], Answer]:
        @wraps(method)
        def ask(self: Self, /, *args: Given.args, **options: Given.kwargs) -> Answer:
            self.asked[_question(whole, self.language, args, options)] = None
            return method(self, *args, **options)

        return ask

    return of


def shared_question(
    method: Callable[Concatenate[Self, Given], Answer],
) -> Callable[Concatenate[Self, Given], Answer]:
    """The same for a method whose answer, a frozen value, is one for every page of the language.

    It is found once, and whoever asks again depends on all that was asked to find it.
    """
    name = method.__name__

    @wraps(method)
    def ask(self: Self, /, *args: Given.args, **options: Given.kwargs) -> Answer:
        asked = _question(name, self.language, args, options)
        self.asked[asked] = None
        found = self.shared.get(asked)
        if found is None:
            found = self.shared[asked] = _apart(self, lambda: method(self, *args, **options))
        self.asked.update(found[1])
        answer: Answer = found[0]
        return answer

    return ask


def _apart(self: Asked, method: Callable[[], Answer]) -> tuple[Answer, Mapping[Question, None]]:
    """An answer, and what was asked to find it."""
    before, self.asked = self.asked, {}
    try:
        return method(), self.asked or _NOTHING
    finally:
        self.asked = before


def _question(
    name: str, language: str, args: tuple[object, ...], options: dict[str, object]
) -> Question:
    words: list[object] = []
    for argument in args:
        named = _NAMED.get(type(argument))
        if named:
            words += named(argument)
        else:
            words.append(argument)
    return name, language, tuple(words), tuple(sorted(options.items())) if options else ()


_NAMED: dict[type, Callable[[Any], tuple[str, ...]]] = {
    Document: lambda document: (document.source.path,),
    Section: lambda section: (section.path,),
    Term: lambda term: (term.taxonomy, term_key(term.name)),
}
"""What an argument of these types is called in a question; any other is named by itself."""
