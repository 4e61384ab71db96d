"""What a view was asked, by name, so that it can be asked again.

An output stays as it is while every answer that it was given would be the same. A question is a
tuple of the method's name, the language and the arguments, documents and the like by their paths.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ..model.document import Document
from ..model.site import Section
from ..model.taxonomy import Term, term_key

Question = tuple[Any, ...]


class Asked(Protocol):
    """What keeps account of its questions."""

    asked: dict[Question, None]
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
        words = tuple(word for argument in args for word in _words(argument))
        pairs = tuple(sorted(options.items())) if options else ()
        self.asked[name, self.language, words, pairs] = None
        return method(self, *args, **options)

    return ask


def _words(argument: object) -> tuple[object, ...]:
    """What an argument is called in a question."""
    match argument:
        case Document(source=source):
            return (source.path,)
        case Section(path=path):
            return (path,)
        case Term(taxonomy=taxonomy, name=name):
            return (taxonomy, term_key(name))
        case _:
            return (argument,)
