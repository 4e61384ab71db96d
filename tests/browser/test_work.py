"""Proof of work as visitors live it: unseen with JavaScript, a few seconds' wait without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from forms.web.screening.signals import WAIT
from tests.serving import Served, new_site, serving

from .test_loop import ADDRESS, GUIDE, confirm, record

SEND = "Send me the guide"


@pytest.fixture
def working(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A new site that asks for proof of work."""
    folder = new_site(tmp_path / "site")
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text() + "\nforms: {proof_of_work: true}\n")
    with serving(folder, apart=request.param == "on two ports") as served:
        yield served


def wait_and_send(page: Page) -> None:
    """The page that asks for the form once more: the button comes after a while."""
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    expect(page.get_by_label("Email address")).to_have_value(ADDRESS)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    button = page.get_by_text(SEND)
    expect(button).to_be_hidden()
    expect(button).to_be_visible(timeout=(WAIT.seconds + 5) * 1000)
    button.click()


@pytest.mark.parametrize(
    ("working", "page"),
    [("on two ports", "with JavaScript"), ("on one port", "without JavaScript")],
    indirect=True,
)
def test_a_visitor_gets_through_with_a_sum_or_with_a_wait(working: Served, page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "/f/" in request.url:
            asked.append(request.post_data or "")

    page.on("request", note)
    page.goto(f"{working.url}/guides/first-guide/")
    scripts = page.locator("form[data-solver]").count() == 1
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_label(GUIDE).check()
    page.get_by_role("button", name=SEND).click()
    if not scripts:
        wait_and_send(page)
    expect(page).to_have_url(f"{working.url}/forms/check-your-inbox/")
    assert [("altcha=" in sent) for sent in asked] == ([True] if scripts else [False, False])
    confirm(page, working)
    assert GUIDE in record(working)


@pytest.mark.slow
@pytest.mark.parametrize(("working", "page"), [("on two ports", "with JavaScript")], indirect=True)
def test_a_mistake_and_a_way_back_cost_another_sum(working: Served, page: Page) -> None:
    """What the handler shows again asks for work as well, and a solution is not used twice."""
    page.goto(f"{working.url}/guides/first-guide/")
    page.get_by_label("Email address").fill(ADDRESS)
    # The browser lets it through without a box, for there are two.
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.url.startswith(f"{working.forms_url}/f/")
    page.get_by_label(GUIDE).check()
    page.get_by_role("button", name=SEND).click()
    expect(page).to_have_url(f"{working.url}/forms/check-your-inbox/")
    page.goto(f"{working.url}/guides/first-guide/")
    for email in ("eve@example.org", "eva@example.org"):
        page.get_by_label("Email address").fill(email)
        page.get_by_label(GUIDE).check()
        page.get_by_role("button", name=SEND).click()
        expect(page).to_have_url(f"{working.url}/forms/check-your-inbox/")
        page.go_back()
