"""A value that is loaded when the first of its fields is asked for.

An edit is about one document of thousands: the others are passed around, and hardly ever opened.
"""

from collections.abc import Callable
from dataclasses import fields
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
