"""Law 3: mail scanners follow every link, some with a browser; none of them changes anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.forms.databases import EmptyDatabase, database_url, empty_database, postgresql
from tests.forms.web.test_preferences import ANA, NEW, asked, centre
from tests.forms.world import World, link, text_of, world

__all__ = ["EmptyDatabase", "database_url", "empty_database", "postgresql"]

MAILED = re.compile(r"https?://[^\s\"<>&]+/(?:confirm|unsubscribe|resource|me|fresh)/[^\s\"<>&]+")
ACTIONS = {"confirm", "unsubscribe", "resource", "me", "fresh"}


@dataclass(frozen=True)
class Mailed:
    """Every link of every mail, and some of which we know that they still have something to do."""

    here: World
    links: tuple[str, ...]
    confirm: str
    reveal: str
    erase: str
    leave: str


@pytest.fixture
def mailed(tmp_path: Path, database_url: str) -> Iterator[Mailed]:
    """A person who asked for all that can be asked for, and another who asked just now."""
    with world(tmp_path, ATRAE_DATABASE_URL=database_url) as here:
        me = centre(here, form="guide", purposes=("guide", "newsletter"))
        leave = link(here.inbox.messages[-1], "unsubscribe")
        reveal = asked(here, me, "reveal")
        erase = asked(here, me, "erase")
        asked(here, me, "move", email=NEW)
        confirm = here.subscribe("bob@example.org")
        here.settled()
        said = "".join(text_of(m) + text_of(m, "html") for m in here.inbox.messages)
        links = tuple(sorted(set(MAILED.findall(said))))
        assert {url.split("/")[3] for url in links} == ACTIONS
        yield Mailed(here, links, confirm, reveal, erase, leave)


def still_good(mailed: Mailed) -> None:
    """What the links were for can be done as before, by the press of a button."""
    post = mailed.here.client.post
    assert post(mailed.confirm, data={"do": "confirm"}).status_code == 303
    assert mailed.here.kinds("bob@example.org")[-1] == "permission.confirmed"
    assert ANA in post(mailed.reveal, data={"do": "yes"}).text
    assert post(mailed.leave, data={"do": "leave"}).status_code == 303
    assert mailed.here.kinds(ANA)[-1] == "permission.withdrawn"
    assert post(mailed.erase, data={"do": "yes"}).status_code == 303
    assert mailed.here.kinds(ANA) == []


def test_twenty_times_every_method_that_reads(mailed: Mailed) -> None:
    before = mailed.here.dump()
    for url in mailed.links:
        for method in ("GET", "HEAD", "OPTIONS"):
            for _ in range(20):
                answer = mailed.here.client.request(method, url)
                assert answer.status_code in (200, 405)
                assert "set-cookie" not in answer.headers
    assert mailed.here.dump() == before
    still_good(mailed)


def followed_by(browser: Browser, mailed: Mailed, times: int) -> None:
    before, mails = mailed.here.dump(), len(mailed.here.inbox.messages)
    page = browser.new_context(accept_downloads=True).new_page()
    for url in mailed.links:
        for _ in range(times):
            if "/resource/" in url:
                # A file is no page: the browser says so when it begins to download it.
                with pytest.raises(Error, match="Download is starting"):
                    page.goto(url)
                continue
            page.goto(url)
            page.mouse.move(100, 100)
            page.evaluate("new Promise(done => setTimeout(done, 20))")
    page.context.close()
    assert mailed.here.dump() == before
    assert len(mailed.here.inbox.messages) == mails
    still_good(mailed)


def test_a_scanner_with_a_whole_browser(browser: Browser, mailed: Mailed) -> None:
    followed_by(browser, mailed, 2)


@pytest.mark.slow
def test_a_scanner_with_a_whole_browser_twenty_times(browser: Browser, mailed: Mailed) -> None:
    followed_by(browser, mailed, 20)
