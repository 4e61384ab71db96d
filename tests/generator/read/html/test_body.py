"""A body is HTML with holes, and the joined pieces are the HTML that came in."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from generator.model.document import Body, Call, Code, Heading, Image, Link, Verbatim, raw, walk
from generator.read.front_matter.split import split
from generator.read.html.body import split_at_holes
from generator.read.html.shortcodes import mark_shortcodes
from generator.read.markdown import to_html

from ....commonmark import Examples, each_source
from ....shared import articles, needs_corpus

PIECES = st.one_of(
    st.sampled_from(
        [
            "# ",
            "## a\n",
            "\n\n",
            "\n",
            "text",
            "`",
            "```\n",
            "```py\n",
            "    ",
            "> ",
            "- ",
            "[x](a.md)",
        ]
    ),
    st.sampled_from(
        ["![i](i.png)", "<a href=x>", '<a href="b>.md">', "</a>", "<img src='a.png' alt=1>", "<h2>"]
    ),
    st.sampled_from(
        ["</h2>", '<H3 ID="a">', '<pre><code class="language-x">', "</code></pre>", "<code>", "<p>"]
    ),
    st.sampled_from(
        ["</p>", "<!--", "-->", "<!-- more -->", "<script>", "</script>", "<textarea>", "[^1]"]
    ),
    st.sampled_from(
        [
            "\n\n[^1]: note\n",
            "{{< say hi >}}",
            "{{< box >}}",
            "{{< /box >}}",
            "{{<",
            ">}}",
            "<",
            ">",
        ]
    ),
    st.sampled_from(
        [
            '"',
            "&lt;",
            "é",
            "<br/>",
            '<video src="v.mp4" poster=p.png>',
            "#",
            "|a|b|\n|-|-|\n|1|2|\n",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def holds(text: str) -> Body:
    """The body of a text, which keeps the law."""
    marked = mark_shortcodes(text)
    html = to_html(marked.text)
    body, _ = split_at_holes(html, marked, path="content/a.md", text=text)
    assert raw(body.load_pieces()) == html
    return body


@given(TEXTS)
def test_the_joined_pieces_are_what_came_in(text: str) -> None:
    holds(text)


@given(TEXTS)
def test_no_mark_is_ever_published(text: str) -> None:
    marked = mark_shortcodes(text)
    body, _ = split_at_holes(to_html(marked.text), marked, path="", text=text)
    shown = "".join(_shown(body))
    assert not any(mark in shown for mark in marked.tags)


def _shown(body: Body) -> Iterator[str]:
    """All that a page shows of a body, but what shortcodes say."""
    for piece in walk(body.load_pieces()):
        match piece:
            case Verbatim(html=html):
                yield html
            case Code(text=text, language=language):
                yield text + language
            case Heading(raw=tag, title=title, anchor=anchor):
                yield tag + title + anchor
            case Link(target=target):
                yield target
            case Image(raw=tag):
                yield tag
            case str():
                yield piece
    yield body.summary


@given(TEXTS)
def test_every_heading_has_an_anchor_of_its_own(text: str) -> None:
    given_by_us = [h.anchor for h in holds(text).headings if not h.has_own_anchor]
    named = [h.anchor for h in holds(text).headings if h.has_own_anchor]
    assert len(set(given_by_us)) == len(given_by_us)
    assert not set(given_by_us) & set(named)


@each_source
def test_the_examples_of_commonmark_keep_the_law(examples: Examples) -> None:
    for example in examples():
        holds(example.markdown)


@needs_corpus
def test_the_articles_keep_the_law() -> None:
    for file in articles():
        parts, _ = split(file.read_text(encoding="utf-8"), path="")
        assert parts is not None
        holds(parts.body)


def links(text: str) -> list[tuple[str, int]]:
    return [(p.target, p.line) for p in walk(holds(text).load_pieces()) if isinstance(p, Link)]


def test_internal_links_are_holes_whoever_wrote_them() -> None:
    text = """[a](a.md "t") [b][b] <a href=c.md>c</a> <A HREF='d&amp;.md'>d</A>

[b]: /b/?x=1#y
"""
    assert [target for target, _ in links(text)] == ["a.md", "/b/?x=1#y", "c.md", "d&.md"]


def test_html_is_held_once() -> None:
    found = holds("[a](a.md) ![b](b.png)\n\n{{< box >}}\n\nx\n\n{{< /box >}}\n")
    assert [type(hole) for hole in found.holes] == [Link, Image, Call]
    assert {hole.raw for hole in found.holes} == {""}
    assert all(piece.raw for piece in found.load_pieces() if not isinstance(piece, str))


@pytest.mark.parametrize(
    "target", ["https://x.org/", "//x.org/a", "mailto:a@x.org", "tel:1", "data:,x", "http://[bad"]
)
def test_links_elsewhere_are_none(target: str) -> None:
    assert links(f'<a href="{target}">x</a>') == []


def test_what_plays_and_shows_is_linked_too() -> None:
    text = '<video src="v.mp4" poster="p.png"></video><iframe src="f.html"></iframe>'
    assert [target for target, _ in links(text)] == ["v.mp4", "p.png", "f.html"]


def test_links_in_comments_and_scripts_are_none() -> None:
    assert links("<!-- [a](a.md) <a href='a.md'> -->\n\n<script>'<a href=\"b\">'</script>") == []


def test_each_link_knows_its_line() -> None:
    text = "[a](a.md)\n\nx [a](a.md)\n[é](b%20c.md) [ü](<d e.md>)\n\n[r]\n\n[r]: f.md\n"
    assert links(text) == [
        ("a.md", 1),
        ("a.md", 3),
        ("b%20c.md", 4),
        ("d%20e.md", 4),
        ("f.md", 8),
    ]


def test_an_image_keeps_its_other_attributes() -> None:
    (image,) = [p for p in walk(holds('<img width=5 src=a.png alt="">').load_pieces())
                if isinstance(p, Image)]  # fmt: skip
    start, end = image.span
    assert (image.target, image.alt, image.raw[start:end]) == ("a.png", "", "a.png")
    assert image.raw == '<img width=5 src=a.png alt="">'


def test_no_alt_text_is_not_an_empty_one() -> None:
    (image,) = [p for p in walk(holds("<img src=a.png>").load_pieces()) if isinstance(p, Image)]
    assert image.alt is None


def test_code_is_what_stood_between_the_fences() -> None:
    text = '```html title="x"\n<a href="b.md">&amp;</a>\n```\n'
    (code,) = [p for p in walk(holds(text).load_pieces()) if isinstance(p, Code)]
    assert (code.language, code.text) == ("html", '<a href="b.md">&amp;</a>\n')


def test_headings_are_a_table_of_contents() -> None:
    text = "# *One* `two`\n\n## C++ & C#\n\n## One two\n\n<H2>Last</H2>\n\n## ¿Qué tal?\n\n## 🎉\n"
    found = [(h.level, h.anchor, h.title) for h in holds(text).headings]
    assert found == [
        (1, "one-two", "One two"),
        (2, "c--c", "C++ & C#"),
        (2, "one-two-1", "One two"),
        (2, "last", "Last"),
        (2, "qué-tal", "¿Qué tal?"),
        (2, "section", "🎉"),
    ]


def test_an_anchor_that_an_author_gave_is_kept_wherever_it_stands() -> None:
    body = holds(
        '## Part\n\n## Part\n\n<h2 class="x" id="part">Mine</h2>\n\n<a name="part-1"></a>\n'
    )
    assert [(h.anchor, h.has_own_anchor) for h in body.headings] == [
        ("part-2", False),
        ("part-3", False),
        ("part", True),
    ]
    assert body.anchors == {"part", "part-1", "part-2", "part-3"}


def test_a_footnote_in_a_heading_is_no_part_of_its_title() -> None:
    body = holds("## Why[^1]\n\n[^1]: Because.\n")
    assert [(h.anchor, h.title) for h in body.headings] == [("why", "Why")]
    assert {"fn1", "fnref1"} <= body.anchors


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("# A\n\nOne *two*[^1].\n\nThree.\n\n[^1]: No.\n", "One two."),
        ("One.\n\nTwo.\n\n<!-- more -->\n\nThree.\n", "One. Two."),
        ("![an image](a.png)\n\nWords.\n", "Words."),
        ("{{< box >}}\n\nWords.\n\n{{< /box >}}\n", "Words."),
        ("- only\n- a list\n", ""),
        ("", ""),
        ("<p>Raw <p>HTML</p>", "Raw"),
    ],
)
def test_a_summary_is_the_first_paragraph_or_what_stands_before_more(
    text: str, summary: str
) -> None:
    assert holds(text).summary == summary


def test_words_are_counted() -> None:
    assert holds("One two\n\n- three\n- [four five](a.md)\n").words == 5


def test_calls_hold_what_stands_between_them() -> None:
    body = holds("{{< box a >}}\n\none {{< say x >}}\n\n{{< /box >}}\n\n{{< box b >}}\n")
    calls = [(p.name, p.arguments, p.inner is not None) for p in walk(body.load_pieces())
             if isinstance(p, Call)]  # fmt: skip
    assert calls == [("box", ("a",), True), ("say", ("x",), False), ("box", ("b",), False)]


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<p>", "<h1>", '"', "<!", "<!--", '<pre><code class="language-x">', "<code>", "<b x='",
     '<sup class="footnote-ref">', "{{< a >}}", "{{< /a >}}", "{{< a >}}{{< /b >}}", "<p> \n"],
)  # fmt: skip
def test_hostile_html_is_cut_in_one_go(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    marked = mark_shortcodes(text)
    body, _ = split_at_holes(marked.text, marked, path="", text=text)
    assert raw(body.load_pieces()) == marked.text
    assert time.process_time() - began < 5
