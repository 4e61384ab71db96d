"""A change of the theme: every page is made again, and no text is read again for it."""

import shutil
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from generator.build import BuildResult, Options, build as build_with
from generator.errors import SiteError
from generator.plan.full import plan_site
from tests.conftest import MakeSite
from tests.site import NOW, SmallSite

TEXT = """
-- site.yaml --
title: A small site
base_url: https://example.org/
theme: own
controller: {name: Ana, address: "1 Street, Town"}
privacy: one.md
-- content/one.md --
---
title: One
date: 2026-01-01
---
First, and [nowhere](no.md).
-- content/two.md --
# Two

{{< form news >}}
-- content/hidden.md --
---
title: Hidden
draft: true
---
-- content/_purposes/news.yaml --
wording: {en: Send me news.}
-- content/_forms/news.yaml --
purposes: [news]
-- templates/section.html --
{% extends "base.html" %}
"""
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def built(site: MakeSite) -> SmallSite:
    """A site with a theme of its own that was built."""
    made = site(TEXT)
    shutil.copytree("themes/default", made.root / "themes" / "own")
    build(made)
    return made


def build(site: SmallSite, now: datetime = NOW) -> BuildResult:
    return build_with(Options(str(site.root)), now=now)


def add(site: SmallSite, path: str, text: str) -> None:
    file = site.root / path
    site.put(path, (file.read_text(encoding="utf-8") if file.exists() else "") + text)


def whole_after(site: SmallSite, path: str, text: str, now: datetime) -> bool:
    """Whether the build after an addition plans the site again."""
    add(site, path, text)
    with patch("generator.plan.full.plan_site", wraps=plan_site) as planning:
        assert build(site, now).rendered
    return planning.called


def trees(site: SmallSite) -> dict[str, bytes]:
    folders = site.public, site.handler
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(site.root).as_posix(): file.read_bytes() for file in files}


ALONE = {
    "a template": ("themes/own/templates/base.html", "<p>New</p>"),
    "a template of the site": ("templates/section.html", "{# New #}"),
    "a shortcode": ("themes/own/templates/shortcodes/form.html", "<p>New</p>"),
    "a text": ("themes/own/texts/en.yaml", "\nnew: New\n"),
    "a form": ("themes/own/handler/form.html", "<p>New</p>"),
    "a page of the handler": ("themes/own/templates/shell.html", "<p>New</p>"),
    "a text of the handler": ("themes/own/handler/texts/en.yaml", "\nnew: New\n"),
}
MORE = {
    "an asset": ("themes/own/static/style.css", "p {}"),
    "a template that comes": ("templates/wide.html", "New"),
    "what may be refused in texts": (
        "themes/own/templates/base.html",
        "<style>.all {position: fixed; inset: 0}</style>",
    ),
    "the settings": ("site.yaml", "page_size: 3\n"),
}


def test_what_decides_how_pages_look_alone_is_no_whole_build(built: SmallSite) -> None:
    for said, (path, text) in ALONE.items():
        assert not whole_after(built, path, text, LATER), said
    after = trees(built)
    for folder in ("public", "handler", ".atrae"):
        shutil.rmtree(built.root / folder)
    build(built, LATER)
    assert trees(built) == after


def test_anything_more_is_a_whole_build(built: SmallSite) -> None:
    now = LATER
    for said, (path, text) in MORE.items():
        now += timedelta(hours=1)
        assert whole_after(built, path, text, now), said


def test_a_text_that_changed_with_the_theme_is_read(built: SmallSite) -> None:
    add(built, "templates/section.html", "<p>New</p>")
    assert whole_after(built, "content/one.md", "And more.", LATER)
    assert "And more." in built.read("one/index.html")


def test_nothing_is_done_after_it_and_a_text_is_a_small_edit(built: SmallSite) -> None:
    add(built, "themes/own/templates/base.html", "<p>New</p>")
    assert build(built, LATER).changed
    unchanged = build(built, LATER)
    assert (unchanged.changed, unchanged.rendered) == (0, {})
    add(built, "content/one.md", "And more.")
    assert "one/index.html" in build(built, LATER).rendered
    assert "<p>New</p>" in built.read("one/index.html")


def test_what_is_wrong_in_texts_is_said_again_and_in_templates_anew(built: SmallSite) -> None:
    box = '<input type="checkbox" name="purpose" checked>'
    page = "themes/own/templates/base.html"
    before = (built.root / page).read_text(encoding="utf-8"), trees(built)
    add(built, page, box)
    with pytest.raises(SiteError) as refused:
        build(built, LATER)
    assert f"{page}:" in str(refused.value)
    assert trees(built) == before[1]
    built.put(page, before[0] + "<p>New</p>")
    assert [each.code for each in build(built, LATER).diagnostics] == ["dead-link"]
