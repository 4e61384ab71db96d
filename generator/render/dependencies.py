"""The dependencies of an output: which tracked methods were called, with which arguments.

An output stays as it is while every one of these calls would return the same value. A dependency
is a tuple of the method's name, the language, the arguments, and the keyword arguments; documents,
sections and terms are named by their paths.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ..model.document import Document
from ..model.site import Section
from ..model.taxonomy import Term, term_key

Dependency = tuple[Any, ...]
Memoized = dict[Dependency, tuple[Any, Mapping[Dependency, None]]]
"""Dependency -> its answer, and the dependencies recorded while computing it."""

_NOTHING: Mapping[Dependency, None] = {}
Answer = TypeVar("Answer")


class Dependencies:
    """The dependencies of one output, in the order in which they were first recorded."""

    def __init__(self, language: str, memoized: Memoized | None = None) -> None:
        """Start without dependencies; pages of one site and language may share `memoized`."""
        self.language = language
        self.recorded: dict[Dependency, None] = {}
        self.memoized: Memoized = {} if memoized is None else memoized

    def record(
        self, method: str, args: tuple[object, ...], options: dict[str, object]
    ) -> Dependency:
        """Record a call of a method, and return its dependency."""
        dependency = _dependency(method, self.language, args, options)
        self.recorded[dependency] = None
        return dependency

    def collect(self, compute: Callable[[], Answer]) -> tuple[Answer, Mapping[Dependency, None]]:
        """Return an answer and the dependencies recorded while computing it."""
        before, self.recorded = self.recorded, {}
        try:
            return compute(), self.recorded or _NOTHING
        finally:
            self.recorded = before


class Tracked(Protocol):
    """An object with tracked methods."""

    dependencies: Dependencies


Self = TypeVar("Self", bound=Tracked)
Arguments = ParamSpec("Arguments")
Method = Callable[Concatenate[Self, Arguments], Answer]


def tracked(method: Method[Self, Arguments, Answer]) -> Method[Self, Arguments, Answer]:
    """Record each call of the method as a dependency."""
    return tracked_as(method.__name__)(method)


def tracked_as(
    name: str,
) -> Callable[[Method[Self, Arguments, Answer]], Method[Self, Arguments, Answer]]:
    """Record each call of the method as a call of the method `name` with the same arguments.

    The answer may change only when that method's answer changes, too.
    """

    def decorate(method: Method[Self, Arguments, Answer]) -> Method[Self, Arguments, Answer]:
        @wraps(method)
        def call(self: Self, /, *args: Arguments.args, **options: Arguments.kwargs) -> Answer:
            self.dependencies.record(name, args, options)
            return method(self, *args, **options)

        return call

    return decorate


def tracked_and_memoized(
    method: Method[Self, Arguments, Answer],
) -> Method[Self, Arguments, Answer]:
    """Record each call of the method, and compute its answer once for all pages of a language.

    The answer must be a frozen value. Every caller depends on all that was recorded while the
    answer was computed.
    """
    name = method.__name__

    @wraps(method)
    def call(self: Self, /, *args: Arguments.args, **options: Arguments.kwargs) -> Answer:
        dependencies = self.dependencies
        dependency = dependencies.record(name, args, options)
        memoized = dependencies.memoized.get(dependency)
        if memoized is None:
            memoized = dependencies.collect(lambda: method(self, *args, **options))
            dependencies.memoized[dependency] = memoized
        answer: Answer = memoized[0]
        dependencies.recorded.update(memoized[1])
        return answer

    return call


def _dependency(
    name: str, language: str, args: tuple[object, ...], options: dict[str, object]
) -> Dependency:
    words: list[object] = []
    for argument in args:
        spell = _SPELLINGS.get(type(argument))
        if spell:
            words += spell(argument)
        else:
            words.append(argument)
    return name, language, tuple(words), tuple(sorted(options.items())) if options else ()


_SPELLINGS: dict[type, Callable[[Any], tuple[str, ...]]] = {
    Document: lambda document: (document.source.path,),
    Section: lambda section: (section.path,),
    Term: lambda term: (term.taxonomy, term_key(term.name)),
}
"""Type of an argument -> how a dependency names it; other arguments stand for themselves."""
