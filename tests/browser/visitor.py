"""A visitor of the starter site: subscribes, reads the emails in its inbox and follows them."""

import json
import re
from contextlib import chdir
from dataclasses import dataclass, field

from click.testing import CliRunner
from playwright.sync_api import Locator, Page, expect

from forms.cli import forms
from tests.serving import Served

GUIDE = "Email me “The first guide” (PDF) once, and nothing else."
NEWSLETTER = "Send me the newsletter, about once a month. I can unsubscribe at any time."
FORM = "/guides/first-guide/"
SEND = "Send me the guide"


@dataclass
class Visitor:
    """Somebody at a page, whose clicks are counted; no one else on the site has the address.

    A click is a link or a button that is pressed, or a box that is ticked or cleared.
    """

    page: Page
    served: Served
    address: str
    clicks: int = 0
    pressed: list[str] = field(default_factory=list)

    def begin(self) -> "Visitor":
        """Count anew."""
        self.clicks, self.pressed = 0, []
        return self

    def click(self, target: Locator) -> None:
        self.pressed.append(target.inner_text() or target.get_attribute("name") or "")
        target.click()
        self.clicks += 1

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=re.compile(name, re.I)))

    def ask(self, *wordings: str) -> None:
        """Fill in the guide's form, tick the boxes with these texts, and send it."""
        self.page.goto(f"{self.served.url}{FORM}")
        expect(self.page.get_by_role("checkbox", checked=True)).to_have_count(0)
        self.page.get_by_label("Email address").fill(self.address)
        for wording in wordings:
            self.click(self.page.get_by_label(wording))
        self.button(SEND)
        self.expect_check_your_inbox()

    def expect_check_your_inbox(self) -> None:
        expect(self.page).to_have_url(f"{self.served.url}/forms/check-your-inbox/")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def open_email(self, subject: str) -> None:
        """Open the visitor's newest email whose subject matches; it may take a moment to arrive."""
        row = self.page.get_by_role("row").filter(has_text=self.address)
        link = row.get_by_role("link", name=re.compile(subject, re.I)).first
        for _ in range(100):
            self.page.goto(f"{self.served.url}/_inbox/")
            if link.count():
                break
            self.page.wait_for_timeout(50)
        link.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(subject, re.I))

    def link(self, path: str) -> Locator:
        """The link of the email that is open."""
        return self.page.locator(f"pre.mail a[href*='{path}']").first

    def follow(self, subject: str, path: str) -> None:
        """Open an email and follow its link."""
        self.open_email(subject)
        self.click(self.link(path))

    def confirm(self) -> None:
        self.follow("confirm", "/confirm/")
        assert self.page.url.startswith(f"{self.served.forms_url}/confirm/")
        self.button("Yes, confirm")
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(re.compile("confirmed", re.I))

    def record(self) -> str:
        """What `atrae forms export` prints, after `verify` held."""
        with chdir(self.served.folder):
            verified = CliRunner().invoke(forms, ["verify"])
            assert verified.exit_code == 0, verified.output
            exported = CliRunner().invoke(forms, ["export", self.address])
        assert exported.exit_code == 0, exported.stderr
        assert json.loads(exported.stdout)
        return exported.stdout
