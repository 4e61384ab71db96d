"""A reading comes out of its bytes as it went in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from generator.incremental.packed import opened, opened_pieces, packed
from generator.model.document import Document, Piece
from generator.read.documents import Reading

from ..read.test_reading import FOLDED, PLAIN, reading

PARTS = (
    "Text, *two* words.",
    "# One",
    "## Two <b>three</b>",
    "[inside](/a/) and [out](https://example.org/)",
    "![a picture](a.png)",
    "```python\nx = 1 < 2\n```",
    '{{< figure "a b.png" width=20 >}}',
    "{{< note >}}\n\n[within](b.md)\n\n{{< /note >}}",
    "`{{< note >}}`",
    '<script src="https://example.org/a.js"></script>',
    "ñ, 漢字, \N{GRINNING FACE}",
)
KNOWN = frozenset({"figure", "note"})
ZONE = ZoneInfo("Europe/Madrid")
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(
        timezones=st.sampled_from((UTC, ZONE, timezone(timedelta(hours=-5, minutes=30), "X")))
    ),
    st.datetimes(timezones=st.just(ZONE)).map(lambda moment: moment.replace(fold=1)),
)


def back(found: Reading) -> Reading:
    item, pieces = packed(found)
    return opened(item, opened_pieces(pieces) if pieces else ())


def document(raw: bytes = PLAIN) -> Document:
    found = reading(raw).document
    assert found
    return found


@given(st.lists(st.sampled_from(PARTS)), st.sampled_from((PLAIN, FOLDED)))
def test_a_document_comes_back_as_it_was(parts: list[str], front: bytes) -> None:
    raw = front + "\n\n".join(parts).encode()
    found = reading(raw, shortcodes=KNOWN)
    again = back(found)
    assert again == found
    assert found.document is None or kinds(again) == kinds(found)


def kinds(found: Reading) -> list[type[Piece]]:
    assert found.document
    body = found.document.body
    return [type(piece) for piece in (*body.load_pieces(), *body.holes)]


@given(MOMENTS, MOMENTS)
def test_a_moment_keeps_its_zone(date: datetime | None, expires: datetime | None) -> None:
    dated = replace(document(), date=date, expires=expires)
    again = back(Reading(document=dated, findings=[])).document
    assert again
    # Moments are equal in any zone: their texts are not.
    assert repr((again.date, again.expires)) == repr((date, expires))


@pytest.mark.parametrize("raw", [b"---\ntitle: [\n---\n", b"\xff", b"---\nnever closed\n"])
def test_what_is_wrong_comes_back(raw: bytes) -> None:
    found = reading(raw)
    assert found.document is None
    assert found.findings
    assert back(found) == found
