"""Decoding a reading returns what was encoded."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from msgspec import structs
from msgspec.structs import asdict

from generator.incremental.documents import Shared, decode_reading, encode_reading
from generator.model.document import Body, Document, Piece
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
    st.datetimes(timezones=st.sampled_from((UTC, ZONE, timezone(timedelta(hours=-5, minutes=30))))),
    st.datetimes(timezones=st.just(ZONE)).map(lambda moment: moment.replace(fold=1)),
)


def restored(original: Reading, shared: Shared | None = None) -> Reading:
    """Encode and decode a reading, with its pieces in memory."""
    item, pieces = encode_reading(original)
    decoded = decode_reading(item, lambda: pieces, {} if shared is None else shared)
    document = decoded.document
    if document is None:
        return decoded
    stored = asdict(document.body) | {"pieces": document.body.load_pieces()}
    body = Body(**{name: stored[name] for name in Body.__struct_fields__})
    return structs.replace(decoded, document=replace(document, body=body))


def without_location(original: Reading) -> Reading:
    """Return a reading as it's stored: the source's location and stat are left out."""
    document = original.document
    if document is None:
        return original
    source = structs.replace(document.source, location="", stat=())
    return structs.replace(original, document=replace(document, source=source))


def document(raw: bytes = PLAIN) -> Document:
    found = reading(raw).document
    assert found
    return found


@given(st.lists(st.sampled_from(PARTS)), st.sampled_from((PLAIN, FOLDED)))
def test_a_document_comes_back_as_it_was(parts: list[str], front: bytes) -> None:
    raw = front + "\n\n".join(parts).encode()
    original = reading(raw, shortcodes=KNOWN)
    decoded = restored(original)
    assert decoded == without_location(original)
    assert original.document is None or kinds(decoded) == kinds(original)


def kinds(found: Reading) -> list[type[Piece]]:
    assert found.document
    body = found.document.body
    return [type(piece) for piece in (*body.load_pieces(), *body.holes)]


@given(MOMENTS, MOMENTS)
def test_a_moment_keeps_its_zone(date: datetime | None, expires: datetime | None) -> None:
    dated = replace(document(), date=date, expires=expires)
    decoded = restored(Reading(document=dated, findings=[])).document
    assert decoded
    # Moments are equal in any zone: their texts are not.
    assert repr((decoded.date, decoded.expires)) == repr((date, expires))


@pytest.mark.parametrize("raw", [b"---\ntitle: [\n---\n", b"\xff", b"---\nnever closed\n"])
def test_what_is_wrong_comes_back(raw: bytes) -> None:
    found = reading(raw)
    assert found.document is None
    assert found.findings
    assert restored(found) == found


UNUSUAL = {
    "a date and a set in extra": {"extra": {"day": date(2026, 1, 2), "set": {1}, "pair": (1, 2)}},
    "an integer of many bits": {"weight": 2**70},
    "a file name that is not Unicode": {"url": "/a\udcff/", "section": "\udcff"},
}


@pytest.mark.parametrize("values", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_values_come_back(values: dict[str, Any]) -> None:
    original = Reading(document=replace(document(), **values), findings=[])
    assert restored(original) == without_location(original)


def test_documents_share_equal_values() -> None:
    shared: Shared = {}
    first, second = (restored(reading(PLAIN), shared).document for _ in range(2))
    assert first
    assert second
    assert first.places is second.places
    assert first.language is second.language
    assert first.terms["tags"][0] is second.terms["tags"][0]
