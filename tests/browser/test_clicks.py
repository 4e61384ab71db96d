"""Leaving takes no more clicks than joining: counted in a real browser, for each way of both.

A click is a link or a button that is pressed, or a box that is ticked or cleared. Opening the mail
is none of ours and counts for neither; typing an address is no click, and only joining asks for it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.serving import Served, new_site, serving

from .test_loop import ADDRESS, GUIDE, NEWSLETTER, open_mail

FORM = "/guides/first-guide/"


@dataclass
class Visitor:
    """Somebody at the page, whose clicks are counted."""

    page: Page
    served: Served
    clicks: int = 0
    pressed: list[str] = field(default_factory=list)

    def click(self, what: Locator) -> None:
        self.pressed.append(what.inner_text() or what.get_attribute("name") or "")
        what.click()
        self.clicks += 1

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=re.compile(name)))

    def mail(self, subject: str, path: str) -> None:
        """Open a mail and follow its link."""
        open_mail(self.page, self.served, subject)
        self.click(self.page.locator(f"pre.mail a[href*='{path}']").first)

    def begin(self) -> "Visitor":
        """Count anew."""
        self.clicks, self.pressed = 0, []
        return self


def join(visitor: Visitor, wording: str) -> int:
    """From the form to a permission, by the only way that there is."""
    visitor.begin().page.goto(f"{visitor.served.url}{FORM}")
    visitor.page.get_by_label("Email address").fill(ADDRESS)
    visitor.click(visitor.page.get_by_label(wording))
    visitor.button("Send me the guide")
    visitor.mail("confirm", "/confirm/")
    visitor.button("Yes, confirm")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(re.compile("confirmed", re.I))
    return visitor.clicks


def by_the_button_of_the_mail_program(visitor: Visitor) -> None:
    """RFC 8058: one click in the mail program, which sends it itself."""
    open_mail(visitor.page, visitor.served, "receipt")
    link = visitor.page.locator("pre.mail a[href*='/unsubscribe/']").first.get_attribute("href")
    assert link
    address = f"{visitor.served.forms_url}{urlsplit(link).path}"
    answer = visitor.page.request.post(address, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    visitor.clicks += 1


def by_the_link_of_the_mail(visitor: Visitor) -> None:
    visitor.mail("receipt", "/unsubscribe/")
    visitor.button("unsubscribe")


def by_stopping_everything(visitor: Visitor) -> None:
    visitor.mail("receipt", "/me/")
    visitor.button("Unsubscribe from everything")


def by_clearing_the_box(visitor: Visitor) -> None:
    visitor.mail("receipt", "/me/")
    visitor.click(visitor.page.get_by_label(NEWSLETTER))
    visitor.button("Save my preferences")


WAYS = [
    by_the_button_of_the_mail_program,
    by_the_link_of_the_mail,
    by_stopping_everything,
    by_clearing_the_box,
]


@pytest.fixture
def visitor(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    """Without JavaScript: every way works without it, and with it there is no other."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    with serving(new_site(tmp_path / "site")) as served:
        yield Visitor(page, served)
    context.close()


@pytest.mark.parametrize("way", WAYS)
def test_leaving_takes_no_more_clicks_than_joining(
    way: Callable[[Visitor], None], visitor: Visitor
) -> None:
    joining = join(visitor, NEWSLETTER)
    way(visitor.begin())
    assert 1 <= visitor.clicks <= joining, visitor.pressed
    visitor.mail("receipt", "/me/")
    expect(visitor.page.get_by_label(NEWSLETTER)).not_to_be_checked()


def test_never_again_takes_no_more_clicks_than_joining(visitor: Visitor) -> None:
    """By the keyboard as well: it is a button with its explanation."""
    joining = join(visitor, NEWSLETTER)
    visitor.begin().mail("receipt", "/me/")
    button = visitor.page.get_by_role("button", name="Never email me again")
    expect(button).to_have_accessible_description(re.compile("Only we can undo this"))
    button.focus()
    visitor.page.keyboard.press("Enter")
    visitor.clicks += 1
    expect(visitor.page.get_by_role("status")).to_contain_text("We'll never email")
    expect(button).to_have_count(0)
    assert visitor.clicks <= joining, visitor.pressed


def test_among_the_choices_a_box_is_cleared_as_it_is_ticked(visitor: Visitor) -> None:
    join(visitor, GUIDE)
    visitor.mail("receipt", "/me/")
    counts = []
    for is_on in (True, False):
        visitor.begin().click(visitor.page.get_by_label(NEWSLETTER))
        visitor.button("Save my preferences")
        expect(visitor.page.get_by_role("status")).to_be_visible()
        expect(visitor.page.get_by_label(NEWSLETTER)).to_be_checked(checked=is_on)
        counts.append(visitor.clicks)
    joining, leaving = counts
    assert leaving <= joining


def test_being_forgotten_takes_no_more_clicks_than_joining(visitor: Visitor) -> None:
    """And a confirmation by mail, as joining does."""
    joining = join(visitor, NEWSLETTER)
    visitor.begin().mail("receipt", "/me/")
    visitor.button("Erase my data")
    visitor.mail("erase", "/fresh/")
    visitor.button("Yes, erase my data")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your data is erased")
    assert visitor.clicks <= joining, visitor.pressed
