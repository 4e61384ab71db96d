"""The gate, on its own."""

import pytest
from hypothesis import given, strategies as st

from forms.web.request_body import (
    MOST_CHOICES,
    MOST_FIELDS,
    RefusalError,
    check_origin,
    read_form,
)

OURS = frozenset({"https://example.org"})
URLENCODED = "application/x-www-form-urlencoded"


@given(st.binary(max_size=300))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    status = 200
    try:
        fields = read_form(URLENCODED, body)
    except RefusalError as refusal:
        fields, status = {}, refusal.status_code
    assert status in (200, 400)
    assert all(isinstance(value, str) for values in fields.values() for value in values)


def test_a_charset_beside_the_type_is_fine() -> None:
    assert read_form(f"{URLENCODED}; charset=UTF-8", b"a=%C3%B1&a=2") == {"a": ["ñ", "2"]}


@pytest.mark.parametrize("origin", ["https://example.org", ""])
def test_ours_and_none_pass(origin: str) -> None:
    check_origin({"origin": origin} if origin else {}, OURS)


@pytest.mark.parametrize(
    "origin", ["https://example.org.evil.example", "http://example.org", "https://example.org:444"]
)
def test_what_looks_like_ours_does_not(origin: str) -> None:
    with pytest.raises(RefusalError):
        check_origin({"origin": origin}, OURS)


def test_a_page_with_a_token_may_hide_its_origin() -> None:
    hidden = {"origin": "null", "sec-fetch-site": "cross-site"}
    check_origin(hidden, OURS, has_token=True)
    with pytest.raises(RefusalError):
        check_origin({"origin": "https://evil.example"}, OURS, has_token=True)


@pytest.mark.parametrize("most", [MOST_FIELDS, MOST_CHOICES])
def test_there_is_a_most_of_fields(most: int) -> None:
    def body(number: int) -> bytes:
        return b"&".join([b"a=1"] * number)

    assert len(read_form(URLENCODED, body(most), most=most)["a"]) == most
    with pytest.raises(RefusalError):
        read_form(URLENCODED, body(most + 1), most=most)
