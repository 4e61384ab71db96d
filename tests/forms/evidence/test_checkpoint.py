"""A checkpoint: what it stands for, and its way through a mail and back."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from textwrap import indent
from typing import Any

import pytest
from hypothesis import given, strategies as st

from forms.evidence.checkpoint import (
    LARGEST_MAIL,
    Checkpoint,
    CheckpointError,
    armoured,
    heads_after,
    read_mailed,
    signed,
)

from ..declared import NOW
from .test_signing import KEY

FIRST = signed(None, at=NOW, last=12, heads=heads_after("", ["a", "b"]), key=KEY)
ARMOUR = armoured(FIRST, KEY.public)


def test_the_next_one_counts_on() -> None:
    later = signed(FIRST, at=NOW + timedelta(days=1), last=15, heads="0" * 64, key=KEY)
    assert (FIRST.id, later.id) == (1, 2)
    assert later.is_by(KEY.public)


@given(
    field=st.sampled_from(["id", "at", "last", "heads", "key_id", "signature"]),
    step=st.integers(1, 9),
)
def test_no_field_can_be_another(field: str, step: int) -> None:
    value = asdict(FIRST)[field]
    other: Any = value + step if isinstance(value, int) else value[:-step] + "x" * step
    assert not replace(FIRST, **{field: other}).is_by(KEY.public)


@given(digests=st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=5))
def test_the_heads_stand_for_every_event_in_its_order(digests: list[str]) -> None:
    whole = heads_after(FIRST.heads, digests)
    for at in range(len(digests)):
        assert heads_after(FIRST.heads, digests[:at] + digests[at + 1 :]) != whole
        swapped = [*digests[:at], *reversed(digests[at:])]
        assert (heads_after(FIRST.heads, swapped) == whole) == (swapped == digests)
    assert heads_after("", digests) != whole


def mail(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Checkpoint"
    message.set_content(f"Hola, señora:\n\n{text}\n\nadiós", cte="quoted-printable")
    message.add_alternative(f"<pre>{text}</pre>", subtype="html", cte="base64")
    return message.as_bytes()


@pytest.mark.parametrize(
    "content",
    [
        ARMOUR.encode(),
        mail(ARMOUR),
        mail(ARMOUR).replace(b"\n", b"\r\n"),
        indent(ARMOUR, "> > ").encode(),
        ARMOUR.replace("\n", "\n\n   ").encode(),
    ],
    ids=["block", "mail", "crlf", "quoted", "spaced"],
)
def test_it_is_read_however_it_was_saved(content: bytes) -> None:
    assert read_mailed(content) == (FIRST, KEY.public)


def test_only_base64_in_a_mail_is_read_too() -> None:
    message = EmailMessage()
    message.set_content(ARMOUR, cte="base64")
    assert read_mailed(message.as_bytes()) == (FIRST, KEY.public)


@given(at=st.integers(32, len(ARMOUR) - 31), letter=st.sampled_from("AZaz09+/=-"))
def test_an_altered_block_is_refused(at: int, letter: str) -> None:
    other = ARMOUR[:at] + letter + ARMOUR[at + 1 :]
    if other.split() == ARMOUR.split():
        return
    with pytest.raises(CheckpointError):
        read_mailed(other.encode())


@given(content=st.binary(max_size=200))
def test_whatever_else_is_refused(content: bytes) -> None:
    with pytest.raises(CheckpointError):
        read_mailed(content)
    with pytest.raises(CheckpointError):
        read_mailed(b"-----BEGIN ATRAE CHECKPOINT-----" + content + ARMOUR[-30:].encode())


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(CheckpointError, match="too large"):
        read_mailed(ARMOUR.encode() + b" " * LARGEST_MAIL)


def test_its_moment_is_a_time() -> None:
    moment: datetime = Checkpoint(**asdict(FIRST)).moment
    assert moment == NOW
