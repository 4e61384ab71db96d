"""Proof of work as visitors live it: unseen with JavaScript, a few seconds' wait without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from forms.web.screening.signals import WAIT
from tests.serving import Served, new_site, serving

from .visitor import FORM, GUIDE, SEND, Visitor


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A new site that asks for proof of work."""
    folder = new_site(tmp_path / "site")
    settings = folder / "site.yaml"
    settings.write_text(settings.read_text() + "\nforms: {proof_of_work: true}\n")
    with serving(folder, apart=request.param == "on two ports") as running:
        yield running


def wait_and_send(visitor: Visitor) -> None:
    """The page that asks for the form once more: the button comes after a while."""
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    expect(page.get_by_label("Email address")).to_have_value(visitor.address)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    button = page.get_by_text(SEND)
    expect(button).to_be_hidden()
    expect(button).to_be_visible(timeout=(WAIT.seconds + 5) * 1000)
    button.click()


@pytest.mark.parametrize(
    ("served", "page"),
    [("on two ports", "with JavaScript"), ("on one port", "without JavaScript")],
    indirect=True,
)
def test_a_visitor_gets_through_with_a_sum_or_with_a_wait(visitor: Visitor) -> None:
    page, bodies = visitor.page, list[str]()

    def note(request: Request) -> None:
        if request.method == "POST" and "/f/" in request.url:
            bodies.append(request.post_data or "")

    page.on("request", note)
    page.goto(f"{visitor.served.url}{FORM}")
    scripts = page.locator("form[data-solver]").count() == 1
    page.get_by_label("Email address").fill(visitor.address)
    page.get_by_label(GUIDE).check()
    visitor.button(SEND)
    if not scripts:
        wait_and_send(visitor)
    visitor.expect_check_your_inbox()
    assert [("altcha=" in body) for body in bodies] == ([True] if scripts else [False, False])
    visitor.confirm()
    assert GUIDE in visitor.record()


@pytest.mark.slow
@pytest.mark.parametrize(("served", "page"), [("on two ports", "with JavaScript")], indirect=True)
def test_a_mistake_and_a_way_back_cost_another_sum(visitor: Visitor) -> None:
    """What the handler shows again asks for work as well, and a solution is not used twice."""
    page = visitor.page
    page.goto(f"{visitor.served.url}{FORM}")
    page.get_by_label("Email address").fill(visitor.address)
    # The browser lets it through without a box, for there are two.
    visitor.button(SEND)
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.url.startswith(f"{visitor.served.forms_url}/f/")
    page.get_by_label(GUIDE).check()
    visitor.button(SEND)
    visitor.expect_check_your_inbox()
    page.goto(f"{visitor.served.url}{FORM}")
    for email in ("eve@example.org", "eva@example.org"):
        page.get_by_label("Email address").fill(email)
        page.get_by_label(GUIDE).check()
        visitor.button(SEND)
        visitor.expect_check_your_inbox()
        page.go_back()
