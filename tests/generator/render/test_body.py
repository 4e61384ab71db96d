"""The holes of a body, closed."""

import pytest

from generator.model.document import Heading
from generator.render.body import table_of_contents
from generator.render.values import TocEntry

from ...conftest import MakeSite

OTHERS = """
-- site.yaml --
title: T
base_url: https://example.org/sub/
-- content/b/index.md --
# B
-- content/b/pic.svg --
<svg/>
-- themes/tiny/templates/shortcodes/pic.html --
<img src="{{ link(arguments[0]) }}" alt="">
"""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](b/index.md?a=1&b=2#c)", '<p><a href="/sub/b/?a=1&amp;b=2#c">x</a></p>\n'),
        ("[x](b/pic.svg)", '<p><a href="/sub/b/pic.svg">x</a></p>\n'),
        ("[x](#a)", '<p><a href="#a">x</a></p>\n'),
        ("[x](ñ%20b)", '<p><a href="/sub/a/%C3%B1%20b">x</a></p>\n'),
        ("[x](https://x.org/?a&b)", '<p><a href="https://x.org/?a&amp;b">x</a></p>\n'),
        ("<img alt='a>b' src=b/pic.svg >", "<img alt='a>b' src=\"/sub/b/pic.svg\" >\n"),
        ('{{< pic "b/pic.svg" >}}', '<img src="/sub/b/pic.svg" alt="">'),
        ('{{< pic "https://x.org/a.png" >}}', '<img src="https://x.org/a.png" alt="">'),
        ("## A <b>x", '<h2 id="a-x">A <b>x</h2>\n'),
        ("<h2 class=x>A</h2>", '<h2 class=x id="a">A</h2>\n'),
        ("<h2\nid=x>A</h2>", "<h2\nid=x>A</h2>\n"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
    ],
)
def test_holes_are_closed(tiny: MakeSite, text: str, html: str) -> None:
    made = tiny(f"{OTHERS}-- content/a.md --\n---\ntitle: A\n---\n{text}\n")
    made.build()
    assert made.read("a/index.html") == f"<title>A</title>{html}"


def test_code_is_coloured_and_keeps_its_lines(tiny: MakeSite) -> None:
    text = "```python\n\n  x = '<'\n\n```\n```nothing\n<b>\n```\n"
    made = tiny(f"-- content/a.md --\n---\ntitle: A\n---\n{text}")
    made.build()
    html = made.read("a/index.html")
    assert '<code class="language-python">\n  <span class="n">x</span>' in html
    assert "&lt;'</span>\n\n</code>" in html.replace("&#39;", "'")
    assert '<code class="language-nothing">&lt;b&gt;\n</code>' in html


def test_a_table_of_contents_is_a_tree() -> None:
    headings = [
        Heading(raw="", level=level, anchor=title, title=title)
        for level, title in [(3, "a"), (2, "b"), (4, "c"), (3, "d"), (2, "e")]
    ]

    def shape(entries: tuple[TocEntry, ...]) -> list[object]:
        return [(entry.title, shape(entry.children)) for entry in entries]

    assert shape(table_of_contents(headings)) == [
        ("a", []),
        ("b", [("c", []), ("d", [])]),
        ("e", []),
    ]
