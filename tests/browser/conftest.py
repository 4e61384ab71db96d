"""A new site, served as its author would serve it, and the system's Chromium."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.chromium import WAY_OUT, find

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find()
    if program is None:
        pytest.fail(WAY_OUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def is_fault(said: ConsoleMessage) -> bool:
    """Whether the browser complains. A form that is sent back (422) is an answer like another."""
    return said.type == "error" and "status of 422" not in said.text


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of a visitor of its own; what it could not load, or was not allowed to, fails."""
    scripts = request.param == "with JavaScript"
    context = browser.new_context(java_script_enabled=scripts, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if is_fault(said) else None)
    page.on("pageerror", lambda wrong: complaints.append(str(wrong)))
    yield page
    context.close()
    assert complaints == []


@dataclass(frozen=True, slots=True)
class Served:
    """A site being served: its folder, its address, and the handler's."""

    folder: Path
    url: str
    forms_url: str
    apart: bool

    def atrae(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the site's folder, with nothing set in the environment."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("ATRAE_")}
        return subprocess.run(
            [sys.executable, "-m", "generator", *arguments],
            cwd=self.folder,
            env=clean,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(params=["on one port", "on two ports"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """`atrae new site`, then `atrae serve`, as the first two commands of a newcomer."""
    folder = tmp_path / "site"
    made = [sys.executable, "-m", "generator", "new", "site", str(folder)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    apart = request.param == "on two ports"
    command = [sys.executable, "-u", "-m", "generator", "serve", "--port", "0"]
    if apart:
        command += ["--forms-port", "0"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield _served(process, folder, apart=apart)
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[0]
    assert process.returncode == 0, said


def _served(process: "subprocess.Popen[str]", folder: Path, *, apart: bool) -> Served:
    """Wait until it says where it listens."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"Serving (http://\S+?)/", line):
            forms = re.search(r"forms at (http://\S+?)/", line)
            return Served(folder, found[1], forms[1] if forms else found[1], apart)
    raise AssertionError(f"it did not start:\n{said}")
