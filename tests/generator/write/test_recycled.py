"""What was published is written over, and never what is published now."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st

from generator.errors import PublishError
from generator.write.in_place import RENAME_LIMIT
from generator.write.recycled import write_over

from ...site import files_below
from .test_publish import cache, contents, publish, target

__all__ = ["cache", "target"]

MANY = [f"{n % 7}/{n}" for n in range(RENAME_LIMIT + 1)]

KINDS = ("same", "other", "less", "file", "folder")


def tree(kind: str, number: int) -> dict[str, bytes | Path]:
    """Many files, and one path that is a file in one tree and a folder in another."""
    word = {"same": b"same", "less": b""}.get(kind, b"%d" % number)
    files: dict[str, bytes | Path] = dict.fromkeys(MANY[: -300 if kind == "less" else None], word)
    way = {"file": {"way": b"x"}, "folder": {"way/in": b"x"}}
    return files | {"asset": b"always"} | way.get(kind, {})


@given(st.lists(st.sampled_from(KINDS), min_size=3, max_size=5), st.booleans())
@settings(max_examples=8, deadline=None)
def test_after_any_history_of_many_changes_there_is_the_last_tree(
    history: list[str], foreign: bool
) -> None:
    with TemporaryDirectory() as folder:
        target, cache = Path(folder, "public"), Path(folder, ".atrae")
        publish(target, {}, cache=cache)
        others = {"foreign": b"mine"} if foreign else {}
        for path, content in others.items():
            (target / path).write_bytes(content)
        for number, kind in enumerate(history):
            files = tree(kind, number)
            publish(target, files, cache=cache)
            assert contents(target) == files | others
            empty = [f for f in target.rglob("*") if f.is_dir() and not any(f.iterdir())]
            assert empty == []
        left = [path for path in files_below(Path(folder)) if path.startswith(".public")]
        assert left == []


def fill(target: Path, cache: Path, *words: bytes) -> None:
    for word in words:
        publish(target, {**dict.fromkeys(MANY, word), "still": b"still"}, cache=cache)


def test_the_old_files_are_used_again(target: Path, cache: Path) -> None:
    fill(target, cache, b"one")
    inodes = {(target / path).stat().st_ino for path in MANY}
    fill(target, cache, b"two", b"three")
    assert {(target / path).stat().st_ino for path in MANY} == inodes
    assert contents(target)[MANY[0]] == b"three"


def test_what_stays_is_one_file_with_the_spare_and_is_not_written_over(
    target: Path, cache: Path
) -> None:
    fill(target, cache, b"one", b"two")
    assert (target / "still").stat().st_nlink == 2
    with pytest.raises(PublishError):
        publish(target, {"still": b"moved", "none": target / "none"}, cache=cache)
    assert contents(target)["still"] == b"still"


def test_a_few_changes_leave_the_spare_for_later(target: Path, cache: Path) -> None:
    fill(target, cache, b"one", b"two")
    publish(target, {**dict.fromkeys(MANY, b"two"), "still": b"x", "new/n": b""}, cache=cache)
    fill(target, cache, b"two")
    assert len(files_below(cache / "spare")) > RENAME_LIMIT
    fill(target, cache, b"three")
    assert contents(target) == dict.fromkeys(MANY, b"three") | {"still": b"still"}
    assert not (target / "new").exists()


def test_a_spare_that_was_taken_and_lost_is_forgotten(target: Path, cache: Path) -> None:
    fill(target, cache, b"one", b"two")
    with pytest.raises(PublishError):
        publish(target, {**dict.fromkeys(MANY, b"half"), "none": target / "none"}, cache=cache)
    fill(target, cache, b"three")
    assert contents(target) == dict.fromkeys(MANY, b"three") | {"still": b"still"}


@given(st.binary(max_size=40), st.binary(max_size=40))
@settings(max_examples=30)
def test_a_file_that_is_written_over_is_as_if_it_were_new(old: bytes, new: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "a")
        file.write_bytes(old)
        write_over(str(file), new)
        assert file.read_bytes() == new


def test_neither_end_of_a_link_is_written_over(tmp_path: Path) -> None:
    for name in ("hard", "soft"):
        (tmp_path / f"{name}-end").write_bytes(b"kept")
    (tmp_path / "hard").hardlink_to(tmp_path / "hard-end")
    (tmp_path / "soft").symlink_to(tmp_path / "soft-end")
    for name in ("hard", "soft"):
        write_over(str(tmp_path / name), b"new")
    assert contents(tmp_path) == {
        "hard": b"new", "soft": b"new", "hard-end": b"kept", "soft-end": b"kept",
    }  # fmt: skip
