"""Tables and records return what was put into them; locks keep processes apart."""

import marshal
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from generator.incremental.store import (
    GENERATION,
    PACK,
    PackedTable,
    Segment,
    exclusive,
    read_record,
    remove_unused,
    write_record,
)

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


def test_one_process_at_a_time_changes_a_cache(tmp_path: Path) -> None:
    entered = threading.Event()

    def enter() -> None:
        with exclusive(tmp_path):
            entered.set()

    other = threading.Thread(target=enter)
    with exclusive(tmp_path):
        other.start()
        assert not entered.wait(0.05)
    assert entered.wait(10)
    other.join()


def test_a_record_of_another_generation_or_fingerprint_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "record"
    write_record(file, "print", 1, "two")
    assert read_record(file) == read_record(file, "print") == ("print", (1, "two"))
    with pytest.raises(LookupError):
        read_record(file, "another")
    monkeypatch.setattr("generator.incremental.store.GENERATION", GENERATION + 1)
    with pytest.raises(LookupError):
        read_record(file)


@pytest.mark.parametrize("content", [b"", b"\0", b"i\0", marshal.dumps((1,)), marshal.dumps("a")])
def test_a_damaged_record_is_not_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "record"
    file.write_bytes(content)
    with pytest.raises(LookupError):
        read_record(file)


def test_a_segment_that_is_open_is_not_removed(tmp_path: Path) -> None:
    writer = Segment.create(str(tmp_path))
    offset = writer.append(b"content")
    reader = Segment(str(tmp_path / writer.name))
    del writer
    remove_unused(str(tmp_path), "")
    assert Segment(str(tmp_path / reader.name)).read(offset, 7) == b"content"
    del reader
    remove_unused(str(tmp_path), "")
    assert list(tmp_path.iterdir()) == []
