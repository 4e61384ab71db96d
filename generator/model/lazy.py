"""Values that are loaded when one of their fields is first used.

An edit needs one document of thousands. The others are passed around, and hardly any is loaded.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from itertools import repeat
from typing import Any, Self


class Lazy:
    """Base class of frozen dataclasses with slots, whose fields can be loaded later."""

    __slots__ = ("_load",)

    @classmethod
    def later(cls, load: Callable[[str], Self], names: Sequence[str]) -> list[Self]:
        """Return a value for each name, with the fields of what `load(name)` will return."""
        # There are thousands of names, so nothing written in Python may run for each.
        values = list(map(cls.__new__, repeat(cls, len(names))))
        put = Lazy._load.__set__  # type: ignore[attr-defined]
        deque(map(put, values, map(partial, repeat(load), names)), maxlen=0)
        return values

    def __getattr__(self, name: str) -> Any:
        # Python calls this only for an empty slot, so never once the value is loaded.
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
