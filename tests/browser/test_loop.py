"""The whole loop as a visitor lives it: subscribe, confirm, download, leave."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.serving import Served

ADDRESS = "ana@example.org"
GUIDE = "Email me “The first guide” (PDF) once, and nothing else."
NEWSLETTER = "Send me the newsletter, about once a month. I can unsubscribe at any time."


def ask(page: Page, served: Served, *wordings: str) -> None:
    """Fill in the guide's form, ticking the boxes with these texts."""
    page.goto(f"{served.url}/guides/first-guide/")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    page.get_by_label("Email address").fill(ADDRESS)
    for wording in wordings:
        page.get_by_label(wording).check()
    page.get_by_role("button", name="Send me the guide").click()
    expect(page).to_have_url(f"{served.url}/forms/check-your-inbox/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def open_mail(page: Page, served: Served, subject: str) -> None:
    """Open the newest mail whose subject matches; it may be on its way for a moment."""
    link = page.get_by_role("link", name=re.compile(subject, re.I)).first
    for _ in range(100):
        page.goto(f"{served.url}/_inbox/")
        if link.count():
            break
        page.wait_for_timeout(50)
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(subject, re.I))


def follow(page: Page, path: str) -> None:
    """Follow the mail's link to the path."""
    page.locator(f"pre.mail a[href*='{path}']").first.click()


def confirm(page: Page, served: Served) -> None:
    open_mail(page, served, "confirm")
    follow(page, "/confirm/")
    assert page.url.startswith(f"{served.forms_url}/confirm/")
    page.get_by_role("button", name="Yes, confirm").click()


def download(page: Page, served: Served, tmp_path: Path) -> bytes:
    """Press the download link of the page, and read what arrives."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile("download", re.I)).first.click()
    target = tmp_path / "guide.pdf"
    coming.value.save_as(target)
    return target.read_bytes()


def record(served: Served) -> str:
    """What `atrae forms export` prints, after `verify` held."""
    verified = served.atrae("forms", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    exported = served.atrae("forms", "export", ADDRESS)
    assert exported.returncode == 0, exported.stderr
    assert json.loads(exported.stdout)
    return exported.stdout


def test_a_visitor_subscribes_confirms_downloads_and_leaves(
    served: Served, page: Page, tmp_path: Path
) -> None:
    ask(page, served, GUIDE, NEWSLETTER)
    confirm(page, served)
    guide = download(page, served, tmp_path)
    assert guide == next(served.folder.rglob("_gated/*.pdf")).read_bytes()

    open_mail(page, served, "receipt")
    expect(page.locator("pre.mail")).to_contain_text(NEWSLETTER)
    follow(page, "/unsubscribe/")
    page.get_by_role("button", name=re.compile("unsubscribe|leave", re.I)).click()
    expect(page).to_have_url(f"{served.url}/forms/unsubscribed/")

    printed = json.loads(record(served))
    text = json.dumps(printed, ensure_ascii=False)
    assert GUIDE in text
    assert NEWSLETTER in text
    assert "withdrawn" in text


def test_without_the_newsletter_the_guide_arrives_and_nothing_is_permitted_beyond_it(
    served: Served, page: Page, tmp_path: Path
) -> None:
    ask(page, served, GUIDE)
    confirm(page, served)
    assert download(page, served, tmp_path)[:5] == b"%PDF-"

    text = record(served)
    assert GUIDE in text
    assert NEWSLETTER not in text


def test_a_mistake_in_the_form_is_said_beside_the_field(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/guides/first-guide/")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_role("button", name="Send me the guide").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value("ana@example.org")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
