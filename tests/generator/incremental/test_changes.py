"""Builds know before anything heavy is loaded that nothing, or only a text, changed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.__main__ import plain_build
from generator.build import Options
from generator.cli import main
from generator.incremental.changes import (
    Anything,
    Changes,
    LastBuild,
    TextsChanged,
    Unchanged,
    Written,
    detect,
    save,
)
from generator.incremental.snapshot import Snapshot, refresh, take
from tests.conftest import MakeSite
from tests.site import SmallSite

TEXT = """
-- content/one.md --
---
title: One
date: 2026-01-01
---
First.
-- content/later.md --
---
title: Later
date: 2099-12-01
---
Not yet.
-- static/robot.txt --
hello
"""
HEAVY = ("jinja2", "pydantic", "markdown_it", "yaml", "sqlalchemy", "starlette")
CLOCK = ("--clock", "2026-11-21T12:00:00+00:00")

PROGRAM = f"""
import sys
from generator.cli import main
main(sys.argv[1:], standalone_mode=False)
print("loaded", [name for name in {HEAVY!r} if name in sys.modules])
"""


def build(site: SmallSite, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "build", "-s", str(site.root), *(arguments or CLOCK)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def built(site: MakeSite) -> SmallSite:
    """A site that was built, and is known to be as it was."""
    made = site(TEXT)
    result = CliRunner().invoke(main, ["build", "-s", str(made.root), *CLOCK])
    assert result.exit_code == 0, result.output
    return made


def changes(site: SmallSite) -> Changes:
    return detect(str(site.root), str(site.root), key="", now=1.0)


def remember(site: SmallSite, snapshot: Snapshot) -> None:
    last = LastBuild("", snapshot, Written([], b""), (0.0, 9.0), (), b"")
    save(str(site.root), last)


def make_old(site: SmallSite) -> None:
    """Make every file older than any tick of the clock."""
    for path in (site.root, *site.root.rglob("*")):
        os.utime(path, ns=(10**18, 10**18))


def test_a_file_that_was_just_saved_is_known_by_its_bytes(site: MakeSite) -> None:
    made = site(TEXT)
    remember(made, take(str(made.root)))
    before = changes(made)
    assert isinstance(before, Unchanged)
    # Within one tick of the clock a file can change and keep its stat.
    made.put("content/one.md", "Another.")
    remember(made, before.snapshot._replace(stats=take(str(made.root)).stats))
    after = changes(made)
    assert isinstance(after, TextsChanged)
    assert after.files.keys() == {"content/one.md"}
    made.put("static/robot.txt", "bye")
    assert isinstance(changes(made), Anything)


def test_a_name_that_comes_or_goes_in_a_folder_is_noticed_by_the_folder_alone(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = site(TEXT)
    make_old(made)
    monkeypatch.setattr("generator.incremental.snapshot.TICK", -(10**18))
    snapshot = take(str(made.root))
    assert refresh(snapshot) == snapshot
    made.put("content/one.md", "Another.")
    assert refresh(snapshot) not in (None, snapshot)
    made.put("content/two.md", "More.")
    assert refresh(snapshot) is None
    assert "two.md" in " ".join(take(str(made.root)).files)


@pytest.mark.parametrize("name", ["data/one.yaml", "templates/404.html", "plugins/one.py"])
def test_a_folder_that_comes_is_noticed(site: MakeSite, name: str) -> None:
    made = site(TEXT)
    snapshot = take(str(made.root))
    made.put(name, "")
    assert refresh(snapshot) is None


def test_a_folder_that_was_just_changed_is_looked_into_once_more(site: MakeSite) -> None:
    made = site(TEXT)
    remember(made, take(str(made.root)))
    assert refresh(changes(made).snapshot) is None, "changed too recently to be known by its stat"


def test_a_link_that_led_nowhere_is_followed_again(
    site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = site(TEXT)
    (made.root / "content/linked.md").symlink_to(tmp_path / "elsewhere.md")
    monkeypatch.setattr("generator.incremental.snapshot.TICK", -(10**18))
    snapshot = take(str(made.root))
    assert refresh(snapshot) is None
    (tmp_path / "elsewhere.md").write_text("# There\n")
    assert str(made.root / "content/linked.md") in take(str(made.root)).files


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["build"], (Options("."), False)),
        (["build", "-q", "-s", "content"], (Options("content"), True)),
        (["build", "--source", "content", "--quiet"], (Options("content"), True)),
        (["build", "-o", "content"], (Options(".", "content"), False)),
        (
            ["build", "--output", "content", "--handler", "content"],
            (Options(".", "content", "content"), False),
        ),
        (["build", "--output", "content/"], None),
        (["build", "--handler", "not/there/yet"], (Options(".", handler="not/there/yet"), False)),
        (["build", "--handler", "file"], None),
        (["build", "--handler", "--strict"], None),
        (["build", "--handler", ""], None),
        (["build", "-s"], None),
        (["build", "-s", "nowhere"], None),
        (["build", "--strict"], None),
        (["build", "content"], None),
        (["serve"], None),
        ([], None),
    ],
)
def test_only_a_plain_build_is_parsed_without_click(
    arguments: list[str],
    expected: tuple[Options, bool] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    assert plain_build(arguments) == expected


def test_a_plain_build_prints_what_any_build_prints(site: MakeSite) -> None:
    made = site(TEXT)
    first = module(made, "build", "-s", str(made.root))
    assert "1 of them" not in first.stdout
    said = [
        module(made, "build", "-s", str(made.root), *more).stdout for more in ((), ("--explain",))
    ]
    assert [text.partition(" · ")[0] for text in said] == ["3 pages", "3 pages"]
    assert all("0 of them changed" in text for text in said)
    made.put("content/one.md", "---\ntitle: One\nslgu: x\n---\nAnother.")
    warned = module(made, "build", "-s", str(made.root))
    assert "did you mean 'slug'" in warned.stderr
    made.put("content/one.md", "---\ntitle: [\n---\n")
    wrong = module(made, "build", "-s", str(made.root))
    assert (wrong.returncode, "content/one.md:" in wrong.stderr) == (1, True)


def test_a_report_that_cannot_be_printed_is_a_failure(built: SmallSite) -> None:
    command = [sys.executable, "-m", "generator", "build", "-s", str(built.root)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            cwd=Path(__file__).parents[3],
        )
    assert done.returncode != 0
    assert "No space left" in done.stderr


def test_a_build_without_changes_loads_little(site: MakeSite) -> None:
    made = site(TEXT)
    for _ in range(2):
        timed = module(made, "build", "-s", str(made.root), options=("-X", "importtime"))
        loaded = {line.rpartition("|")[2].strip() for line in timed.stderr.splitlines()}
    assert "0 of them changed" in timed.stdout
    assert "generator.incremental.changes" in loaded
    assert loaded.isdisjoint({*HEAVY, "click", "msgspec", "multiprocessing", "pathlib", "pickle"})


def module(
    site: SmallSite, *arguments: str, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "generator", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )


def test_nothing_heavy_is_loaded_and_the_same_is_said(built: SmallSite) -> None:
    said = build(built)
    assert "0 of them changed" in said
    assert "1 hidden (1 future)" in said
    assert "loaded []" in said


CHANGES: dict[str, Callable[[SmallSite], object]] = {
    "a text": lambda site: site.put("content/one.md", "Another."),
    "a new file": lambda site: site.put("content/two.md", "# Two\n"),
    "a deleted file": lambda site: (site.root / "static/robot.txt").unlink(),
    "the settings": lambda site: site.put("site.yaml", "title: Another\n"),
    "a template of its own": lambda site: site.put("templates/404.html", "gone"),
    "a published file": lambda site: (site.public / "one/index.html").write_text("tampered"),
    "a published file that is gone": lambda site: (site.public / "feed.xml").unlink(),
    "the caches": lambda site: (site.root / ".atrae/cache/changes").write_bytes(b"\0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_detected(built: SmallSite, change: str) -> None:
    CHANGES[change](built)
    assert "'jinja2'" in build(built)


def test_a_day_that_shows_a_document_is_seen(built: SmallSite) -> None:
    assert not (built.public / "later").exists()
    build(built, "--clock", "2099-12-02T12:00:00+00:00")
    assert (built.public / "later" / "index.html").is_file()


def test_other_options_are_another_build(built: SmallSite, tmp_path: Path) -> None:
    assert "'jinja2'" in build(built, *CLOCK, "--future")
    assert "'jinja2'" in build(built, *CLOCK, "-o", str(tmp_path / "elsewhere"))
