"""Messages: what their headers hold, and what cannot break out of them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from .test_smtp import HEADERS, LETTER, message


def test_a_mail_of_a_list_says_how_to_leave_it() -> None:
    leave = "https://forms.example.org/unsubscribe/" + "x" * 300
    built = message(replace(LETTER, list_id="newsletter.example.org", leave=leave))
    raw = built.as_bytes().decode()  # type: ignore[attr-defined]
    assert f"List-Unsubscribe: <{leave}>\r\n" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert "List-Id: <newsletter.example.org>\r\n" in raw


@given(st.text())
def test_no_subject_breaks_out_of_its_header(subject: str) -> None:
    built = message(replace(LETTER, subject=subject))
    head = built.as_bytes().split(b"\r\n\r\n")[0].decode()  # type: ignore[attr-defined]
    names = {line.partition(":")[0] for line in re.split(r"\r\n(?![ \t])", head)}
    assert names <= {*HEADERS, "MIME-Version", "Content-Type"}


@pytest.mark.parametrize("to", ["a@b.org\r\nBcc: c@d.org", "a@b.org\nX: y"])
def test_an_address_with_a_line_break_makes_no_mail(to: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
        message(replace(LETTER, to=to))
