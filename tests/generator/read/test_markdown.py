"""Markdown is CommonMark 0.31.2, and three things more."""

import pytest
from hypothesis import given, settings, strategies as st

from generator.read.markdown import is_plain, reference_engine, to_html

from ...commonmark import COUNT, Examples, each_source
from ...shared import articles, needs_corpus


@each_source
def test_every_example_of_the_specification_passes(examples: Examples) -> None:
    wrong = [
        example.number
        for example in examples()
        if to_html(example.markdown, frozenset()) != example.html
    ]
    assert wrong == []


@each_source
def test_every_example_is_read(examples: Examples) -> None:
    assert len(examples()) == COUNT


@each_source
def test_the_extensions_change_only_what_they_are_for(examples: Examples) -> None:
    differing = [
        example.number for example in examples() if to_html(example.markdown) != example.html
    ]
    assert differing == []


def test_tables() -> None:
    html = to_html("| a | b |\n|---|:-:|\n| 1 | *2* |\n")
    assert "<table>" in html
    assert '<td style="text-align:center"><em>2</em></td>' in html
    assert "<table>" not in to_html("| a |\n|---|\n", frozenset())


def test_strikethrough() -> None:
    assert to_html("~~gone~~") == "<p><s>gone</s></p>\n"


def test_footnotes() -> None:
    html = to_html("A[^1].\n\n[^1]: Because.\n")
    assert '<sup class="footnote-ref"><a href="#fn1" id="fnref1">[1]</a></sup>' in html
    assert 'id="fn1"' in html


@pytest.mark.parametrize("html", ["<video src=a></video>", "<!-- note -->", "<b>x</b>"])
def test_raw_html_is_the_authors_to_write(html: str) -> None:
    assert html in to_html(f"{html}\n")


MARKS = st.one_of(
    st.sampled_from(
        [
            "# ",
            "\n",
            "\n\n",
            "word",
            " ",
            "  ",
            "    ",
            "> ",
            "- ",
            "1. ",
            "*",
            "**",
            "_",
            "`",
            "```\n",
        ]
    ),
    st.sampled_from(
        [
            "[a](b.md)",
            "[a]",
            "[a]: /b\n",
            "![i](i.png)",
            "<b>",
            "a < b",
            "<- ",
            "<<",
            "</b>",
            "<div>\n",
            "&amp;",
            "é",
            "\\",
        ]
    ),
    st.sampled_from(
        [
            "---\n",
            "===\n",
            "|a|\n|-|\n",
            "~~",
            "~",
            "https://x.org",
            "<https://x.org>",
            "—",
            "ñ",
            "\t",
        ]
    ),
)


@given(st.lists(MARKS, max_size=40).map("".join))
@settings(max_examples=300)
def test_the_fast_engine_makes_the_same_bytes(text: str) -> None:
    pytest.importorskip("markdown_it_pyrs", reason="the extra `fast` is not installed")
    assert to_html(text) == reference_engine()(text)


@needs_corpus
def test_the_fast_engine_makes_the_same_bytes_of_real_articles() -> None:
    pytest.importorskip("markdown_it_pyrs", reason="the extra `fast` is not installed")
    texts = [file.read_text(encoding="utf-8") for file in articles()]
    assert [text[:200] for text in texts if to_html(text) != reference_engine()(text)] == []
    assert sum(map(is_plain, texts)) > len(texts) / 4
