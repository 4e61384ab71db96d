"""The tokenizer of HTML: what it takes for a tag, and that nobody can make it slow."""

import time

import pytest
from hypothesis import given, strategies as st

from generator.read.html.tokenizer import (
    WATCHED,
    Token,
    plain_text,
    tokenize,
    word_count,
)

SOUP = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<",
                ">",
                "/",
                "!",
                "-",
                "--",
                "<!--",
                "-->",
                '"',
                "'",
                "=",
                " ",
                "\n",
                "a",
                "p",
                "href",
            ]
        ),
        st.sampled_from(
            [
                "script",
                "<script>",
                "</script>",
                "<style>",
                "<textarea>",
                "<a href=",
                "é",
                "&lt;",
                "?",
            ]
        ),
    )
).map("".join)


def names(html: str) -> list[str]:
    return [("/" if token.closes else "") + token.name for token in tokenize(html)]


def attributes(html: str) -> dict[str, str]:
    token = next(tokenize(html))
    return {name: found.value for name, found in token.attributes(html).items()}


@given(SOUP)
def test_tokens_come_in_order_and_do_not_overlap(html: str) -> None:
    position = 0
    for token in tokenize(html):
        assert position <= token.start < token.end <= len(html)
        position = token.end


@given(SOUP)
def test_the_span_of_a_value_holds_it(html: str) -> None:
    for token in tokenize(html):
        for found in token.attributes(html).values():
            start, end = found.span
            assert token.start < start <= end <= token.end


@given(SOUP)
def test_those_that_tell_are_among_all_of_them(html: str) -> None:
    every, telling = list(tokenize(html)), list(tokenize(html, relevant_only=True))
    assert [token for token in every if token in telling] == telling
    for token in set(every) - set(telling):
        assert token.closes or not token.attributes(html)
        assert token.name not in ("", "h1", "h2", "pre", "script", "textarea") or token.closes
        assert token.name not in WATCHED or token.closes


@pytest.mark.parametrize("name", sorted(WATCHED))
def test_what_is_watched_tells_without_attributes_too(name: str) -> None:
    told = [token.name for token in tokenize(f"<p>a<b>{name}</b><{name}>", relevant_only=True)]
    assert told == [name]


def test_a_plain_link_to_elsewhere_does_not_tell() -> None:
    html = """<a href="https://x.org/?a=1">1</a> <A HREF="http://x">2</A> <a href="/x/">3</a>
<a id="x" href="https://x.org/">4</a> <a href='https://x.org/'>5</a> <a href="ftp://x">6</a>"""
    telling = [html[token.end] for token in tokenize(html, relevant_only=True)]
    assert telling == ["3", "4", "5", "6"]


@given(SOUP)
def test_words_are_counted_about_as_a_reader_reads(html: str) -> None:
    assert 0 <= word_count(html) <= len(html.split()) + html.count("<")


def test_attributes_in_every_spelling() -> None:
    html = """<a HREF="x&amp;y" title='>' data-n = 5 download class=a/b>"""
    assert names(html) == ["a"]
    assert attributes(html) == {
        "href": "x&y",
        "title": ">",
        "data-n": "5",
        "download": "",
        "class": "a/b",
    }


def test_of_two_attributes_with_one_name_the_first_counts() -> None:
    assert attributes('<a href="x" HREF="y">') == {"href": "x"}


def test_tags_in_comments_and_raw_text_are_none() -> None:
    html = "<!-- <a> --><script>'<b>'</script><style>i{}</style><textarea><u></textarea><p>"
    assert names(html) == [
        "",
        *("script", "", "/script"),
        *("style", "", "/style"),
        *("textarea", "", "/textarea"),
        "p",
    ]


def test_raw_text_knows_what_it_is_in() -> None:
    assert [token.within for token in tokenize("<TITLE>x</title >")] == ["", "title", ""]


@pytest.mark.parametrize("html", ["<!-->a<b>", "<!--->a<b>", "<!-- a --!>b<b>", "<!doctype x><b>"])
def test_comments_end_as_in_browsers(html: str) -> None:
    assert names(html) == ["", "b"]


@pytest.mark.parametrize("html", ["a < b > c", "1<2", "</>", "< a>", "<>"])
def test_what_only_looks_like_a_tag_is_text(html: str) -> None:
    assert list(tokenize(html)) == []


def test_a_tag_that_is_never_closed_ends_the_page() -> None:
    assert names("<p>a<b href='x' <i") == ["p"]


def test_plain_text_is_what_a_reader_reads() -> None:
    html = "<h2>One</h2><p>two&nbsp;&amp; <b>th</b>ree<!-- no --><script>no</script></p><br>four"
    assert plain_text(html) == "One two & three four"


HOSTILE = [
    "<a ",
    "<!",
    "<!--",
    "</",
    "<",
    '<a b="',
    "<a b='c' ",
    "<script>",
    "<p>",
    '"',
    "<a/",
    "&",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_html_is_read_in_one_go(piece: str) -> None:
    began = time.process_time()
    read: list[Token] = list(tokenize(piece * (100_000 // len(piece))))
    for token in read:
        token.attributes(piece)
    assert time.process_time() - began < 2
