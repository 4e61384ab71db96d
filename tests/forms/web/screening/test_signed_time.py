"""Stamps: a time that only the handler can write, about one thing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from forms.web.screening.proof_of_work import Challenges
from forms.web.screening.signed_time import SignedTimes

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYS = ("a-key-of-today-that-is-long-enough", "the-key-of-last-year-that-was-too")
MOMENTS = st.integers(0, 10**14).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
ABOUT = st.lists(st.text(max_size=20), max_size=3)


@given(MOMENTS, ABOUT)
def test_a_stamp_says_when_to_the_millisecond(moment: datetime, about: list[str]) -> None:
    stamps = SignedTimes(KEYS)
    assert stamps.read(stamps.make(moment, *about), *about) == moment


@given(ABOUT, ABOUT)
def test_a_stamp_is_worthless_for_anything_else(about: list[str], other: list[str]) -> None:
    stamp = SignedTimes(KEYS).make(NOW, *about)
    assert (SignedTimes(KEYS).read(stamp, *other) is not None) == (about == other)


@given(st.data())
def test_an_altered_stamp_is_none_of_ours(data: st.DataObject) -> None:
    stamp = SignedTimes(KEYS).make(NOW, "newsletter")
    place = data.draw(st.integers(0, len(stamp) - 1))
    put = data.draw(st.characters())
    altered = stamp[:place] + put + stamp[place + 1 :]
    assert (SignedTimes(KEYS).read(altered, "newsletter") is not None) == (altered == stamp)


@pytest.mark.parametrize("text", ["", ".", "1.", "1." + "é" * 64, "9" * 5000, "-1." + "0" * 64])
def test_what_is_no_stamp_says_nothing(text: str) -> None:
    assert SignedTimes(KEYS).read(text, "newsletter") is None


def test_an_old_key_is_still_read_and_never_signs() -> None:
    old, both = SignedTimes(KEYS[1:]), SignedTimes(KEYS)
    assert both.read(old.make(NOW, "a"), "a") == NOW
    assert old.read(both.make(NOW, "a"), "a") is None


def test_what_is_signed_for_one_use_is_worthless_for_another() -> None:
    assert not Challenges(KEYS).verifies(b"a", SignedTimes(KEYS).sign(b"a"))
