"""The HTML checker of the W3C finds nothing in our site, nor in a new one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKER = Path(__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

pytestmark = pytest.mark.node


def atrae(*arguments: str | Path, cwd: Path) -> None:
    command = [sys.executable, "-m", "generator", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def findings(folder: Path) -> list[str]:
    """What the checker says of every HTML file below `folder`."""
    java = shutil.which("java")
    assert java, "the HTML checker needs Java"
    assert CHECKER.is_file(), "the HTML checker is installed by `make node-tools`"
    command = [java, "-jar", CHECKER, "--format", "json", "--skip-non-html", folder]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300, check=False
    )
    said = json.loads(done.stderr)["messages"]
    return [
        f"{Path(found['url']).relative_to('file:')}:{found.get('lastLine')}: {found['message']}"
        for found in said
        if found["type"] == "error"
    ]


def test_our_own_site(tmp_path: Path) -> None:
    public, handler = tmp_path / "public", tmp_path / "handler"
    atrae("build", "--strict", "-o", public, "--handler", handler, cwd=ROOT)
    assert findings(public) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_new_site(language: str, tmp_path: Path) -> None:
    atrae("new", "site", "mine", "--language", language, cwd=tmp_path)
    atrae("build", "--strict", cwd=tmp_path / "mine")
    assert findings(tmp_path / "mine" / "public") == []


def test_the_checker_would_find_a_fault(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        "<!doctype html><html lang=en><title>x</title><p id=a><p id=a>", encoding="utf-8"
    )
    assert findings(tmp_path) != []
