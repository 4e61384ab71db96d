"""Plain values by name, as they lie in a file: in packs, opened when one of theirs is asked for."""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

PACK = 128
"""Values that are opened together."""

FEW = 32
"""So many names are looked for one by one in the time that it takes to number all of them."""

_BETWEEN = "\0"


class Named:
    """Of plain tuples by names, none of which has a NUL; in their order. Immutable."""

    def __init__(self, names: str = "", packs: tuple[bytes, ...] = ()) -> None:
        """As `parts` has them."""
        self.parts = names, packs
        self._framed = f"{_BETWEEN}{names}{_BETWEEN}" if packs else ""
        self._opened: dict[int, list[Any]] = {}
        self._asked = 0

    @classmethod
    def of(cls, values: Mapping[str, tuple[Any, ...]]) -> "Named":
        """These. Raises what `pickle` does for values that are not plain."""
        every = list(values.values())
        packs = (_packed(every[first : first + PACK]) for first in range(0, len(every), PACK))
        return cls(_BETWEEN.join(values), tuple(packs))

    def get(self, name: str) -> tuple[Any, ...] | None:
        """The value of a name; None where there is none."""
        at = self._place(name)
        if at is None:
            return None
        found: tuple[Any, ...] = self._pack(at // PACK)[at % PACK]
        return found

    def __contains__(self, name: str) -> bool:
        return self._place(name) is not None

    def items(self) -> Iterator[tuple[str, Any]]:
        """All of them."""
        values = chain.from_iterable(map(self._pack, range(len(self.parts[1]))))
        return zip(self._names(), values, strict=True)

    def after(self, values: Mapping[str, tuple[Any, ...]]) -> "Named":
        """The same with these in the place of others. Raises `LookupError` for a new name."""
        names, packs = self.parts
        new = list(packs)
        for at, value in ((self._numbers[name], value) for name, value in values.items()):
            pack = pickle.loads(new[at // PACK])
            pack[at % PACK] = value
            new[at // PACK] = _packed(pack)
        return Named(names, tuple(new))

    def _place(self, name: str) -> int | None:
        self._asked += 1
        if self._asked > FEW:
            return self._numbers.get(name)
        at = self._framed.find(f"{_BETWEEN}{name}{_BETWEEN}")
        return self._framed.count(_BETWEEN, 0, at) if at >= 0 else None

    def _pack(self, number: int) -> list[Any]:
        if number not in self._opened:
            self._opened[number] = pickle.loads(self.parts[1][number])
        return self._opened[number]

    def _names(self) -> list[str]:
        names, packs = self.parts
        return names.split(_BETWEEN) if packs else []

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._names())}


def _packed(values: Iterable[tuple[Any, ...]]) -> bytes:
    return pickle.dumps(list(values), pickle.HIGHEST_PROTOCOL)
