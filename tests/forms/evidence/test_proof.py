"""A proof stands without the database, and no byte of it can be altered unseen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from forms.declared.address import parse_address
from forms.declared.canonical import canonical_json
from forms.evidence.proof import bundle_of, flaws, key_of
from forms.store.people.export import read_evidence

from ..databases import EmptyDatabase
from ..declared import NOW, catalogue
from .history import KEY, OTHER, Lived, lived

MODULE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Proven:
    here: Lived
    content: bytes

    @property
    def whole(self) -> dict[str, Any]:
        return dict(json.loads(self.content))


@pytest.fixture(scope="module")
def ana(empty_database: EmptyDatabase) -> Iterator[Proven]:
    with empty_database() as url, lived(url) as here:
        yield Proven(here, proof(here, "ana@example.org"))


def proof(here: Lived, email: str) -> bytes:
    with here.database.reading() as connection:
        evidence = read_evidence(connection, parse_address(email))
    assert evidence is not None
    return bundle_of(evidence, issued=NOW, key=KEY)


def said(content: bytes, *keys: Any) -> list[str]:
    return [str(flaw) for flaw in flaws(content, keys)]


def test_it_holds_and_says_all_that_happened(ana: Proven) -> None:
    assert (
        said(ana.content)
        == said(ana.content, KEY.public)
        == said(ana.content, OTHER.public, KEY.public)
        == []
    )
    assert key_of(ana.content) == KEY.public
    record = ana.whole["record"]
    assert [(each["event_type"], each["event_state"]) for each in record["events"]] == [
        ("permission.requested", "requested"),
        ("permission.requested", "requested"),
        ("permission.confirmed", "confirmed"),
        ("permission.confirmed", "confirmed"),
        ("permission.withdrawn", "withdrawn"),
    ]
    purposes = [p for each in record["pii_processing"] for p in each["purposes"]]
    shown = {p["purpose"]: p["x_atrae_text"] for p in purposes}
    declared = catalogue()
    assert shown == {p: declared.wording(p, "en").text for p in ("guide", "newsletter")}
    (party,) = record["party_identification"]
    assert party["party_name"] == "Example & Co"
    assert ana.whole["evidence"]["states"] == {"guide": "confirmed", "newsletter": "withdrawn"}
    assert [mail["template"] for mail in ana.whole["evidence"]["mails"]] == ["confirm", "receipt"]
    assert ana.whole["evidence"]["address"] == "ana@example.org"


def test_the_same_record_gives_the_same_bytes(ana: Proven) -> None:
    assert proof(ana.here, "ANA@example.org") == ana.content


@MODULE
@given(at=st.integers(0, 10**6), step=st.integers(1, 255), how=st.sampled_from("xid"))
def test_any_altered_byte_is_found(ana: Proven, at: int, step: int, how: str) -> None:
    at %= len(ana.content)
    changed = bytes([(ana.content[at] + step) % 256])
    middle = {"x": changed, "i": changed + ana.content[at : at + 1], "d": b""}[how]
    other = ana.content[:at] + middle + ana.content[at + 1 :]
    assert said(other), other[max(0, at - 20) : at + 20]


@pytest.mark.parametrize(
    ("path", "new", "named"),
    [
        (
            ("evidence", "events", 2, "at"),
            "2020-01-01T00:00:00.000000Z",
            "event 12: it was altered",
        ),
        (("evidence", "details", "10", "body"), "{}", "detail of event 10: it was altered"),
        (("evidence", "mails", 0, "because"), 1, "mail 1: no event of its contact requested it"),
        (("evidence", "states", "newsletter"), "confirmed", "states: "),
        (("record", "events", 4, "event_state"), "confirmed", "record: "),
        (("evidence", "address"), "eve@example.org", "signature: "),
        (("issued",), "2020-01-01T00:00:00.000000Z", "signature: "),
        (("key", "id"), "0" * 16, "key: "),
    ],
)
def test_the_place_is_named(ana: Proven, path: tuple[Any, ...], new: Any, named: str) -> None:
    whole = ana.whole
    inner: Any = whole
    for step in path[:-1]:
        inner = inner[step]
    assert inner[path[-1]] != new
    inner[path[-1]] = new
    found = said(canonical_json(whole) + b"\n")
    assert found[0].startswith(named), found


def test_an_altered_text_is_named(ana: Proven) -> None:
    for table, name in (("wordings", "wording"), ("forms", "form")):
        for digest, text in ana.whole["evidence"][table].items():
            whole = ana.whole
            whole["evidence"][table][digest] = text.replace("a", "á", 1)
            assert said(canonical_json(whole) + b"\n")[0].startswith(f"{name} {digest}: ")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"checked": 10}, "mail 2: it was sent without a permission"),
        ({"checked": 10**6}, "mail 2: it was sent without a permission"),
        ({"at": "then"}, "mail 2: it was sent without a permission"),
        ({"template": "confirm"}, "mail 2: event 12 does not request this email"),
        ({"template": "letter"}, "mail 2: there is no such template"),
        ({"events": [12, "13"]}, "mail 2: no event of its contact requested it"),
        ({"events": [12]}, "event 13: its email is missing (receipt)"),
    ],
)
def test_each_mail_is_judged_again(ana: Proven, change: dict[str, Any], named: str) -> None:
    """By the events alone: why it left, and whether it might, at that time."""
    whole = ana.whole
    assert whole["evidence"]["mails"][1]["template"] == "receipt"
    whole["evidence"]["mails"][1] |= change
    found = said(canonical_json(whole) + b"\n")
    assert found[0] == named, found


def test_a_mail_that_is_missing_is_named(ana: Proven) -> None:
    gone = {0: (10, "already or confirm"), 1: (12, "receipt")}
    for position, (event, what) in gone.items():
        whole = ana.whole
        del whole["evidence"]["mails"][position]
        named = f"event {event}: its email is missing ({what})"
        assert said(canonical_json(whole) + b"\n")[0] == named


def test_a_piece_that_is_missing_is_named(ana: Proven) -> None:
    events = [event["seq"] for event in ana.whole["evidence"]["events"]]
    for position, seq in enumerate(events[:-1]):
        whole = ana.whole
        del whole["evidence"]["events"][position]
        found = said(canonical_json(whole) + b"\n")
        assert found[0] in (
            f"event {events[position + 1]}: the event before it is missing: the chain is broken",
        ), (seq, found)
    for missing in ("record", "evidence", "key", "signature"):
        whole = ana.whole
        del whole[missing]
        assert said(canonical_json(whole) + b"\n")


def test_who_signs_it_anew_has_another_key(ana: Proven) -> None:
    """A forger can sign whatever they make up; the key that you know is not theirs."""
    evidence = ana.whole["evidence"]
    evidence.pop("states")
    forged = bundle_of({**evidence, "address": "eve@example.org"}, issued=NOW, key=OTHER)
    assert said(forged) == []
    assert said(forged, KEY.public) == [
        f"key: the bundle is signed with {OTHER.public.id}, not with {KEY.public.id}"
    ]


def test_an_erased_person_is_proven_by_their_id(ana: Proven) -> None:
    with ana.here.database.reading() as connection:
        assert read_evidence(connection, parse_address("cleo@example.org")) is None
        assert read_evidence(connection, "system") is None
        gone = connection.exec_driver_sql("SELECT id FROM contact WHERE key IS NULL").scalars()
        (cleo,) = [contact for contact in gone if contact != "system"]
        evidence = read_evidence(connection, cleo)
    assert evidence is not None
    content = bundle_of(evidence, issued=NOW, key=KEY)
    assert said(content) == []
    assert b"cleo" not in content
    assert json.loads(content)["evidence"]["states"] == {"newsletter": "erased"}


def test_a_spelling_of_ones_own_is_refused(ana: Proven) -> None:
    pretty = json.dumps(ana.whole, indent=1, sort_keys=True, ensure_ascii=False).encode()
    assert said(pretty) == ["bundle: it was altered: its JSON is not canonical"]


@given(content=st.binary(max_size=100))
def test_whatever_else_is_refused(content: bytes) -> None:
    assert said(content)
    assert said(b"[" * 100_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@MODULE
@given(at=st.lists(st.integers(0, 40), min_size=1, max_size=5), new=JSON)
def test_whatever_is_put_in_a_bundle_is_found(ana: Proven, at: list[int], new: Any) -> None:
    """Any value in any place: a complaint, never a traceback."""
    whole = ana.whole
    inner: Any = whole
    path: tuple[Any, ...] = ()
    for step in at:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        outer, path = inner, (*path, keys[step % len(keys)])
        inner = inner[path[-1]]
        if not isinstance(inner, dict | list) or not inner:
            break
    if inner == new and type(inner) is type(new):
        return
    outer[path[-1]] = new
    assert said(canonical_json(whole) + b"\n"), (path, new)
