"""A server that begins where the last one ended shows what a new one shows."""

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from generator.build import Options, build
from generator.config.config import CACHE
from generator.serve.live import Live, Served
from tests.conftest import MakeSite
from tests.site import NOW, SmallSite

TEXT = """
-- content/one.md --
---
title: One
date: 2026-01-01
tags: [x]
---
First. [Two](two.md#part)
-- content/two.md --
---
title: Two
date: 2026-01-02
---
## Part
-- content/later.md --
---
title: Later
date: 2026-12-01
draft: true
---
Not yet.
"""
ONE = TEXT.partition("-- content/one.md --\n")[2].partition("-- content")[0]
SHOWN = TEXT.replace("draft: true", "").replace("2026-12", "2026-10")


def serve(site: SmallSite, port: int = 1) -> Live:
    address = f"http://127.0.0.1:{port}/"
    return Live(site.root, address=address, forms_url="", clock=lambda: NOW)


class PlannedError(Exception):
    """The whole site is planned."""


def known(site: SmallSite, port: int = 1) -> bool:
    """Tell whether a server starts from a stored plan."""
    with patch("generator.plan.full.plan_site", side_effect=PlannedError):
        try:
            serve(site, port)
        except PlannedError:
            return False
    return True


def shown(live: Live) -> dict[str, bytes]:
    """Every path -> what is answered."""
    found = {}
    for path in live.state.outputs:
        answer = live.answer(f"/{path}")
        assert isinstance(answer, Served)
        content = answer.content
        found[path] = content.read_bytes() if isinstance(content, Path) else content
    return found


def anew(site: SmallSite, port: int = 1) -> Live:
    shutil.rmtree(site.root / CACHE)
    return serve(site, port)


EDITS: dict[str, tuple[Callable[[SmallSite], object], bool]] = {
    "nothing": (lambda _: None, True),
    "a text": (lambda site: site.put("content/one.md", ONE.replace("First", "Last")), True),
    "a title": (lambda site: site.put("content/one.md", ONE.replace("One", "Won")), True),
    "a date": (lambda site: site.put("content/one.md", ONE.replace("01-01", "01-03")), False),
    "a new document": (lambda site: site.put("content/new.md", "# New"), False),
    "one that goes": (lambda site: (site.root / "content/later.md").unlink(), False),
    "a template": (lambda site: site.put("templates/404.html", "gone"), False),
    "the settings": (lambda site: site.put("site.yaml", "title: X\nbase_url: http://x/"), False),
    "what was kept": (lambda site: spoil(site, "plan"), False),
    "a document that was kept": (lambda site: spoil(site, "documents"), False),
    "a build meanwhile": (lambda site: edited_and_built(site), False),
}


def spoil(site: SmallSite, name: str) -> None:
    for file in (site.root / CACHE / "cache").rglob(name):
        file.write_bytes(b"\0")


def edited_and_built(site: SmallSite) -> None:
    """Then documents are kept that a plan of before knows nothing of."""
    site.put("content/one.md", ONE.replace("title: One", "title: Aaa"))
    build(Options(str(site.root)), now=NOW)


@pytest.mark.parametrize("edit", EDITS)
def test_after_whatever_was_edited_it_shows_what_a_new_server_shows(
    site: MakeSite, edit: str
) -> None:
    made, (change, enough) = site(TEXT), EDITS[edit]
    serve(made)
    change(made)
    assert known(made) == enough
    after, new = serve(made), anew(made)
    assert shown(after) == shown(new)
    assert after.state.diagnostics == new.state.diagnostics


def test_it_begins_where_a_build_ended_that_hid_nothing(site: MakeSite) -> None:
    made = site(SHOWN)
    build(Options(str(made.root)), now=NOW)
    made.put("content/two.md", "---\ntitle: Two\ndate: 2026-01-02\n---\n## Part\nMore.")
    assert known(made)
    assert shown(serve(made)) == shown(anew(made))


def test_a_build_that_hid_a_draft_is_not_enough(site: MakeSite) -> None:
    made = site(TEXT)
    build(Options(str(made.root)), now=NOW)
    assert not known(made)
    assert "later/index.html" in shown(serve(made))


def test_it_may_be_served_from_another_port(site: MakeSite) -> None:
    made = site(TEXT)
    serve(made, 1)
    assert known(made, 2)
    moved = shown(serve(made, 2))
    assert b"http://127.0.0.1:2/" in moved["feed.xml"]
    assert moved == shown(anew(made, 2))


def test_what_is_saved_afterwards_shows(site: MakeSite) -> None:
    made = site(TEXT)
    serve(made)
    live = serve(made)
    file = made.root / "content/one.md"
    for text in ("First. [Two](two.md#part) Again.", "First."):
        file.write_text(ONE.replace("First. [Two](two.md#part)", text))
        live.refresh([file])
        assert text.rpartition(" ")[2].encode() in shown(live)["one/index.html"]
    made.put("content/new.md", "# New")
    live.refresh([made.root / "content/new.md"])
    assert shown(live) == shown(anew(made))


def test_a_site_with_errors_is_read_again(site: MakeSite) -> None:
    made = site(TEXT)
    serve(made)
    made.put("content/one.md", "---\ntitle: [\n---\n")
    assert not known(made)
    assert serve(made).state.errors
    assert not known(made)
