"""What is rendered again after an edit, and why."""

from generator.incremental import trace
from tests.conftest import MakeSite
from tests.site import SmallSite

TEXT = """
-- content/blog/one.md --
---
title: One
date: 2026-01-01
tags: [a]
---
First.

More of it.
-- content/blog/two.md --
---
title: Two
date: 2026-01-02
tags: [b]
---
Second, after [one](one.md).
-- content/about.md --
# About
"""

FEEDS = {"feed.xml", "blog/feed.xml"}


def edit(site: SmallSite, old: str, new: str, path: str = "content/blog/one.md") -> dict[str, str]:
    """Replace a text in a file; what the next build renders -> why."""
    file = site.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return dict(site.build().rendered)


def test_nothing_is_rendered_when_nothing_changed(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    assert set(site.build().rendered.values()) == {"nothing is known of an earlier build"}
    assert dict(site.build().rendered) == {}


def test_a_body_edit_renders_the_page_and_the_feeds_only(site: MakeSite) -> None:
    made = site(TEXT)
    made.build()
    rendered = edit(made, "More of it.", "More of that.")
    assert rendered.keys() == {"blog/one/index.html", *FEEDS}
    assert set(rendered.values()) == {"the answer to content(content/blog/one.md) changed"} | {
        "the answer to content(content/blog/one.md, absolute=True) changed"
    }


def test_a_title_edit_renders_the_lists_that_show_it_too(site: MakeSite) -> None:
    made = site(TEXT)
    made.build()
    rendered = edit(made, "title: One", "title: Uno")
    assert rendered.keys() == {
        "blog/one/index.html",
        "index.html",
        "blog/index.html",
        "tags/a/index.html",
        *FEEDS,
    }
    assert rendered["tags/a/index.html"] == "the answer to card(content/blog/one.md) changed"


def test_a_moved_document_renders_who_links_to_it(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    site.build()
    rendered = edit(site, "title: One", "title: One\nslug: uno")
    assert rendered["blog/uno/index.html"] == "new"
    assert "content(content/blog/two.md)" in rendered["blog/two/index.html"]
    assert 'href="/blog/uno/"' in site.read("blog/two/index.html")
    assert "blog/one/index.html" not in site.files()


def test_a_page_of_no_concern_is_left_alone(site: MakeSite) -> None:
    made = site(TEXT)
    made.build()
    file = made.public / "about" / "index.html"
    before = file.stat()
    edit(made, "title: One", "title: Uno")
    after = file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_theme_concerns_every_page_and_no_answer(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    every = site.build().rendered.keys()
    rendered = edit(
        site, "{{ page.title }}", "{{ page.title }}!", "themes/tiny/templates/page.html"
    )
    assert rendered.keys() == every
    assert set(rendered.values()) == {"the theme changed"}


def test_a_text_that_came_with_a_theme_is_known_afterwards(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    site.build()
    template = site.root / "themes" / "tiny" / "templates" / "page.html"
    template.write_text(f"{template.read_text(encoding='utf-8')}!", encoding="utf-8")
    assert set(edit(site, "More of it.", "More of that.").values()) == {"the theme changed"}
    assert dict(site.build().rendered) == {}
    assert "blog/one/index.html" in edit(site, "More of that.", "More of it.")


def test_the_settings_concern_every_page(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    every = site.build().rendered.keys()
    rendered = edit(site, "title: ", "title: Another ", "site.yaml")
    assert rendered.keys() == every
    assert set(rendered.values()) == {"the program or the settings changed"}


def test_a_published_file_that_was_altered_is_made_again(tiny: MakeSite) -> None:
    site = tiny(TEXT)
    site.build()
    (site.public / "about" / "index.html").write_text("altered")
    assert dict(site.build().rendered) == {"about/index.html": "the file is not as it was written"}
    assert "About" in site.read("about/index.html")


def test_dependencies_that_no_output_has_any_more_are_dropped(tiny: MakeSite) -> None:
    site = tiny("-- content/a-0.md --\n# A\n")
    site.build()
    first = trace.load(site.root / ".atrae" / "cache")
    for number in range(8):
        (site.root / f"content/a-{number}.md").rename(site.root / f"content/a-{number + 1}.md")
        site.build()
    last = trace.load(site.root / ".atrae" / "cache")
    assert first is not None
    assert last is not None
    assert len(list(last.dependencies())) <= 2 * len(list(first.dependencies()))
