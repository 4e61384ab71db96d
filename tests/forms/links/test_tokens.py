"""Tokens: one action, one time, not a bit of them altered."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from forms.links.tokens import (
    LINKS,
    LONGEST,
    ConfirmLink,
    ExpiredError,
    GuideLink,
    Link,
    OffersLink,
    PreferencesLink,
    SubjectRequestLink,
    TokenError,
    Tokens,
    UnsubscribeLink,
)

from ..declared import NOW

TOKENS = Tokens(("first-key-first-key-first-key-1234",))
LATER = NOW + timedelta(days=14)
CONFIRM = ConfirmLink("0123456789abcdef")
TEXT = st.text(max_size=30)
EVERY_LINK = st.one_of(
    st.builds(ConfirmLink, TEXT),
    st.builds(UnsubscribeLink, TEXT, TEXT, st.lists(TEXT, min_size=1, max_size=3).map(tuple)),
    st.builds(GuideLink, TEXT, TEXT, TEXT, TEXT),
    st.builds(SubjectRequestLink, TEXT, st.integers(0, 1 << 40)),
    st.builds(PreferencesLink, TEXT, st.integers(0, 1 << 40), TEXT),
    st.builds(OffersLink, TEXT, st.integers(0, 1 << 40), TEXT),
)


@given(EVERY_LINK)
def test_what_was_issued_is_read(link: Link) -> None:
    token = TOKENS.issue(link, expires=LATER)
    assert TOKENS.read(type(link), token, now=NOW) == link


@given(st.sampled_from(list(LINKS.values())), st.lists(TEXT, max_size=6))
def test_ids_of_another_shape_are_refused(kind: type[Link], ids: list[str]) -> None:
    try:
        link = kind.from_ids(ids)
    except (TypeError, ValueError):
        return
    assert len(ids) == len(link.ids)


@given(st.data())
def test_any_bit_flipped_is_refused(data: st.DataObject) -> None:
    token = TOKENS.issue(CONFIRM, expires=LATER)
    position = data.draw(st.integers(0, len(token) - 1))
    bit = data.draw(st.integers(0, 7))
    raw = bytearray(token.encode())
    raw[position] ^= 1 << bit
    with pytest.raises(TokenError):
        TOKENS.read(ConfirmLink, raw.decode("latin-1"), now=NOW)


@given(st.data())
def test_nothing_added_and_nothing_cut_is_accepted(data: st.DataObject) -> None:
    token = TOKENS.issue(CONFIRM, expires=LATER)
    position = data.draw(st.integers(0, len(token)))
    more = data.draw(st.text(st.characters(codec="ascii"), min_size=1, max_size=3))
    for altered in (token[:position] + more + token[position:], token[: len(token) - 1 - position]):
        with pytest.raises(TokenError):
            TOKENS.read(ConfirmLink, altered, now=NOW)


@given(EVERY_LINK, st.sampled_from(list(LINKS.values())))
def test_a_token_of_another_action_is_refused(link: Link, other: type[Link]) -> None:
    token = TOKENS.issue(link, expires=LATER)
    if link.action is not other.action:
        with pytest.raises(TokenError):
            TOKENS.read(other, token, now=NOW)


def test_a_token_ends_on_time_and_not_before() -> None:
    token = TOKENS.issue(CONFIRM, expires=LATER)
    assert TOKENS.read(ConfirmLink, token, now=LATER - timedelta(seconds=1)) == CONFIRM
    with pytest.raises(ExpiredError):
        TOKENS.read(ConfirmLink, token, now=LATER)


def test_leaving_works_for_ever() -> None:
    leave = UnsubscribeLink("x", "en", ("newsletter",))
    token = TOKENS.issue(leave)
    assert TOKENS.read(UnsubscribeLink, token, now=NOW + timedelta(days=36500)) == leave


def test_the_first_key_signs_and_an_old_one_is_still_read() -> None:
    old, new = TOKENS.keys[0], "another-key-another-key-another-key"
    both = Tokens((new, old))
    assert both.read(ConfirmLink, TOKENS.issue(CONFIRM), now=NOW) == CONFIRM
    fresh = both.issue(CONFIRM)
    assert Tokens((new,)).read(ConfirmLink, fresh, now=NOW) == CONFIRM
    with pytest.raises(TokenError):
        TOKENS.read(ConfirmLink, fresh, now=NOW)


@pytest.mark.parametrize("text", ["", ".", "a.b", "é", "x" * (LONGEST + 1), "..", "\0"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(ConfirmLink, text, now=NOW)


def test_the_same_ids_and_time_give_the_same_token() -> None:
    once, again = (TOKENS.issue(CONFIRM, expires=LATER) for _ in range(2))
    assert once == again
