"""Processes that use one cache at the same time neither delete nor mix up each other's data."""

import subprocess
import sys
from pathlib import Path

import pytest

from generator.parallel import SMALL
from generator.serve.live import Live, Served
from tests.conftest import MakeSite
from tests.site import NOW, SmallSite

ROOT = Path(__file__).parents[3]
NAMES = [f"{letter}{letter}" for letter in "abcdefgh"]


def start(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "generator", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def put(site: SmallSite, name: str, number: int) -> Path:
    text = f"---\ntitle: Title {name} {number}\n---\nText of {name} {number}.\n"
    return site.put(f"content/{name}.md", text)


def shown(live: Live, name: str) -> str:
    page = live.answer(f"/{name}/")
    assert isinstance(page, Served)
    return page.content.decode() if isinstance(page.content, bytes) else ""


def test_a_check_beside_a_server_changes_nothing_that_it_shows(site: MakeSite) -> None:
    made = site("-- content/_index.md --\nHome.\n")
    numbers = dict.fromkeys(NAMES, 0)
    for name in NAMES:
        put(made, name, 0)
    live = Live(made.root, address="http://127.0.0.1:1/", forms_url="", clock=lambda: NOW)
    for name in ("aa", "bb", "check", "bb", "check", "check", "cc"):
        if name == "check":
            check = start("check", "-s", str(made.root))
            assert check.communicate(timeout=60) == ("No problems found.\n", "")
            continue
        numbers[name] += 1
        live.refresh([put(made, name, numbers[name])])
        for other, number in numbers.items():
            page = shown(live, other)
            assert f"Title {other} {number}" in page
            assert f"Text of {other} {number}." in page


@pytest.mark.long
def test_two_cold_builds_at_once_both_succeed(tiny: MakeSite, tmp_path: Path) -> None:
    made = tiny("-- content/_index.md --\nHome.\n")
    for number in range(SMALL + 44):
        put(made, f"page-{number}", number)
    builds = []
    for name in ("a", "b"):
        folders = ("-o", str(tmp_path / name), "--handler", str(tmp_path / f"{name}-handler"))
        builds.append(start("build", "-s", str(made.root), *folders))
    for build in builds:
        _, errors = build.communicate(timeout=120)
        assert (build.returncode, errors) == (0, "")
    pages = [
        {file.relative_to(tmp_path / name): file.read_bytes() for file in html}
        for name in ("a", "b")
        if (html := sorted((tmp_path / name).rglob("*.html")))
    ]
    assert len(pages[0]) > SMALL
    assert pages[0] == pages[1]
