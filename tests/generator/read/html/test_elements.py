"""The elements of a body that checks ask about: found at little cost, and none is missed."""

from hypothesis import given, strategies as st

from generator.model.elements import Element
from generator.read.html.elements import find_elements
from generator.read.html.tokenizer import tokenize

PARTS = st.sampled_from(
    [
        *("<form>", '<form class="a">', "</form>", "<FORM >", "<dialog>", "<input/>", "<meta>"),
        *("<script>", "<script src=//x>", "</script>", "<style>", "</style>", "<p>", "</p>"),
        *('<img src="a.png">', '<img src="//x/y.png">', "<img src='&#47;&#47;x'>", "<img//>"),
        *('<a href="https://x/">', '<a href="/x" ping="y">', "<b onmouseleave=x>", "<i ping>"),
        *('<div style="position : fixed">', "<h2>", "<pre>", "<!--", "-->", "<textarea>", "<"),
        *("words ", "position: fixed ", "ping= ", "\n", '"', ">", "<iframe src=HTTPS://x>"),
    ]
)
SOUP = st.lists(PARTS, max_size=14).map("".join)


def found(html: str, *, relevant_only: bool) -> tuple[Element, ...]:
    tokens = tokenize(html, relevant_only=relevant_only)
    return find_elements(html, {}, lambda _: 1, tokens)


def every(html: str) -> tuple[Element, ...]:
    """As without a look ahead: a form in front makes whoever asks go over all of it."""
    return found(f"<form></form>{html}", relevant_only=False)[1:]


@given(SOUP)
def test_a_look_at_what_tells_misses_nothing(html: str) -> None:
    assert found(html, relevant_only=True) == every(html)


def test_words_about_elements_are_none() -> None:
    assert found("<p>A form, and position: fixed, and ping=x.</p>", relevant_only=True) == ()


def test_an_image_from_elsewhere_is_found_however_it_is_written() -> None:
    (image,) = found('<p><img alt="" src="&#47;&#47;x.org/a.png"></p>', relevant_only=True)
    assert image.attributes["src"] == "//x.org/a.png"
