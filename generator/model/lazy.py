"""A value that is loaded when the first of its fields is asked for.

An edit is about one document of thousands: the others are passed around, and hardly ever opened.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from itertools import repeat
from typing import Any, Self


class Lazy:
    """For frozen, slotted dataclasses: `later` makes one whose fields are not there yet."""

    __slots__ = ("_load",)

    @classmethod
    def later(cls, load: Callable[[], Self]) -> Self:
        """A value that becomes equal to what `load` returns, which is called at most once."""
        value = cls.__new__(cls)
        object.__setattr__(value, "_load", load)
        return value

    @classmethod
    def each_later(cls, load: Callable[[str], Self], names: Sequence[str]) -> list[Self]:
        """One for each of the names, which becomes what `load` returns for it."""
        # There are thousands: no call of ours for each.
        values = list(map(cls.__new__, repeat(cls, len(names))))
        put = Lazy._load.__set__  # type: ignore[attr-defined]
        deque(map(put, values, map(partial, repeat(load), names)), maxlen=0)
        return values

    def __getattr__(self, name: str) -> Any:
        # Python asks here only where a slot is empty: a value that is whole never comes by.
        if name == "_load":
            raise AttributeError(name)
        try:
            load = self._load
        except AttributeError:
            raise AttributeError(f"{type(self).__name__} has no '{name}'") from None
        loaded = load()
        for field in fields(loaded):
            object.__setattr__(self, field.name, getattr(loaded, field.name))
        return object.__getattribute__(self, name)
