"""Values are what frozen, slotted dataclasses are."""

import copy
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from generator.model.value import made_of, parts_of, value


@value
class Leaf:
    """Of a single field."""

    name: str


@value
class Tree(Leaf):
    """With defaults of both kinds."""

    leaves: tuple[Leaf, ...] = ()
    extra: Mapping[str, int] = field(default_factory=dict)
    height: float | None = None

    @property
    def count(self) -> int:
        """Methods stay."""
        return len(self.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The same, as Python's own makes it."""

    name: str
    leaves: tuple[Leaf, ...] = ()
    extra: Mapping[str, int] = field(default_factory=dict)
    height: float | None = None


names = st.text(max_size=3)
leaves = st.builds(Leaf, name=names)
Said = dict[str, Any]

parts: st.SearchStrategy[Said] = st.fixed_dictionaries(
    {"name": names},
    optional={
        "leaves": st.lists(leaves, max_size=2).map(tuple),
        "extra": st.dictionaries(names, st.integers(0, 2), max_size=1),
        "height": st.none() | st.floats(0, 1),
    },
)


@given(parts, parts)
def test_values_are_equal_where_dataclasses_are(one: Said, other: Said) -> None:
    equal = Standard(**one) == Standard(**other)
    assert (Tree(**one) == Tree(**other)) is equal
    assert (Tree(**one) != Tree(**other)) is not equal
    assert repr(Tree(**one)) == repr(Standard(**one)).replace("Standard", "Tree")
    assert [each.name for each in fields(Tree)] == [each.name for each in fields(Standard)]


@given(parts)
def test_a_value_is_the_same_after_it_was_pickled_copied_or_taken_apart(said: Said) -> None:
    tree = Tree(**said)
    again = pickle.loads(pickle.dumps(tree, pickle.HIGHEST_PROTOCOL))
    assert again == tree == copy.deepcopy(tree) == made_of(Tree, parts_of(tree)) == replace(tree)
    assert replace(tree, name="new") == Tree(**{**said, "name": "new"})


def test_a_value_stays_as_it_is() -> None:
    tree = Tree(name="a")
    with pytest.raises(FrozenInstanceError, match="'name'"):
        tree.name = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="'name'"):
        del tree.name
    assert not hasattr(tree, "__dict__")
    with pytest.raises(FrozenInstanceError):
        tree.other = 1  # type: ignore[attr-defined]
    assert (tree.name, tree.count) == ("a", 0)


def test_values_of_two_kinds_are_never_equal() -> None:
    assert Leaf(name="a") != Tree(name="a")
    assert hash(Leaf(name="a")) == hash(Leaf(name="a"))
    assert len({Leaf(name="a"), Leaf(name="a"), Leaf(name="b")}) == 2


def test_defaults_that_are_made_are_made_anew() -> None:
    assert Tree(name="a").extra is not Tree(name="a").extra


def test_all_fields_are_named_and_none_is_forgotten() -> None:
    with pytest.raises(TypeError, match="name"):
        Tree()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Tree("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="nme"):
        Tree(nme="a")  # type: ignore[call-arg]
