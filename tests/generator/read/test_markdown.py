"""Markdown is CommonMark 0.31.2, and three things more."""

import pytest

from generator.read.markdown import to_html

from ...shared import EXAMPLES, examples, needs_examples


@needs_examples
def test_every_example_of_the_specification_passes() -> None:
    wrong = [
        example["example"]
        for example in examples()
        if to_html(example["markdown"], frozenset()) != example["html"]
    ]
    assert len(examples()) == 652, f"{EXAMPLES} is not version 0.31.2"
    assert wrong == []


@needs_examples
def test_the_extensions_change_only_what_they_are_for() -> None:
    differing = [
        example["section"]
        for example in examples()
        if to_html(example["markdown"]) != example["html"]
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
