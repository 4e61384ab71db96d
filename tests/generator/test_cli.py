"""The commands, as people and scripts use them."""

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli import main

from ..conftest import MakeSite
from ..serving import atrae
from ..site import files_below

CLOCK = "2026-11-21T12:00:00+00:00"
WRONG = "-- content/a.md --\n---\ndraft: maybe\n---\n-- content/b.md --\n[x](gone.md)\n"
WARNED = "-- content/a.md --\n[x](gone.md)\n"
FINE = "-- content/a.md --\n# A\n"


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    """A command turns garbage collection off, for a process of its own ends soon."""
    yield
    gc.enable()


def run(*arguments: str | Path, **environment: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, list(map(str, arguments)), env=environment)


def test_a_build_says_what_it_did(tiny: MakeSite) -> None:
    made = tiny(FINE + "-- content/b.md --\n---\ndraft: true\n---\n")
    done = run("build", "-s", made.root, "--clock", CLOCK)
    assert done.exit_code == 0
    assert done.stderr == ""
    assert re.fullmatch(
        r"3 pages · 5 files, 5 of them changed · 1 hidden \(1 draft\) · \d+\.\d\d s\n→ .*/public\n",
        done.stdout,
    )


def test_a_quiet_build_says_nothing_but_what_is_wrong(tiny: MakeSite) -> None:
    done = run("build", "-s", tiny(FINE).root, "-q")
    assert (done.exit_code, done.output) == (0, "")
    done = run("build", "-s", tiny(WARNED).root, "-q")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "'gone.md' leads nowhere" in done.stderr


def test_what_is_wrong_has_its_place_and_a_way_out_on_stderr(tiny: MakeSite) -> None:
    made = tiny(WRONG)
    done = run("build", "-s", made.root)
    assert (done.exit_code, done.stdout) == (1, "")
    first, second, last = done.stderr.splitlines()
    assert first.startswith("content/a.md:2:1: error: draft: input should be a valid boolean")
    assert first.endswith("→ got 'maybe' [bad-value]")
    assert second.startswith("content/b.md:1: warning: 'gone.md' leads nowhere")
    assert last.endswith("1 error, 1 warning.")
    assert not made.public.exists()


def test_strict_fails_on_warnings(tiny: MakeSite) -> None:
    made = tiny(WARNED)
    assert run("build", "-s", made.root, "--strict").exit_code == 1
    assert not made.public.exists()
    assert run("check", "-s", made.root).exit_code == 0
    assert run("check", "-s", made.root, "--strict").exit_code == 1


def test_check_writes_nothing_and_looks_at_what_is_hidden(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ndraft: true\n---\n[x](gone.md)\n")
    done = run("check", "-s", made.root)
    assert (done.exit_code, done.stdout) == (0, "1 finding.\n")
    assert not made.public.exists()
    fine = run("check", "-s", tiny(FINE).root)
    assert (fine.exit_code, fine.stdout, fine.stderr) == (0, "No problems found.\n", "")


@pytest.mark.parametrize(("text", "code"), [(WRONG, 1), (WARNED, 0), (FINE, 0)])
def test_findings_come_as_json(tiny: MakeSite, text: str, code: int) -> None:
    done = run("check", "-s", tiny(text).root, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (code, "")
    assert len(found) == {WRONG: 2, WARNED: 1, FINE: 0}[text]
    if text is WRONG:
        assert found[0]["at"] == {"path": "content/a.md", "line": 2, "column": 1}
        assert (found[0]["code"], found[0]["severity"]) == ("bad-value", "error")


def test_a_fault_of_the_settings_is_json_too(tmp_path: Path) -> None:
    done = run("check", "-s", tmp_path, "--json")
    (found,) = json.loads(done.stdout)
    assert (done.exit_code, found["code"], found["at"]) == (1, "config", None)
    assert "atrae new site" in found["hint"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--nothing"],
        ["build", "--clock", "soon"],
        ["nothing"],
        ["new", "site"],
        ["new", "site", "x", "--language", "xx"],
        ["serve", "--port", "many"],
        ["build", "extra"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["build"], ["build", "-b", "example.org"], ["check"], ["new", "article", "X"]],
)
def test_without_a_site_it_is_exit_code_1(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, "-s", tmp_path)
    assert done.exit_code == 1
    assert f"there is no site.yaml in {tmp_path}" in done.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["build"], ["check"], ["serve"], ["new"], ["new", "site"], ["forms"]]
)
def test_help_teaches(arguments: list[str]) -> None:
    done = run(*arguments, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 4


def test_the_clock_decides_what_is_future(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ndate: 2026-06-01T12:00\n---\nx\n")

    def hidden(*arguments: str, **environment: str) -> bool:
        assert run("build", "-s", made.root, *arguments, **environment).exit_code == 0
        return "a/index.html" not in made.files()

    assert hidden("--clock", "2026-06-01T11:59:59+00:00")
    assert not hidden("--clock", "2026-06-01T12:00:00")
    assert hidden("--clock", "2026-06-01")
    assert hidden(SOURCE_DATE_EPOCH="1780315199")
    assert not hidden(SOURCE_DATE_EPOCH="1780315200")
    assert not hidden("--future", "--clock", "2026-01-01")


def test_output_address_and_handler_may_be_given(tiny: MakeSite, tmp_path: Path) -> None:
    made = tiny(FINE + "-- templates/page.html --\n{{ page.absolute_url }}\n")
    www = tmp_path / "www"
    done = run("build", "-s", made.root, "-o", www, "-b", "https://there.example/x")
    assert done.exit_code == 0
    assert (www / "a/index.html").read_text() == "https://there.example/x/a/"
    assert not made.public.exists()


def test_a_foreign_folder_is_refused_without_force(tiny: MakeSite) -> None:
    made = tiny(FINE)
    made.put("public/thesis.txt", "mine")
    done = run("build", "-s", made.root)
    assert done.exit_code == 1
    assert "has files that Atrae did not write  → choose another folder" in done.stderr
    assert run("build", "-s", made.root, "--force").exit_code == 0
    assert made.read("thesis.txt") == "mine"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_new_site_builds_without_a_finding(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "my-site"
    made = run("new", "site", folder, "--language", language)
    assert made.exit_code == 0
    assert "atrae serve" in made.stdout
    done = run("build", "-s", folder, "--strict")
    assert (done.exit_code, done.stderr) == (0, "")
    assert {"index.html", "feed.xml", "404.html"} <= files_below(folder / "public")
    assert {"catalogue.json", "manifest.json"} <= files_below(folder / "handler")
    checked = run("check", "-s", folder, "--strict")
    assert (checked.exit_code, checked.stdout) == (0, "No problems found.\n")


def test_a_new_site_needs_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    done = run("new", "site", tmp_path)
    assert done.exit_code == 1
    assert "is not empty" in done.stderr
    assert files_below(tmp_path) == {"x"}


@pytest.mark.parametrize("title", ["C++ & C#: «what»?", 'He said "no"', "Año nuevo", "no", "1.10"])
def test_new_articles_and_resources_build_without_a_finding(tmp_path: Path, title: str) -> None:
    folder = tmp_path / "site"
    run("new", "site", folder, "--title", title)
    article = run("new", "article", title, "-s", folder)
    resource = run("new", "resource", title, "-s", folder)
    assert (article.exit_code, resource.exit_code) == (0, 0), article.output + resource.output
    assert title in Path(article.stdout.strip()).read_text(encoding="utf-8").replace('\\"', '"')
    assert len(resource.stdout.splitlines()) == 4
    done = run("build", "-s", folder, "--strict", "-D", "-F")
    assert (done.exit_code, done.stderr) == (0, "")
    again = run("new", "article", title, "-s", folder)
    assert again.exit_code == 1
    assert "already exists" in again.stderr


def test_the_commands_are_a_module_too(tiny: MakeSite) -> None:
    made = tiny(FINE)
    done = atrae("build", cwd=made.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 pages")
    assert atrae("build", "--nothing", cwd=made.root).returncode == 2
    assert atrae("build", cwd=made.root / "content").returncode == 1
    assert atrae("--version", cwd=made.root).stdout.startswith("atrae, version ")


def test_any_number_of_processes_makes_the_same_bytes(tiny: MakeSite, tmp_path: Path) -> None:
    pages = "".join(f"-- content/p{n}.md --\n# P {n}\n\n[x](p{n + 1}.md)\n" for n in range(40))
    made = tiny(pages + "-- content/p40.md --\n# Last\n")
    trees = []
    for hash_seed in ("0", "1"):
        public = tmp_path / hash_seed
        command = [sys.executable, "-m", "generator", "build", "-q", "-o", str(public)]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run(command, cwd=made.root, env=environment, check=True, timeout=60)
        trees.append({path: (public / path).read_bytes() for path in files_below(public)})
    assert trees[0] == trees[1]
