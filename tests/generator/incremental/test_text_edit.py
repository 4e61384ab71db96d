"""An edit of a text: what it concerns is made again, and nothing else is even loaded.

That the trees are a whole build's is the law's to test.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from generator.build import BuildResult, Options, build as build_with
from tests.conftest import MakeSite
from tests.site import NOW, SmallSite

TEXT = """
-- content/blog/_index.md --
---
title: Blog
---
-- content/blog/one.md --
---
title: One
description: Said apart from the text.
date: 2026-01-01
tags: [a]
---
First, see [the end](two.md#end).
-- content/blog/two.md --
---
title: Two
date: 2026-01-02
---
Second.

## End

## Other
-- content/draft.md --
---
title: Draft
draft: true
---
-- content/broken.md --
---
title: Broken
---
[Nowhere](nowhere.md)
"""
LARGE = ("pydantic", "yaml", "markdown_it", "sqlalchemy", "starlette", "forms.catalogue")
PROGRAM = f"""
import sys
from generator.cli import main
main(sys.argv[1:], standalone_mode=False)
print("loaded", [name for name in {LARGE!r} if name in sys.modules])
"""


@pytest.fixture
def built(site: MakeSite) -> SmallSite:
    """A site that was built."""
    made = site(TEXT)
    build(made)
    return made


def build(site: SmallSite) -> BuildResult:
    return build_with(Options(str(site.root)), now=NOW)


def edit(site: SmallSite, path: str, old: str, new: str) -> None:
    text = (site.root / path).read_text(encoding="utf-8")
    assert old in text
    site.put(path, text.replace(old, new))


def test_a_text_is_published_without_what_it_does_not_need(built: SmallSite) -> None:
    edit(built, "content/blog/one.md", "First", "The first")
    clock = ("--clock", (NOW + timedelta(hours=1)).isoformat())
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "build", "-s", str(built.root), "--explain", *clock],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "blog/one/index.html: the answer to content(content/blog/one.md) changed" in done.stdout
    assert "blog/two" not in done.stdout
    assert "loaded []" in done.stdout
    assert "The first" in built.read("blog/one/index.html")


SMALL: dict[str, tuple[str, str, str]] = {
    "a text": ("content/blog/one.md", "First", "The first"),
    "a text of a list": ("content/blog/_index.md", "title: Blog", "title: Blog\n---\nWelcome."),
    "a title": ("content/blog/one.md", "title: One", "title: Uno"),
    "a description": ("content/blog/two.md", "title: Two", "title: Two\ndescription: More"),
    "a day of change": ("content/blog/two.md", "title: Two", "title: Two\nlastmod: 2026-03-01"),
    "a heading that nobody links to": ("content/blog/one.md", "First", "## New\n\nFirst"),
    "a link that leads nowhere": ("content/blog/two.md", "Second", "[Second](no.md)"),
}
LARGER: dict[str, tuple[str, str, str]] = {
    "a date": ("content/blog/one.md", "2026-01-01", "2026-01-03"),
    "a tag": ("content/blog/one.md", "[a]", "[a, b]"),
    "a slug": ("content/blog/one.md", "title: One", "title: One\nslug: uno"),
    "a title of a section": ("content/blog/_index.md", "Blog", "Notes"),
    "a draft that is published": ("content/draft.md", "true", "false"),
    "a document that is none any more": ("content/blog/one.md", "title: One", "draft: true"),
    "a heading that another links to": ("content/blog/two.md", "## End", "## Fin"),
    "a link into the middle of another": ("content/blog/two.md", "Sec", "[A](../broken.md#a) Sec"),
    "the settings": ("site.yaml", "title: A small site", "title: A smaller site"),
}


@pytest.mark.parametrize(("path", "old", "new"), SMALL.values(), ids=SMALL)
def test_what_leaves_every_document_in_its_place_is_a_small_edit(
    built: SmallSite, path: str, old: str, new: str
) -> None:
    changed = whole_after(built, lambda: edit(built, path, old, new))
    assert changed is False


@pytest.mark.parametrize(("path", "old", "new"), LARGER.values(), ids=LARGER)
def test_anything_more_is_a_whole_build(built: SmallSite, path: str, old: str, new: str) -> None:
    changed = whole_after(built, lambda: edit(built, path, old, new))
    assert changed is True


def whole_after(site: SmallSite, change: Callable[[], None]) -> bool:
    """Whether the build after a change puts everything together, and so keeps a new plan."""
    plan = site.root / ".atrae" / "cache" / "plan"
    before = plan.stat().st_ino, plan.stat().st_mtime_ns
    change()
    assert build(site).changed
    return (plan.stat().st_ino, plan.stat().st_mtime_ns) != before


def test_what_is_wrong_is_said_again_and_what_is_mended_is_not(built: SmallSite) -> None:
    def codes(result: BuildResult) -> list[tuple[str, str]]:
        return [(each.code, each.at.path if each.at else "") for each in result.diagnostics]

    edit(built, "content/blog/one.md", "First", "The [first](no.md)")
    assert codes(build(built)) == [
        ("dead-link", "content/blog/one.md"),
        ("dead-link", "content/broken.md"),
    ]
    edit(built, "content/broken.md", "nowhere.md", "blog/one.md")
    assert codes(build(built)) == [("dead-link", "content/blog/one.md")]
    assert codes(build(built)) == [("dead-link", "content/blog/one.md")]


def test_an_edit_undone_shows_in_every_list_again(built: SmallSite) -> None:
    before = built.files(), built.read("blog/index.html")
    edit(built, "content/blog/one.md", "title: One", "title: Uno")
    build(built)
    assert "Uno" in built.read("blog/index.html")
    edit(built, "content/blog/one.md", "title: Uno", "title: One")
    build(built)
    assert (built.files(), built.read("blog/index.html")) == before


def test_a_build_that_was_refused_in_between_is_no_ground_to_build_on(built: SmallSite) -> None:
    """The documents were read then, and nothing was published."""
    edit(built, "content/blog/one.md", "title: One", "title: Uno")
    built.put("content/blog/three.md", "---\ntitle: [\n---\n")
    with pytest.raises(Exception, match="YAML"):
        build(built)
    (built.root / "content/blog/three.md").unlink()
    build(built)
    assert "Uno" in built.read("blog/index.html")
