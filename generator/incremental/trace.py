"""The verifying trace: what every output depended on, and the digest of each answer.

An output is stale if one of the answers that it depended on is another one now. The trace is kept
as texts of many parts and numbers as bytes, of which a text edit decodes only what it needs.
"""

import marshal
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple, replace

from ..model.output import Output
from ..render.dependencies import Dependency
from .store import PACK, read_record, write_record

FILE = "trace"

Methods = tuple[str, ...]
"""The methods whose calls are in a pack."""

_WIDE = array("I").itemsize


class TracedOutput(NamedTuple):
    """Origin and dependencies of one output."""

    path: str
    origin: str
    numbers: tuple[int, ...]


class Trace(Struct, frozen=True, dict=True):
    """Dependencies of a build's outputs, by number, and the digests of their answers."""

    fingerprint: str
    """Digest of what all answers depend on: program, libraries, settings."""
    structure: str
    """Digest of the site without its texts; empty: not known."""
    texts: str
    """Digest of all bodies; empty: not known."""
    theme: str
    """Digest of the theme: every output depends on it, and hardly any answer."""
    digests: list[str]
    """The digest of the answer to each dependency."""
    packs: list[tuple[Methods, bytes]]
    """The dependencies, `PACK` to a pack."""
    paths: list[str]
    origins: list[str]
    """Text for what each output was made from."""
    ends: bytes
    """End of each output's dependencies in `numbers`."""
    numbers: bytes
    """The numbers of every output's dependencies, one output after the other."""

    @cached_property
    def outputs(self) -> dict[str, int]:
        """Path of each output -> its position."""
        return {path: position for position, path in enumerate(self.paths)}

    def dependency(self, number: int) -> Dependency:
        """Return the dependency with a number."""
        pack = number // PACK
        if pack not in self._unpacked:
            self._unpacked[pack] = marshal.loads(self.packs[pack][1])
        return self._unpacked[pack][number % PACK]

    def dependencies(
        self, may_concern: Callable[[Methods, bytes], bool] = lambda _, __: True
    ) -> Iterator[tuple[int, Dependency]]:
        """Yield the dependencies of some packs with their numbers.

        `may_concern` gets the methods of a pack and the bytes of its dependencies, in which every
        text is UTF-8.
        """
        for pack, (methods, packed) in enumerate(self.packs):
            if may_concern(methods, packed):
                yield from enumerate(marshal.loads(packed), pack * PACK)

    def origin(self, path: str) -> str:
        """Return what an output was made from."""
        return self.origins[self.outputs[path]]

    def numbers_of(self, path: str) -> tuple[int, ...]:
        """Return the numbers of an output's dependencies. Raises `KeyError` if it's unknown."""
        return self._numbers_at(self.outputs[path])

    def changed(self, answers: Mapping[int, str]) -> list[int]:
        """Return the numbers of those dependencies that had another answer."""
        return [number for number, digest in answers.items() if digest != self.digests[number]]

    def reasons(self, changed: Mapping[int, Dependency]) -> dict[str, str]:
        """Return why outputs are stale, by path, if the answers to these dependencies changed."""
        places = (place for number in changed for place in _occurrences(self.numbers, number))
        positions = {bisect_right(self._ends, place) for place in places}
        return {
            self.paths[position]: reason_of(self._numbers_at(position), changed)
            for position in sorted(positions)
        }

    def updated(self, answers: Mapping[int, str], structure: str) -> "Trace":
        """Return the trace after a text edit without new dependencies.

        `answers` are the digests of those that were computed again.
        """
        digests = [answers.get(number, digest) for number, digest in enumerate(self.digests)]
        return replace(self, structure=structure, texts="", digests=digests)

    def _numbers_at(self, position: int) -> tuple[int, ...]:
        first = self._ends[position - 1] if position else 0
        return tuple(array("I", self.numbers[first * _WIDE : self._ends[position] * _WIDE]))

    @cached_property
    def _ends(self) -> "array[int]":
        return array("I", self.ends)

    @cached_property
    def _unpacked(self) -> dict[int, tuple[Dependency, ...]]:
        return {}


def _occurrences(numbers: bytes, number: int) -> Iterator[int]:
    # To search thousands of bytes takes as long as to read a few numbers.
    sought = array("I", [number]).tobytes()
    at = numbers.find(sought)
    while at >= 0:
        if at % _WIDE == 0:
            yield at // _WIDE
        at = numbers.find(sought, at + 1)


def assemble(
    fingerprint: str,
    dependencies: Sequence[Dependency],
    digests: Iterable[str],
    outputs: Sequence[TracedOutput],
    *,
    structure: str,
    texts: str,
    theme: str,
) -> Trace:
    """Make a trace of its parts. Raises `ValueError` if a dependency isn't made of plain values."""
    return Trace(
        fingerprint=fingerprint,
        structure=structure,
        texts=texts,
        theme=theme,
        digests=list(digests),
        packs=[
            _pack(tuple(dependencies[first : first + PACK]))
            for first in range(0, len(dependencies), PACK)
        ],
        paths=[output.path for output in outputs],
        origins=[output.origin for output in outputs],
        ends=array("I", accumulate(len(output.numbers) for output in outputs)).tobytes(),
        numbers=array("I", chain.from_iterable(output.numbers for output in outputs)).tobytes(),
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


def load(folder: Path) -> Trace | None:
    """Return the trace of the last build."""
    try:
        fingerprint, values = read_record(folder / FILE)
        return Trace(fingerprint, *values)
    except (LookupError, TypeError):
        return None


def save(folder: Path, trace: Trace) -> None:
    """Store a trace for the next build."""
    write_record(folder / FILE, *astuple(trace))
