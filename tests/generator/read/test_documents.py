"""Sources -> documents."""

from datetime import UTC, datetime

import pytest

from generator.model.document import Document

from ...conftest import MakeSite
from ...site import SmallSite


def document(made: SmallSite, path: str = "content/blog/2026-05-01-hello-world.md") -> Document:
    plan = made.plan(drafts=True, future=True)
    assert plan.diagnostics == ()
    return plan.site.by_source[path]


def test_front_matter_may_be_missing(tiny: MakeSite) -> None:
    read = document(tiny("-- content/blog/2026-05-01-hello-world.md --\nJust words.\n"))
    assert (read.title, read.url, read.summary) == (
        "Hello world",
        "/blog/hello-world/",
        "Just words.",
    )
    assert read.date == datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# C#\n\nx", "C#", "<p>x</p>\n"),
        ("# One ##\nx", "One", "<p>x</p>\n"),
        ("\n\n# *One* & `two`\n\nx", "One & two", "<p>x</p>\n"),
        ("One\ntwo\n===\nx", "One two", "<p>x</p>\n"),
        ("# {{< say x >}}\n\nx", "{{< say x >}}", "<p>x</p>\n"),
        ("## Two\n\nx", "Two", '<h2 id="two">Two</h2>\n<p>x</p>\n'),
        ("x\n\n# One", "One", '<p>x</p>\n<h1 id="one">One</h1>\n'),
        ("> # One\n\nx", "One", '<blockquote>\n<h1 id="one">One</h1>\n</blockquote>\n<p>x</p>\n'),
        ("```\n===\n```\n", "A", "<pre><code>===\n</code></pre>\n"),
        ("", "A", ""),
    ],
)
def test_without_a_title_the_first_heading_is_it(
    tiny: MakeSite, text: str, title: str, body: str
) -> None:
    made = tiny(f"-- content/a.md --\n{text}\n")
    assert document(made, "content/a.md").title == title
    made.build()
    assert made.read("a/index.html").partition("</title>")[2].rstrip("\n") == body.rstrip("\n")


def test_with_a_title_the_heading_stays(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ntitle: T\n---\n# One\n")
    made.build()
    assert made.read("a/index.html") == '<title>T</title><h1 id="one">One</h1>\n'


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(tiny: MakeSite) -> None:
    made = tiny("-- content/b.md --\n# B\n")
    made.put(
        "content/a.md",
        b"\xef\xbb\xbf---\r\ntitle: A\r\ntags: x\r\n---\r\n\r\nOne\r\n\r\n[b](c.md)\r",
    )
    (found,) = made.diagnostics()
    assert str(found).startswith("content/a.md:8: warning: 'c.md' leads nowhere")
    read = made.plan().site.by_source["content/a.md"]
    assert (read.title, read.terms["tags"], read.summary) == ("A", ("x",), "One")


def test_what_is_not_utf_8_is_an_error_on_its_line(tiny: MakeSite) -> None:
    made = tiny("")
    made.put("content/a.md", b"---\ntitle: A\n---\n\xe9t\xe9\n")
    assert made.said() == [
        "content/a.md:4: error: the file is not UTF-8 (save the file as UTF-8) [encoding]"
    ]


def test_faults_of_front_matter_and_of_the_text_are_said_together(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ndraft: maybe\n---\n{{< nothing >}}\n\n{{< /box >}}\n")
    assert made.codes() == ["bad-value", "unknown-shortcode", "shortcode-unopened"]


@pytest.mark.parametrize(
    ("front", "url"),
    [
        ("", "/blog/hello-world/"),
        ("slug: other", "/blog/other/"),
        ("permalink: /x/y", "/x/y/"),
        ("permalink: /x/y.html", "/x/y.html"),
        ("permalink: /caf%C3%A9/", "/café/"),
    ],
)
def test_where_it_stands(tiny: MakeSite, front: str, url: str) -> None:
    made = tiny(f"-- content/blog/2026-05-01-hello-world.md --\n---\n{front}\n---\nx\n")
    assert document(made).url == url


def test_a_pattern_counts_for_a_section_and_those_below(tiny: MakeSite) -> None:
    made = tiny("""
-- site.yaml --
title: T
permalinks: {blog: /:year/:slug/, blog/notes: /n/:filename/}
-- content/blog/2026-05-01-hello-world.md --
x
-- content/blog/old/2026-05-01-one.md --
x
-- content/blog/notes/2026-05-01-Two.md --
x
-- content/other/2026-05-01-three.md --
x
""")
    urls = {document.url for document in made.plan().site.documents}
    assert urls == {"/2026/hello-world/", "/2026/one/", "/n/Two/", "/other/three/"}


def test_a_pattern_without_the_date_it_asks_for_is_an_error(tiny: MakeSite) -> None:
    made = tiny(
        "-- site.yaml --\ntitle: T\npermalinks: {blog: /:year/:slug/}\n-- content/blog/a.md --\nx\n"
    )
    assert made.said() == [
        "content/blog/a.md:1: error: the permalink pattern /:year/:slug/ needs a date"
        " (give the document a `date` or a `permalink`) [permalink]"
    ]


def test_a_section_stays_a_folder_wherever_it_is_put(tiny: MakeSite) -> None:
    made = tiny("""
-- content/blog/_index.md --
---
permalink: /news.html
---
-- content/blog/2026-01-01-a.md --
x
""")
    made.build()
    assert {"news.html/index.html", "news.html/feed.xml"} <= made.files()


def test_a_language_is_told_by_the_suffix(tiny: MakeSite) -> None:
    made = tiny("""
-- site.yaml --
title: T
languages: {en: , es: , pt-BR: }
-- content/a.md --
x
-- content/a.es.md --
x
-- content/b/index.pt-BR.md --
x
-- content/c.v2.md --
x
-- content/d.fr.md --
x
""")
    found = {d.source.path: (d.language, d.url) for d in made.plan().site.documents}
    assert found == {
        "content/a.md": ("en", "/a/"),
        "content/a.es.md": ("es", "/es/a/"),
        "content/b/index.pt-BR.md": ("pt-BR", "/pt-BR/b/"),
        "content/c.v2.md": ("en", "/c.v2/"),
        "content/d.fr.md": ("en", "/d.fr/"),
    }


def test_lists_of_links_know_their_lines_behind_front_matter(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ntitle: A\n---\n\n- [x](x.md)\n- [y](y.md)\n")
    assert [str(found.at) for found in made.diagnostics()] == ["content/a.md:5", "content/a.md:6"]
