"""Faults that are planted into a builder, so that the law can be seen to catch them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _in_place_of(place: str, made: Callable[..., Any]) -> None:
    """Put it where `module:name` or `module:class.name` was."""
    module, _, path = place.partition(":")
    owner, names = import_module(module), path.split(".")
    for name in names[:-1]:
        owner = getattr(owner, name)
    assert hasattr(owner, names[-1]), place
    setattr(owner, names[-1], made)


def forgotten() -> None:
    """No answer is asked again."""
    _in_place_of("generator.incremental.staleness:Staleness._doubtful", lambda *_: {})


def unconcerned() -> None:
    """A small edit is taken to concern nobody."""
    _in_place_of("generator.incremental.answer_digests:TextEdit.concerned", lambda *_: {})


def unsaid() -> None:
    """What is wrong with a text that was edited is not found."""
    _in_place_of("generator.plan.after:check_documents", lambda *_: ())


def misread() -> None:
    """The fast engine is given texts that it reads otherwise."""
    _in_place_of("generator.read.markdown:is_plain", lambda _: True)
