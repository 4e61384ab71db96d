"""The verifying trace: what every output depended on, and the digest of each answer.

An output is stale if one of the answers that it depended on is another one now. The trace is kept
as texts of many parts and numbers as bytes, of which a text edit decodes only what it needs.
"""

import marshal
import os
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import NamedTuple

from ..model.output import Output
from ..render.dependencies import Dependency
from .store import PACK, joined, read_record, split, write_record

FILE, ANSWERS = "trace", "answers"

WrittenStat = tuple[int, ...]
"""Size, and mtime in nanoseconds, of an output's file as it was written; empty if it's missing."""

Methods = tuple[str, ...]
"""The methods whose calls are in a pack."""

_WIDE = array("I").itemsize
_NO_STAT = (-1, -1)


class Answers(NamedTuple):
    """The part of a trace that nearly every build changes."""

    structure: str = ""
    """Digest of the site without its texts; empty: not known."""
    texts: str = ""
    """Digest of all bodies; empty: not known."""
    theme: str = ""
    """Digest of the theme: every output depends on it, and hardly any answer."""
    digests: str = ""
    """The digest of the answer to each dependency."""
    stats: bytes = b""
    """For each output the two numbers of its `WrittenStat`, negative if it's missing."""


class Trace(NamedTuple):
    """Dependencies of a build's outputs. Dependencies and outputs have numbers."""

    fingerprint: str
    """Digest of what all answers depend on: program, libraries, settings."""
    packs: list[tuple[Methods, bytes]]
    """The dependencies, `PACK` to a pack."""
    paths: str
    origins: str
    ends: bytes
    """End of each output's dependencies in `numbers`."""
    numbers: bytes
    """The numbers of every output's dependencies, one output after the other."""
    answers: Answers

    def dependency(self, number: int) -> Dependency:
        """Return the dependency with a number."""
        dependency: Dependency = marshal.loads(self.packs[number // PACK][1])[number % PACK]
        return dependency

    def dependencies(
        self, may_concern: Callable[[Methods, bytes], bool]
    ) -> Iterator[tuple[int, Dependency]]:
        """Yield the dependencies of some packs with their numbers.

        `may_concern` gets the methods of a pack and the bytes of its dependencies, in which every
        text is UTF-8.
        """
        for pack, (methods, packed) in enumerate(self.packs):
            if may_concern(methods, packed):
                yield from enumerate(marshal.loads(packed), pack * PACK)

    def all_dependencies(self) -> list[Dependency]:
        """Return every dependency in the order of numbers."""
        return list(chain.from_iterable(marshal.loads(packed) for _, packed in self.packs))

    def numbers_of(self, path: str) -> tuple[int, ...]:
        """Return the numbers of an output's dependencies. Raises `ValueError` if it's unknown."""
        return numbers_at(self, position_of(self, path), array("I", self.ends))

    def changed(self, answers: Mapping[int, str]) -> list[int]:
        """Return the numbers of those dependencies that had another answer."""
        digests = split(self.answers.digests)
        return [number for number, digest in answers.items() if digest != digests[number]]

    def reasons(self, changed: Mapping[int, Dependency]) -> dict[str, str]:
        """Return why outputs are stale, by path, if the answers to these dependencies changed."""
        ends = array("I", self.ends)
        places = (place for number in changed for place in _occurrences(self.numbers, number))
        positions = {bisect_right(ends, place) for place in places}
        paths = split(self.paths) if positions else []
        return {
            paths[position]: reason_of(numbers_at(self, position, ends), changed)
            for position in sorted(positions)
        }

    def updated(
        self, answers: Mapping[int, str], stats: Mapping[str, WrittenStat], structure: str
    ) -> "Trace":
        """Return the trace after a text edit without new dependencies.

        `answers` are the digests of those that were computed again, `stats` those of the outputs
        that were written, by path.
        """
        digests, numbers = split(self.answers.digests), array("q", self.answers.stats)
        for number, digest in answers.items():
            digests[number] = digest
        for path, stat in stats.items():
            first = 2 * position_of(self, path)
            numbers[first : first + 2] = array("q", stat or _NO_STAT)
        return self._replace(
            answers=self.answers._replace(
                structure=structure, texts="", digests=joined(digests), stats=numbers.tobytes()
            )
        )


def position_of(trace: Trace, path: str) -> int:
    """Return the position of an output. Raises `ValueError` if it's unknown."""
    framed = f"\0{trace.paths}\0"
    return framed.count("\0", 0, framed.index(f"\0{path}\0"))


def numbers_at(trace: Trace, position: int, ends: "array[int]") -> tuple[int, ...]:
    """Return the numbers of the dependencies of the output at a position."""
    first = ends[position - 1] if position else 0
    return tuple(array("I", trace.numbers[first * _WIDE : ends[position] * _WIDE]))


def _occurrences(numbers: bytes, number: int) -> Iterator[int]:
    # To search thousands of bytes takes as long as to read a few numbers.
    sought = array("I", [number]).tobytes()
    at = numbers.find(sought)
    while at >= 0:
        if at % _WIDE == 0:
            yield at // _WIDE
        at = numbers.find(sought, at + 1)


class TracedOutputs:
    """The outputs of a trace by path, for builds that look at all of them."""

    def __init__(self, trace: Trace) -> None:
        self._trace, self._ends = trace, array("I", trace.ends)
        self._origins, self._stats = split(trace.origins), array("q", trace.answers.stats)
        self._positions = {path: position for position, path in enumerate(split(trace.paths))}

    def __contains__(self, path: object) -> bool:
        return path in self._positions

    def origin(self, path: str) -> str:
        """Return what an output was made from."""
        return self._origins[self._positions[path]]

    def numbers(self, path: str) -> tuple[int, ...]:
        """Return the numbers of its dependencies."""
        return numbers_at(self._trace, self._positions[path], self._ends)

    def stat(self, path: str) -> WrittenStat:
        """Return the stat of its file as it was written."""
        first = 2 * self._positions[path]
        size, mtime = self._stats[first : first + 2]
        return () if (size, mtime) == _NO_STAT else (size, mtime)


class TracedOutput(NamedTuple):
    """Origin and dependencies of one output."""

    path: str
    origin: str
    numbers: tuple[int, ...]
    stat: WrittenStat


def assemble(
    fingerprint: str,
    dependencies: Sequence[Dependency],
    digests: Iterable[str],
    outputs: Iterable[TracedOutput],
    answers: Answers,
) -> Trace:
    """Make a trace of its parts; digests and stats in `answers` are filled in.

    Raises `ValueError` if a dependency isn't made of plain values.
    """
    traced = list(outputs)
    stats = chain.from_iterable(output.stat or _NO_STAT for output in traced)
    return Trace(
        fingerprint=fingerprint,
        packs=[
            _pack(tuple(dependencies[first : first + PACK]))
            for first in range(0, len(dependencies), PACK)
        ],
        paths=joined(output.path for output in traced),
        origins=joined(output.origin for output in traced),
        ends=array("I", accumulate(len(output.numbers) for output in traced)).tobytes(),
        numbers=array("I", chain.from_iterable(output.numbers for output in traced)).tobytes(),
        answers=answers._replace(digests=joined(digests), stats=array("q", stats).tobytes()),
    )


def _pack(dependencies: tuple[Dependency, ...]) -> tuple[Methods, bytes]:
    methods = sorted({dependency[0] for dependency in dependencies})
    return tuple(methods), marshal.dumps(dependencies)


def reason_of(numbers: Iterable[int], changed: Mapping[int, Dependency]) -> str:
    """Return the first of the dependencies whose answer changed, in words; empty: none did."""
    for number in numbers:
        if number in changed:
            return f"the answer to {describe(changed[number])} changed"
    return ""


def origin_of(output: Output) -> str:
    """Return a text for what an output is made from."""
    return f"{output.recipe} {output.origin} {output.language} {output.number}"


def describe(dependency: Dependency) -> str:
    """Return a dependency as a person reads it: `card(content/a.md)`."""
    method, _, arguments, options = dependency
    words = [str(word) for word in arguments] + [f"{name}={value}" for name, value in options]
    return f"{method}({', '.join(words)})"


class Numbers:
    """Dependencies by number: each is stored once, however many outputs have it."""

    def __init__(self, dependencies: Iterable[Dependency] = ()) -> None:
        self._numbers = {dependency: number for number, dependency in enumerate(dependencies)}

    def of(self, dependencies: Iterable[Dependency]) -> tuple[int, ...]:
        """Return the number of each; a new one gets the next."""
        numbers = self._numbers
        return tuple(numbers.setdefault(each, len(numbers)) for each in dependencies)

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """All of them, in the order of their numbers."""
        return tuple(self._numbers)


def load(folder: Path) -> Trace | None:
    """Return the trace of the last build."""
    try:
        fingerprint, parts = read_record(folder / FILE)
        age, (answers,) = read_record(folder / ANSWERS)
        return (
            Trace._make((fingerprint, *parts, Answers(*answers))) if age == _age(folder) else None
        )
    except (LookupError, OSError, ValueError, TypeError):
        return None


def save(folder: Path, trace: Trace, before: Trace | None) -> None:
    """Store a trace. If only answers changed since `before`, only they are written."""
    if before is None or trace[:-1] != before[:-1]:
        write_record(folder / FILE, trace.fingerprint, *trace[1:-1])
    write_record(folder / ANSWERS, _age(folder), tuple(trace.answers))


def forget(folder: Path) -> None:
    """Remove the trace, so that the next build renders every output."""
    (folder / FILE).unlink(missing_ok=True)


def _age(folder: Path) -> str:
    """Return the fingerprint of the answers: they belong to one file of dependencies."""
    return str(os.stat(folder / FILE).st_mtime_ns)  # noqa: PTH116
