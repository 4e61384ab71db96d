"""Tokens: one action, one time, not a bit of them altered."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from forms.links.tokens import LONGEST, Action, ExpiredError, TokenError, Tokens

from ..declared import NOW

TOKENS = Tokens(("first-key-first-key-first-key-1234",))
LATER = NOW + timedelta(days=14)
IDS = st.lists(st.text(max_size=30), max_size=4)


@given(IDS, st.sampled_from(Action))
def test_what_was_issued_is_read(ids: list[str], action: Action) -> None:
    token = TOKENS.issue(action, ids, expires=LATER)
    assert TOKENS.read(action, token, now=NOW) == tuple(ids)


@given(st.data())
def test_any_bit_flipped_is_refused(data: st.DataObject) -> None:
    token = TOKENS.issue(Action.CONFIRM, ["0123456789abcdef"], expires=LATER)
    position = data.draw(st.integers(0, len(token) - 1))
    bit = data.draw(st.integers(0, 7))
    raw = bytearray(token.encode())
    raw[position] ^= 1 << bit
    with pytest.raises(TokenError):
        TOKENS.read(Action.CONFIRM, raw.decode("latin-1"), now=NOW)


@given(st.data())
def test_nothing_added_and_nothing_cut_is_accepted(data: st.DataObject) -> None:
    token = TOKENS.issue(Action.CONFIRM, ["0123456789abcdef"], expires=LATER)
    position = data.draw(st.integers(0, len(token)))
    more = data.draw(st.text(st.characters(codec="ascii"), min_size=1, max_size=3))
    for altered in (token[:position] + more + token[position:], token[: len(token) - 1 - position]):
        with pytest.raises(TokenError):
            TOKENS.read(Action.CONFIRM, altered, now=NOW)


@given(st.sampled_from(Action), st.sampled_from(Action))
def test_a_token_of_another_action_is_refused(one: Action, other: Action) -> None:
    token = TOKENS.issue(one, ["x"], expires=LATER)
    if one is not other:
        with pytest.raises(TokenError):
            TOKENS.read(other, token, now=NOW)


def test_a_token_ends_on_time_and_not_before() -> None:
    token = TOKENS.issue(Action.CONFIRM, ["x"], expires=LATER)
    assert TOKENS.read(Action.CONFIRM, token, now=LATER - timedelta(seconds=1)) == ("x",)
    with pytest.raises(ExpiredError):
        TOKENS.read(Action.CONFIRM, token, now=LATER)


def test_leaving_works_for_ever() -> None:
    token = TOKENS.issue(Action.UNSUBSCRIBE, ["x"], expires=None)
    assert TOKENS.read(Action.UNSUBSCRIBE, token, now=NOW + timedelta(days=36500)) == ("x",)


def test_the_first_key_signs_and_an_old_one_is_still_read() -> None:
    old, new = TOKENS.keys[0], "another-key-another-key-another-key"
    both = Tokens((new, old))
    assert both.read(Action.CONFIRM, TOKENS.issue(Action.CONFIRM, ["x"], expires=None), now=NOW)
    fresh = both.issue(Action.CONFIRM, ["x"], expires=None)
    assert Tokens((new,)).read(Action.CONFIRM, fresh, now=NOW) == ("x",)
    with pytest.raises(TokenError):
        TOKENS.read(Action.CONFIRM, fresh, now=NOW)


@pytest.mark.parametrize("text", ["", ".", "a.b", "é", "x" * (LONGEST + 1), "..", "\0"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(Action.CONFIRM, text, now=NOW)


def test_the_same_ids_and_time_give_the_same_token() -> None:
    once, again = (TOKENS.issue(Action.CONFIRM, ["x"], expires=LATER) for _ in range(2))
    assert once == again
