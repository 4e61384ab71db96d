"""Writing: a save shows at once, a mistake is said in the page, and the next save mends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Served, new_site, serving

HELLO = "content/blog/hello.md"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(new_site(tmp_path / "site")) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """With JavaScript: live reload needs it, the site does not."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_save_shows_without_a_reload_by_hand(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/blog/hello/")
    article = served.folder / HELLO
    article.write_text(article.read_text("utf-8") + "\nSaid later.\n", "utf-8")
    expect(page.get_by_text("Said later.")).to_be_visible()


def test_a_mistake_is_shown_with_its_place_and_the_next_save_mends_it(
    served: Served, page: Page
) -> None:
    page.goto(f"{served.url}/blog/hello/")
    article = served.folder / HELLO
    right = article.read_text("utf-8")
    article.write_text(right.replace("---\n", "---\ntitle: One: two\n", 1), "utf-8")
    expect(page.get_by_role("heading", level=1)).to_contain_text("error")
    expect(page.get_by_text(f"{HELLO}:2", exact=False).first).to_be_visible()
    article.write_text(right, "utf-8")
    expect(page.get_by_role("article")).to_be_visible()


def test_a_wrong_template_and_wrong_settings_are_mended_the_same_way(
    served: Served, page: Page
) -> None:
    page.goto(f"{served.url}/")
    own = served.folder / "templates" / "home.html"
    own.parent.mkdir()
    own.write_text("<body>\n{{ page.titel }}</body>", "utf-8")
    expect(page.get_by_text("templates/home.html:2")).to_be_visible()
    own.write_text("<body>My own home</body>", "utf-8")
    expect(page.get_by_text("My own home")).to_be_visible()

    settings = served.folder / "site.yaml"
    right = settings.read_text("utf-8")
    settings.write_text(f"{right}\npage_sise: 3\n", "utf-8")
    expect(page.get_by_text("did you mean 'page_size'?", exact=False)).to_be_visible()
    settings.write_text(right, "utf-8")
    expect(page.get_by_text("My own home")).to_be_visible()


def test_a_new_page_and_a_deleted_one_are_seen(served: Served, page: Page) -> None:
    new = served.folder / "content" / "soon.md"
    assert page.goto(f"{served.url}/soon/").status == 404  # type: ignore[union-attr]
    new.write_text("# Soon", "utf-8")
    expect(page.get_by_role("heading", level=1)).to_have_text("Soon")
    new.unlink()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Soon")
