"""Frozen values: `dataclass(frozen=True, slots=True, kw_only=True)`, made in a quarter of its time.

An edit makes some fifty classes in a process of its own. `dataclass` writes six methods for each,
and compiles them; here all share what is alike, and `__init__` alone is compiled. `replace` and
`fields` of `dataclasses` work as ever. Pickled they are by the position of their fields, which is
three times as fast: there are values by the ten thousand.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

Value = TypeVar("Value")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(kind: type[Value]) -> type[Value]:
    """Make the class one of frozen values with slots, whose fields are named where one is made, and
    which are equal, and hashed, by them."""
    made: type[Value] = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(kind)
    names = tuple(each.name for each in fields(made))  # type: ignore[arg-type]
    # Of a single name `attrgetter` does not make a tuple.
    _PARTS[made] = attrgetter(*names) if len(names) > 1 else lambda one: (getattr(one, names[0]),)
    _SETTERS[made] = tuple(getattr(made, name).__set__ for name in names)
    methods = {"__init__": _init(made), "__eq__": _eq, "__hash__": _hash, "__repr__": _repr}
    methods |= {"__setattr__": _set, "__delattr__": _delete, "__reduce__": _reduce}
    for name, method in methods.items():
        setattr(made, name, method)
    return made


_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
_SETTERS: dict[type, tuple[Any, ...]] = {}


def parts_of(one: object) -> tuple[Any, ...]:
    """The fields of a value, in their order."""
    return _PARTS[type(one)](one)


def made_of(kind: type[Value], parts: Iterable[Any]) -> Value:
    """The value that has these fields: the inverse of `parts_of`."""
    made = kind.__new__(kind)
    for put, part in zip(_SETTERS[kind], parts, strict=True):
        put(made, part)
    return made


def _init(kind: type) -> Callable[..., None]:
    """`__init__`, as `dataclass` would write it."""
    known: dict[str, Any] = {"_missing": MISSING, "_put": object.__setattr__}
    asked, done = [], []
    for each in fields(kind):
        name = given = each.name
        if each.default_factory is not MISSING:
            known[f"_new_{name}"] = each.default_factory
            name, given = f"{name}=_missing", f"_new_{name}() if {name} is _missing else {name}"
        elif each.default is not MISSING:
            known[f"_default_{name}"] = each.default
            name = f"{name}=_default_{name}"
        asked.append(name)
        done.append(f"    _put(self, {each.name!r}, {given})\n")
    exec(f"def __init__(self, *, {', '.join(asked)}):\n{''.join(done)}", known)
    init: Callable[..., None] = known["__init__"]
    return init


def _eq(self: object, other: object) -> object:
    return parts_of(self) == parts_of(other) if type(other) is type(self) else NotImplemented


def _hash(self: object) -> int:
    return hash(parts_of(self))


def _repr(self: Any) -> str:
    said = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{type(self).__qualname__}({said})"


def _set(_: object, name: str, __: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: object) -> tuple[Any, ...]:
    return _restored, (type(self), *parts_of(self))


def _restored(kind: type[Value], *parts: Any) -> Value:
    return made_of(kind, parts)
