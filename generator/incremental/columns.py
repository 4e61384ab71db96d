"""A trace as it lies in files: in columns, of which an edit opens only what it asks about."""

import marshal
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, chain
from typing import NamedTuple

from .trace import Question, Stamp, Trace, reason_of

PACK = 128
"""Questions that are opened together."""

_BETWEEN = "\0"
_WIDE = array("I").itemsize

Kinds = tuple[str, ...]


class Columns(NamedTuple):
    """A `Trace` of plain values: texts of many parts, and numbers as bytes."""

    key: str
    packs: list[tuple[Kinds, bytes]]
    """The questions, some to a pack, and the kinds of those in it."""
    paths: str
    origins: str
    ends: bytes
    """For each output, where its questions end in `asked`."""
    asked: bytes
    """The numbers of every output's questions, one output after the other."""
    structure: str
    texts: str
    theme: str
    digests: str
    stamps: bytes
    """For each output two numbers; none of them is negative if there is a file."""

    def question(self, number: int) -> Question:
        """The question of a number."""
        question: Question = marshal.loads(self.packs[number // PACK][1])[number % PACK]
        return question

    def questions(self, concerns: Callable[[Kinds, bytes], bool]) -> Iterator[tuple[int, Question]]:
        """Those of the packs that may be of concern by their kinds, and by what they hold: every
        text of theirs stands in there as UTF-8."""
        for pack, (kinds, packed) in enumerate(self.packs):
            if concerns(kinds, packed):
                yield from enumerate(marshal.loads(packed), pack * PACK)

    def asked_by(self, path: str) -> tuple[int, ...]:
        """The numbers of an output's questions. Raises `ValueError` for what is no output."""
        return self._asked_at(self._place(path), self._ends)

    def changed(self, answers: Mapping[int, str]) -> list[int]:
        """The numbers of those questions that had another answer."""
        digests = self.digests.split(_BETWEEN)
        return [number for number, now in answers.items() if now != digests[number]]

    def reasons(self, changed: Mapping[int, Question]) -> dict[str, str]:
        """Path of each output that asked one of these -> the reason to render it again."""
        ends = self._ends
        places = {bisect_right(ends, at) for number in changed for at in self._standing(number)}
        paths = self.paths.split(_BETWEEN)
        return {
            paths[place]: reason_of(self._asked_at(place, ends), changed)
            for place in sorted(places)
        }

    def after(
        self, answers: Mapping[int, str], stamps: Mapping[str, Stamp], structure: str
    ) -> "Columns":
        """The same after these answers were given, and these outputs, by path, were written."""
        digests, now = self.digests.split(_BETWEEN), array("q", self.stamps)
        for number, answer in answers.items():
            digests[number] = answer
        for path, stamp in stamps.items():
            place = 2 * self._place(path)
            now[place : place + 2] = array("q", stamp or _NONE)
        return self._replace(
            structure=structure, texts="", digests=_BETWEEN.join(digests), stamps=now.tobytes()
        )

    @property
    def _ends(self) -> "array[int]":
        return array("I", self.ends)

    def _place(self, path: str) -> int:
        sought = f"{_BETWEEN}{path}{_BETWEEN}"
        every = f"{_BETWEEN}{self.paths}{_BETWEEN}"
        return every.count(_BETWEEN, 0, every.index(sought))

    def _asked_at(self, place: int, ends: "array[int]") -> tuple[int, ...]:
        first = ends[place - 1] if place else 0
        return tuple(array("I", self.asked[first * _WIDE : ends[place] * _WIDE]))

    def _standing(self, number: int) -> Iterator[int]:
        """Where the number stands in `asked`."""
        # To search thousands of bytes takes as long as to read a few numbers.
        sought = array("I", [number]).tobytes()
        at = self.asked.find(sought)
        while at >= 0:
            if at % _WIDE == 0:
                yield at // _WIDE
            at = self.asked.find(sought, at + 1)


_NONE = (-1, -1)


def columns_of(trace: Trace) -> Columns:
    """Raises `ValueError` where a question is not made of plain values."""
    asked = [numbers for _, numbers in trace.outputs.values()]
    stamps = [trace.stamps[path] or _NONE for path in trace.outputs]
    return Columns(
        key=trace.key,
        packs=[
            _packed(trace.questions[first : first + PACK])
            for first in range(0, len(trace.questions), PACK)
        ],
        paths=_BETWEEN.join(trace.outputs),
        origins=_BETWEEN.join(origin for origin, _ in trace.outputs.values()),
        ends=array("I", accumulate(map(len, asked))).tobytes(),
        asked=array("I", chain.from_iterable(asked)).tobytes(),
        structure=trace.structure,
        texts=trace.texts,
        theme=trace.theme,
        digests=_BETWEEN.join(trace.digests),
        stamps=array("q", chain.from_iterable(stamps)).tobytes(),
    )


def trace_of(columns: Columns) -> Trace:
    """What `columns_of` made columns of."""
    ends, asked = array("I", columns.ends), tuple(array("I", columns.asked))
    stamps = array("q", columns.stamps)
    paths, origins = _parts(columns.paths), _parts(columns.origins)
    traced = zip(origins, (0, *ends), ends, strict=False)
    pairs = zip(stamps[::2], stamps[1::2], strict=True)
    return Trace(
        key=columns.key,
        structure=columns.structure,
        texts=columns.texts,
        theme=columns.theme,
        questions=tuple(chain.from_iterable(marshal.loads(packed) for _, packed in columns.packs)),
        digests=tuple(_parts(columns.digests)),
        outputs={
            path: (origin, asked[first:end])
            for path, (origin, first, end) in zip(paths, traced, strict=True)
        },
        stamps={
            path: () if pair == _NONE else pair for path, pair in zip(paths, pairs, strict=True)
        },
    )


def _packed(questions: tuple[Question, ...]) -> tuple[Kinds, bytes]:
    return tuple(sorted({question[0] for question in questions})), marshal.dumps(questions)


def _parts(text: str) -> list[str]:
    return text.split(_BETWEEN) if text else []
