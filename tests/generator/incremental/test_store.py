"""A packed table returns the values that were put into it."""

import pytest
from hypothesis import given, strategies as st

from generator.incremental.store import PACK, PackedTable

names = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=3)
Table = dict[str, tuple[object, ...]]

tables: st.SearchStrategy[Table] = st.dictionaries(
    names, st.tuples(st.integers(), st.none() | st.text(max_size=2))
)
many = {f"name {number}": (number,) for number in range(3 * PACK + 1)}


@given(tables, names)
def test_what_is_asked_for_is_what_was_put_there(table: Table, other: str) -> None:
    named = PackedTable(*PackedTable.of(table).parts)
    assert dict(named.items()) == table
    assert [named.get(name) for name in (*table, other)] == [table.get(n) for n in (*table, other)]
    assert (other in named) is (other in table)


@given(tables, st.data())
def test_new_values_take_the_places_of_old_ones(table: Table, data: st.DataObject) -> None:
    before = PackedTable.of(table)
    chosen = data.draw(
        st.lists(st.sampled_from(sorted(table)), unique=True) if table else st.just([])
    )
    after = before.updated(dict.fromkeys(chosen, (0, "new")))
    assert list(after.items()) == [
        (name, (0, "new") if name in chosen else value) for name, value in table.items()
    ]
    assert dict(before.items()) == table


def test_a_name_is_found_in_every_pack_however_many_are_asked_for() -> None:
    named = PackedTable.of(many)
    assert all(named.get(name) == value for name, value in many.items())
    assert named.get("name") is None
    assert PackedTable.of(many).get(f"name {3 * PACK}") == (3 * PACK,)


def test_a_new_name_has_no_place() -> None:
    with pytest.raises(LookupError):
        PackedTable.of(many).updated({"another": (1,)})


def test_an_edit_makes_one_pack_anew() -> None:
    before = PackedTable.of(many).parts[1]
    after = PackedTable.of(many).updated({"name 200": (0,)}).parts[1]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False] + [
        True
    ] * 2
