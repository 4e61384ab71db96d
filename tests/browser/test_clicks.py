"""Leaving takes no more clicks than joining: counted in a real browser, for each way of both.

A click is a link or a button that is pressed, or a box that is ticked or cleared. Opening the mail
is none of ours and counts for neither; typing an address is no click, and only joining asks for it.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from .visitor import GUIDE, NEWSLETTER, Visitor

# Every way works without JavaScript, and with it there is no other.
pytestmark = pytest.mark.parametrize(
    ("served", "page"), [("on one port", "without JavaScript")], indirect=True
)


def join(visitor: Visitor, wording: str) -> int:
    """From the form to a permission, by the only way that there is."""
    visitor.begin().ask(wording)
    visitor.confirm()
    return visitor.clicks


def by_the_button_of_the_mail_program(visitor: Visitor) -> None:
    """RFC 8058: one click in the mail program, which sends it itself."""
    visitor.open_email("receipt")
    link = visitor.link("/unsubscribe/").get_attribute("href")
    assert link
    address = f"{visitor.served.forms_url}{urlsplit(link).path}"
    answer = visitor.page.request.post(address, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    visitor.clicks += 1


def by_the_link_of_the_mail(visitor: Visitor) -> None:
    visitor.follow("receipt", "/unsubscribe/")
    visitor.button("unsubscribe")


def by_stopping_everything(visitor: Visitor) -> None:
    visitor.follow("receipt", "/me/")
    visitor.button("Unsubscribe from everything")


def by_clearing_the_box(visitor: Visitor) -> None:
    visitor.follow("receipt", "/me/")
    visitor.click(visitor.page.get_by_label(NEWSLETTER))
    visitor.button("Save my preferences")


WAYS = [
    by_the_button_of_the_mail_program,
    by_the_link_of_the_mail,
    by_stopping_everything,
    by_clearing_the_box,
]


@pytest.mark.parametrize("way", WAYS)
def test_leaving_takes_no_more_clicks_than_joining(
    way: Callable[[Visitor], None], visitor: Visitor
) -> None:
    joining = join(visitor, NEWSLETTER)
    way(visitor.begin())
    assert 1 <= visitor.clicks <= joining, visitor.pressed
    visitor.follow("receipt", "/me/")
    expect(visitor.page.get_by_label(NEWSLETTER)).not_to_be_checked()


def test_never_again_takes_no_more_clicks_than_joining(visitor: Visitor) -> None:
    """By the keyboard as well: it is a button with its explanation."""
    joining = join(visitor, NEWSLETTER)
    visitor.begin().follow("receipt", "/me/")
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
    visitor.follow("receipt", "/me/")
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
    visitor.begin().follow("receipt", "/me/")
    visitor.button("Erase my data")
    visitor.follow("erase", "/fresh/")
    visitor.button("Yes, erase my data")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your data is erased")
    assert visitor.clicks <= joining, visitor.pressed
