"""A new site, served as its author would serve it, and visitors of it in the system's Chromium."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.chromium import WAY_OUT, find
from tests.serving import Served, new_site, serving

from .visitor import Visitor

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # To start one for each visitor would take longer than what most of them do.
    "--renderer-process-limit=1",
]
NUMBERS = count(1)


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


def is_fault(message: ConsoleMessage) -> bool:
    """Whether the browser complains. A form that is sent back (422) is an answer like another."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of a visitor of its own; what it could not load, or was not allowed to, fails."""
    scripts = request.param == "with JavaScript"
    context = browser.new_context(java_script_enabled=scripts, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if is_fault(message) else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture(scope="package")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Served]]:
    """Serves a new site on one port or two, and for all visitors from then on."""
    with ExitStack() as running:

        @cache
        def site(apart: bool) -> Served:
            folder = new_site(tmp_path_factory.mktemp("served") / "site")
            return running.enter_context(serving(folder, apart=apart))

        yield site


@pytest.fixture(params=["on one port", "on two ports"])
def served(request: pytest.FixtureRequest, sites: Callable[[bool], Served]) -> Served:
    """`atrae new site`, then `atrae serve`, as the first two commands of a newcomer."""
    return sites(request.param == "on two ports")


@pytest.fixture
def visitor(served: Served, page: Page) -> Visitor:
    """A visitor of the site. The page is closed before its server is stopped."""
    return Visitor(page, served, f"ana-{next(NUMBERS)}@example.org")
