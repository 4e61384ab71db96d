"""The examples for contributors apply to the code, and do what the text around them promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from .conftest import MakeSite

ROOT = Path(__file__).parents[1]
SECTIONS = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.M)
DIFFS = {
    section.partition("\n")[0]: diff[1]
    for section in SECTIONS
    if (diff := re.search(r"^```diff\n(.*?)^```$", section, re.M | re.S))
}
"""Heading -> the diff below it."""

WALK = (ROOT / "content/docs/inside/first-change.md").read_text(encoding="utf-8")
SPANISH_WALK = (ROOT / "content/docs/inside/first-change.es.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^ *```.*?^ *```$", re.M | re.S)
FILE_OF_STEP = re.compile(r"^\d\. .*`(\S+)`:$", re.M)
"""The file that the block of a step creates or changes."""

SITE = """
-- content/first.md --
---
title: First
date: 2026-11-01
---
Text.
"""


def changed_program(folder: Path, heading: str) -> Path:
    """Return a copy of the program with the diff below a heading of CONTRIBUTING.md applied."""
    copy_program(folder)
    apply_diff(folder, DIFFS[heading])
    return folder


def copy_program(folder: Path) -> None:
    """Copy the program and its theme."""
    for name in ("generator", "forms", "themes"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)


def apply_diff(folder: Path, diff: str) -> None:
    """Apply a diff to the files in a folder."""
    command = ["git", "apply", "--whitespace=error", "-"]
    subprocess.run(command, cwd=folder, input=diff, text=True, check=True, timeout=60)


def atrae(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the program."""
    return run_python(program, "-c", _RUN, str(program), *arguments)


def run_python(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of the program."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=program,
        env={**os.environ, "PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


_RUN = """
import sys
folder = sys.argv.pop(1)
import generator
assert generator.__file__.startswith(folder), generator.__file__
from generator.__main__ import main
main()
"""


@pytest.mark.parametrize("heading", sorted(DIFFS))
def test_an_example_touches_at_most_three_code_files(heading: str) -> None:
    files = re.findall(r"^\+\+\+ b/(.+\.py)$", DIFFS[heading], re.M)
    assert 1 <= len(files) <= 3


def test_the_output_of_the_example_is_published(site: MakeSite, tmp_path: Path) -> None:
    made, program = site(SITE), changed_program(tmp_path / "program", "Add an output")
    result = atrae(program, "build", "-s", str(made.root))
    assert result.returncode == 0, result.stderr
    assert '"title": "First"' in made.read("feed.json")
    made.put("content/first.md", "---\ntitle: Changed\ndate: 2026-11-01\n---\nText.\n")
    assert atrae(program, "build", "-s", str(made.root)).returncode == 0
    assert '"title": "Changed"' in made.read("feed.json")


def test_the_check_of_the_example_finds_something(site: MakeSite, tmp_path: Path) -> None:
    made, program = site(SITE), changed_program(tmp_path / "program", "Add a check")
    made.put("content/long.md", f"---\ntitle: {'Long ' * 20}\n---\nText.\n")
    result = atrae(program, "check", "-s", str(made.root))
    assert "content/long.md:2" in result.stdout + result.stderr
    assert "[long-title]" in result.stdout + result.stderr
    assert "first.md" not in result.stdout + result.stderr


def test_the_email_of_the_example_is_sent_and_recorded(tmp_path: Path) -> None:
    program = changed_program(tmp_path / "program", "Add an email")
    shutil.copytree(ROOT / "tests", program / "tests", ignore=shutil.ignore_patterns("test_*"))
    database = tmp_path / "database"
    database.mkdir()
    result = run_python(program, "-m", "tests.forms.changed_email", str(database))
    assert result.returncode == 0, result.stderr


def test_the_front_matter_key_of_the_example_reaches_templates(
    tiny: MakeSite, tmp_path: Path
) -> None:
    made, program = tiny(""), changed_program(tmp_path / "program", "Add a front matter key")
    made.put("templates/page.html", "{{ page.card.subtitle }}")
    made.put("content/plain.md", "---\nsubtitle: Read quickly\n---\n")
    made.put("content/yaml.md", "---\nsubtitle: >\n  Read as\n  YAML\nsubtitel: x\n---\n")
    result = atrae(program, "build", "-s", str(made.root))
    assert result.returncode == 0, result.stderr
    assert "did you mean 'subtitle'?" in result.stderr
    assert made.read("plain/index.html") == "Read quickly"
    assert made.read("yaml/index.html").strip() == "Read as YAML"


def test_the_first_change_works_step_by_step(tmp_path: Path) -> None:
    copy_program(tmp_path)
    for name in ("__init__.py", "conftest.py", "site.py", "generator/__init__.py"):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    created = re.findall(r"Create `(\S+)`:\n\n( *)```python\n(.*?)^ *```$", WALK, re.M | re.S)
    for path, indent, code in created:
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(re.sub(f"^{indent}", "", code, flags=re.M), encoding="utf-8")
    for diff in re.findall(r"^ *```diff\n(.*?)^ *```$", WALK, re.M | re.S):
        apply_diff(tmp_path, dedent(diff))
    tests = [path for path, _, _ in created if path.startswith("tests/")]
    assert len(tests) == 2
    result = run_python(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert (result.returncode, "3 passed" in result.stdout) == (0, True), result.stdout


def test_the_first_change_has_the_same_code_in_both_languages() -> None:
    assert FENCED.findall(WALK)
    assert FENCED.findall(SPANISH_WALK) == FENCED.findall(WALK)
    assert FILE_OF_STEP.findall(SPANISH_WALK) == FILE_OF_STEP.findall(WALK)
