"""The whole loop as a visitor lives it: subscribe, confirm, download, leave."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from .visitor import FORM, GUIDE, NEWSLETTER, SEND, Visitor


def download(visitor: Visitor, tmp_path: Path) -> bytes:
    """Press the download link of the page, and read what arrives."""
    with visitor.page.expect_download() as coming:
        visitor.page.get_by_role("link", name=re.compile("download", re.I)).first.click()
    target = tmp_path / "guide.pdf"
    coming.value.save_as(target)
    return target.read_bytes()


def test_a_visitor_subscribes_confirms_downloads_and_leaves(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.ask(GUIDE, NEWSLETTER)
    visitor.confirm()
    guide = download(visitor, tmp_path)
    assert guide == next(visitor.served.folder.rglob("_gated/*.pdf")).read_bytes()

    visitor.open_email("receipt")
    expect(visitor.page.locator("pre.mail")).to_contain_text(NEWSLETTER)
    visitor.link("/unsubscribe/").click()
    visitor.button("unsubscribe|leave")
    expect(visitor.page).to_have_url(f"{visitor.served.url}/forms/unsubscribed/")

    text = json.dumps(json.loads(visitor.record()), ensure_ascii=False)
    assert GUIDE in text
    assert NEWSLETTER in text
    assert "withdrawn" in text


def test_without_the_newsletter_the_guide_arrives_and_nothing_is_permitted_beyond_it(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.ask(GUIDE)
    visitor.confirm()
    assert download(visitor, tmp_path)[:5] == b"%PDF-"

    text = visitor.record()
    assert GUIDE in text
    assert NEWSLETTER not in text


def test_a_mistake_in_the_form_is_said_beside_the_field(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{visitor.served.url}{FORM}")
    page.get_by_label("Email address").fill(visitor.address)
    visitor.button(SEND)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(visitor.address)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
