"""That nothing, or only a text, changed is known before anything heavy is loaded; never guessed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.unchanged import look, remember, since
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
date: 2026-12-01
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
    build(made)
    return made


def test_a_file_that_was_just_saved_is_known_by_its_bytes(site: MakeSite) -> None:
    made = site(TEXT)
    cache, root = made.root, made.root
    seen = look(root)
    remember(cache, key="", seen=seen, written=[], valid=(0.0, 9.0), report=())
    found = since(cache, root, seen, key="", now=1.0)
    assert found is not None
    assert found.edited == {}
    # Within one tick of the clock a file can change and keep its stamp, which `seen` has.
    made.put("content/one.md", "Another.")
    found = since(cache, root, seen, key="", now=1.0)
    assert found is not None
    assert found.edited.keys() == {"content/one.md"}
    made.put("static/robot.txt", "bye")
    assert since(cache, root, seen, key="", now=1.0) is None


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
    "the caches": lambda site: (site.root / ".atrae/cache/unchanged").write_bytes(b"\0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_seen(built: SmallSite, change: str) -> None:
    CHANGES[change](built)
    assert "'jinja2'" in build(built)


def test_a_day_that_shows_a_document_is_seen(built: SmallSite) -> None:
    assert not (built.public / "later").exists()
    build(built, "--clock", "2026-12-02T12:00:00+00:00")
    assert (built.public / "later" / "index.html").is_file()


def test_other_options_are_another_build(built: SmallSite, tmp_path: Path) -> None:
    assert "'jinja2'" in build(built, *CLOCK, "--future")
    assert "'jinja2'" in build(built, *CLOCK, "-o", str(tmp_path / "elsewhere"))
