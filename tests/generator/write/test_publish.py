"""A folder is published as a whole, and what others put there stays."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from generator.errors import PublishError
from generator.write.publish import refuse_folders, staged
from generator.write.swap import exchange, in_two_moves, recover

from ...site import files_below

NAMES = st.sampled_from(["a", "b", "c/a", "c/b", "c/d/e", "d/e"])
TREES = st.dictionaries(NAMES, st.binary(max_size=2), max_size=5)


def publish(
    target: Path, files: dict[str, bytes | Path], *, cache: Path, force: bool = False
) -> int:
    """Publish the files; how many changed."""
    with staged(target, cache=cache, force=force) as stage:
        for path, content in files.items():
            stage.put(path, content)
    return stage.changed


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "site" / "public"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "site" / ".atrae"


def contents(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in files_below(folder)}


def test_a_folder_is_what_was_put_into_it(target: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "pic.png").write_bytes(b"pic")
    assert publish(target, {"a/b": b"x", "pic.png": tmp_path / "pic.png"}, cache=cache) == 2
    assert contents(target) == {"a/b": b"x", "pic.png": b"pic"}
    assert not (target / "pic.png").samefile(tmp_path / "pic.png")


def test_a_file_with_the_same_bytes_is_the_same_file(target: Path, cache: Path) -> None:
    publish(target, {"a": b"x", "b": b"x"}, cache=cache)
    before = (target / "a").stat()
    assert publish(target, {"a": b"x", "b": b"y"}, cache=cache) == 1
    after = (target / "a").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert contents(target) == {"a": b"x", "b": b"y"}


def test_what_is_not_planned_any_more_goes(target: Path, cache: Path) -> None:
    publish(target, {"a": b"x", "c/d": b"x"}, cache=cache)
    publish(target, {"a": b"x"}, cache=cache)
    assert contents(target) == {"a": b"x"}
    assert not (target / "c").exists()


@given(st.lists(TREES, min_size=1, max_size=4), TREES)
@settings(max_examples=60, deadline=None)
def test_after_any_history_there_is_the_last_tree_and_what_others_put(
    tmp_path_factory: pytest.TempPathFactory,
    history: list[dict[str, bytes]],
    others: dict[str, bytes],
) -> None:
    target = tmp_path_factory.mktemp("site") / "public"
    cache = target.parent / ".atrae"
    publish(target, {}, cache=cache)
    foreign = {f"foreign/{path}": content for path, content in others.items()}
    for path, content in _whole(foreign).items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
    for tree in history:
        publish(target, dict(_whole(tree)), cache=cache)
    assert contents(target) == _whole(history[-1]) | _whole(foreign)


def _whole(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Without what would be both file and folder."""
    return {p: c for p, c in tree.items() if not any(q.startswith(f"{p}/") for q in tree)}


def test_what_others_put_there_stays_links_and_empty_folders_too(
    target: Path, cache: Path, tmp_path: Path
) -> None:
    publish(target, {"a": b"x", "c/d": b"x"}, cache=cache)
    (tmp_path / "elsewhere").mkdir()
    (target / ".git" / "refs").mkdir(parents=True)
    (target / "c" / "mine.txt").write_bytes(b"mine")
    (target / "downloads").symlink_to(tmp_path / "elsewhere")
    (target / "gone").symlink_to("nowhere")
    publish(target, {"a": b"y"}, cache=cache)
    assert contents(target) == {"a": b"y", "c/mine.txt": b"mine"}
    assert (target / ".git" / "refs").is_dir()
    assert (target / "downloads").readlink() == tmp_path / "elsewhere"
    assert (target / "gone").is_symlink()


def test_many_changes_are_one_exchange_and_lose_nothing_either(target: Path, cache: Path) -> None:
    files: dict[str, bytes | Path] = {f"p{n}/index.html": b"x" for n in range(500)}
    publish(target, files | {"same": b"same"}, cache=cache)
    (target / "p0" / "mine.txt").write_bytes(b"mine")
    before = (target / "same").stat().st_ino
    changed = dict.fromkeys(files, b"y")
    assert publish(target, {**changed, "same": b"same"}, cache=cache) == 500
    assert contents(target) == changed | {"same": b"same", "p0/mine.txt": b"mine"}
    assert (target / "same").stat().st_ino == before
    assert publish(target, {"same": b"same"}, cache=cache) == 0
    assert contents(target) == {"same": b"same", "p0/mine.txt": b"mine"}


def test_a_foreign_folder_is_refused_and_left_alone(target: Path, cache: Path) -> None:
    target.mkdir(parents=True)
    (target / "thesis.txt").write_bytes(b"mine")
    with pytest.raises(PublishError, match="has files that Atrae did not write") as refused:
        publish(target, {"a": b"x"}, cache=cache)
    assert "--force" in refused.value.hint
    assert contents(target) == {"thesis.txt": b"mine"}


def test_with_force_it_is_taken_over_and_what_was_there_stays(target: Path, cache: Path) -> None:
    target.mkdir(parents=True)
    (target / "thesis.txt").write_bytes(b"mine")
    (target / "a").write_bytes(b"old")
    publish(target, {"a": b"x"}, cache=cache, force=True)
    publish(target, {"b": b"x"}, cache=cache)
    assert contents(target) == {"thesis.txt": b"mine", "b": b"x"}


def test_an_empty_folder_needs_no_force(target: Path, cache: Path) -> None:
    target.mkdir(parents=True)
    publish(target, {"a": b"x"}, cache=cache)
    assert contents(target) == {"a": b"x"}


@pytest.mark.parametrize(
    ("theirs", "ours"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")]
)
def test_what_others_put_in_our_way_is_refused(
    target: Path, cache: Path, theirs: str, ours: str
) -> None:
    publish(target, {"x": b"x"}, cache=cache)
    (target / theirs).parent.mkdir(parents=True, exist_ok=True)
    (target / theirs).write_bytes(b"mine")
    with pytest.raises(PublishError, match="was not written by Atrae"):
        publish(target, {ours: b"y"}, cache=cache)
    assert contents(target) == {"x": b"x", theirs: b"mine"}
    publish(target, {ours: b"y"}, cache=cache, force=True)
    assert contents(target) == {ours: b"y"}


def test_a_failure_leaves_the_old_folder_whole(target: Path, cache: Path) -> None:
    publish(target, {"a": b"x"}, cache=cache)

    def fail() -> None:
        with staged(target, cache=cache) as stage:
            stage.put("a", b"y")
            stage.put("b", b"y")
            raise RuntimeError("no more ink")

    with pytest.raises(RuntimeError, match="no more ink"):
        fail()
    assert contents(target) == {"a": b"x"}
    assert files_below(target.parent) <= {"public/a"} | _kept(cache)


def _kept(cache: Path) -> set[str]:
    return {f".atrae/{path}" for path in files_below(cache)}


def test_a_file_that_is_not_there_is_named(target: Path, cache: Path) -> None:
    with pytest.raises(PublishError, match=r"missing\.png cannot be read"):
        publish(target, {"a": Path("missing.png")}, cache=cache)


def test_a_file_is_no_folder(target: Path, cache: Path) -> None:
    target.parent.mkdir(parents=True)
    target.write_bytes(b"mine")
    with pytest.raises(PublishError, match="is a file"):
        publish(target, {"a": b"x"}, cache=cache)
    assert target.read_bytes() == b"mine"


def test_a_link_to_a_folder_stays_one(target: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    target.parent.mkdir(parents=True)
    target.symlink_to(tmp_path / "www")
    publish(target, {"a": b"x"}, cache=cache)
    publish(target, {"a": b"y"}, cache=cache)
    assert target.is_symlink()
    assert contents(tmp_path / "www") == {"a": b"y"}


def test_a_site_reached_by_a_link_is_the_same_site(tmp_path: Path) -> None:
    site, link = tmp_path / "site", tmp_path / "link"
    publish(site / "public", {"a": b"x"}, cache=site / ".atrae")
    link.symlink_to(site)
    publish(link / "public", {"a": b"y"}, cache=link / ".atrae")
    assert contents(site / "public") == {"a": b"y"}


def test_a_site_may_be_moved(tmp_path: Path) -> None:
    publish(tmp_path / "old" / "public", {"a": b"x"}, cache=tmp_path / "old" / ".atrae")
    (tmp_path / "old").rename(tmp_path / "new")
    publish(tmp_path / "new" / "public", {"b": b"y"}, cache=tmp_path / "new" / ".atrae")
    assert contents(tmp_path / "new" / "public") == {"b": b"y"}


def test_the_folder_keeps_its_mode(target: Path, cache: Path) -> None:
    publish(target, {"a": b"x"}, cache=cache)
    target.chmod(0o750)
    publish(target, {"a": b"y"}, cache=cache)
    assert target.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("written", [b"", b"[]", b"{}", b'{"files": null}', b"\xff", b"[1"])
def test_a_manifest_that_cannot_be_read_is_none(target: Path, cache: Path, written: bytes) -> None:
    publish(target, {"a": b"x"}, cache=cache)
    (manifest,) = (cache / "manifests").glob("*.json")
    manifest.write_bytes(written)
    with pytest.raises(PublishError, match="did not write"):
        publish(target, {"a": b"y"}, cache=cache)
    publish(target, {"a": b"y"}, cache=cache, force=True)
    assert contents(target) == {"a": b"y"}


def test_what_a_killed_build_left_behind_is_cleared_away(target: Path, cache: Path) -> None:
    publish(target, {"a": b"x"}, cache=cache)
    left = target.with_name(".public.atrae-new")
    (left / "half").mkdir(parents=True)
    publish(target, {"a": b"y"}, cache=cache)
    assert contents(target) == {"a": b"y"}
    assert not left.exists()


def folders(tmp_path: Path) -> tuple[Path, Path]:
    fresh, target = tmp_path / "fresh", tmp_path / "public"
    for folder in (fresh, target):
        folder.mkdir()
        (folder / "a").write_text(folder.name)
    return fresh, target


def test_an_exchange_is_one_step(tmp_path: Path) -> None:
    fresh, target = folders(tmp_path)
    exchange(fresh, target)
    assert (target / "a").read_text() == "fresh"


def test_where_one_step_cannot_be_there_are_two(tmp_path: Path) -> None:
    fresh, target = folders(tmp_path)
    in_two_moves(fresh, target)
    assert contents(tmp_path) == {"public/a": b"fresh"}


def test_between_two_moves_the_old_one_is_put_back(tmp_path: Path) -> None:
    _, target = folders(tmp_path)
    target.rename(tmp_path / ".public.atrae-old")
    recover(target)
    assert (target / "a").read_text() == "public"


def test_after_both_moves_the_old_one_goes(tmp_path: Path) -> None:
    fresh, target = folders(tmp_path)
    target.rename(tmp_path / ".public.atrae-old")
    fresh.rename(target)
    recover(target)
    assert contents(tmp_path) == {"public/a": b"fresh"}


@pytest.mark.parametrize(
    ("public", "handler", "said"),
    [
        ("public", "public", "inside the other"),
        ("public", "public/handler", "inside the other"),
        ("handler/public", "handler", "inside the other"),
        (".", "../handler", "contains the site itself"),
        ("..", "../../handler", "contains the site itself"),
        ("content", "handler", "is inside content/"),
        ("content/blog", "handler", "is inside content/"),
        ("public", "static/x", "is inside static/"),
        (".atrae/public", "handler", "is inside .atrae/"),
        ("linked", "handler", "is inside content/"),
    ],
)
def test_folders_that_hold_what_an_author_wrote_are_refused(
    tmp_path: Path, public: str, handler: str, said: str
) -> None:
    root = tmp_path / "a" / "site"
    (root / "content").mkdir(parents=True)
    (root / "linked").symlink_to("content")
    with pytest.raises(PublishError, match=said):
        refuse_folders(root, root / public, root / handler)


def test_content_that_is_linked_from_elsewhere_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "content").symlink_to(tmp_path / "texts")
    with pytest.raises(PublishError, match="is inside content/"):
        refuse_folders(tmp_path / "site", tmp_path / "texts" / "public", tmp_path / "handler")


def test_other_folders_will_do(tmp_path: Path) -> None:
    root = tmp_path / "site"
    refuse_folders(root, root / "public", root / "handler")
    refuse_folders(root, tmp_path / "www", tmp_path / "content")
