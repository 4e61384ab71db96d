"""Keys that vouch: one spelling of everything, and nothing that is close is taken."""

import pytest
from hypothesis import given, strategies as st

from forms.evidence.signing import PublicKey, signing_key

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYzA"
KEY = signing_key(SECRET)
MESSAGE = b"what was signed"
SIGNATURE = KEY.sign(MESSAGE)


def test_a_key_vouches_for_what_it_signed() -> None:
    assert KEY.public.vouches(MESSAGE, SIGNATURE)
    assert not signing_key("A" * 43).public.vouches(MESSAGE, SIGNATURE)


@given(at=st.integers(0, len(SIGNATURE) - 1), letter=st.sampled_from("0123456789abcdefABCDEF \n"))
def test_any_other_signature_is_refused(at: int, letter: str) -> None:
    other = SIGNATURE[:at] + letter + SIGNATURE[at + 1 :]
    assert KEY.public.vouches(MESSAGE, other) == (other == SIGNATURE)


@given(message=st.binary(max_size=60))
def test_any_other_message_is_refused(message: bytes) -> None:
    assert KEY.public.vouches(message, SIGNATURE) == (message == MESSAGE)


@pytest.mark.parametrize("secret", ["", "short", "A" * 42, "A" * 44, "A" * 42 + "!", "ñ" * 43])
def test_what_is_no_key_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="32 random bytes") as caught:
        signing_key(secret)
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize("public", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64])
def test_what_is_no_public_key_is_refused(public: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        PublicKey(public)


def test_the_secret_does_not_show() -> None:
    assert SECRET not in repr(KEY)
