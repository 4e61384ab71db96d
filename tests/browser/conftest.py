"""A new site, served as its author would serve it, and the system's Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.chromium import WAY_OUT, find
from tests.serving import Served, new_site, serving

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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all browser tests. It runs an event loop in this thread, so it ends with them."""
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


@pytest.fixture(params=["on one port", "on two ports"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """`atrae new site`, then `atrae serve`, as the first two commands of a newcomer."""
    with serving(new_site(tmp_path / "site"), apart=request.param == "on two ports") as served:
        yield served
