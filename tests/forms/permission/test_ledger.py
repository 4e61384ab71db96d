"""The chain and its fold."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, strategies as st

from forms.permission.ledger import (
    START,
    Detail,
    Entry,
    Event,
    Kind,
    State,
    digest_of_event,
    permission_of,
    sealed,
    spell,
    state_of,
)

from ..declared import NOW

TEXT = st.text(max_size=20)
ENTRIES = st.builds(
    Entry,
    kind=st.sampled_from(Kind),
    purpose=TEXT,
    wording=TEXT,
    form=TEXT,
    page=TEXT,
    language=TEXT,
    method=TEXT,
    detail=st.dictionaries(TEXT, TEXT, max_size=2),
)


def seal(entry: Entry, seq: int = 7, prev: str = "before") -> tuple[Event, Detail | None]:
    return sealed(entry, seq=seq, at=NOW, subject="c1", prev=prev, salt="0" * 32)


def chain(*kinds: Kind, purpose: str = "n") -> list[Event]:
    events: list[Event] = []
    for number, kind in enumerate(kinds, 1):
        prev = events[-1].digest if events else START
        events.append(seal(Entry(kind=kind, purpose=purpose), number, prev)[0])
    return events


@given(ENTRIES, st.sampled_from(list(asdict(seal(Entry(kind=Kind.PAUSED))[0]))))
def test_an_event_with_any_field_altered_is_not_whole(entry: Entry, name: str) -> None:
    event, _ = seal(entry)
    assert event.digest == digest_of_event(asdict(event))
    value = getattr(event, name)
    other: object = value + 1 if isinstance(value, int) else f"{value}x"
    if name == "kind":
        other = Kind.ERASED if value is not Kind.ERASED else Kind.PAUSED
    changed: dict[str, Any] = {name: other}
    altered = replace(event, **changed)
    assert altered.digest != digest_of_event(asdict(altered))


@given(ENTRIES)
def test_what_is_personal_stays_out_of_the_chain(entry: Entry) -> None:
    event, detail = seal(replace(entry, detail={"email": "ana@example.org"}))
    assert detail is not None
    assert detail.digest == event.detail
    assert "ana@example.org" not in str(asdict(event))


def test_a_byte_moved_between_salt_and_body_is_noticed() -> None:
    _, detail = seal(Entry(kind=Kind.CONFIRMED, detail={"a": 1}))
    assert detail is not None
    moved = Detail(event=7, salt=detail.salt[:-1], body=detail.salt[-1] + detail.body)
    assert moved.digest != detail.digest


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], State.NONE),
        ([Kind.REQUESTED], State.REQUESTED),
        ([Kind.REQUESTED, Kind.CONFIRMED], State.CONFIRMED),
        ([Kind.CONFIRMED, Kind.REQUESTED], State.CONFIRMED),
        ([Kind.CONFIRMED, Kind.PAUSED], State.PAUSED),
        ([Kind.CONFIRMED, Kind.PAUSED, Kind.REQUESTED], State.PAUSED),
        ([Kind.PAUSED], State.NONE),
        ([Kind.CONFIRMED, Kind.WITHDRAWN], State.WITHDRAWN),
        ([Kind.CONFIRMED, Kind.WITHDRAWN, Kind.REQUESTED], State.REQUESTED),
        ([Kind.REQUESTED, Kind.EXPIRED], State.EXPIRED),
        ([Kind.CONFIRMED, Kind.EXPIRED], State.CONFIRMED),
        ([Kind.REQUESTED, Kind.DECLINED], State.DECLINED),
        ([Kind.CONFIRMED, Kind.COMPLAINED], State.COMPLAINED),
        ([Kind.CONFIRMED, Kind.BOUNCED], State.BOUNCED),
        ([Kind.IMPORTED], State.CONFIRMED),
        ([Kind.CONFIRMED, Kind.CHANGED], State.CONFIRMED),
        ([Kind.CONFIRMED, Kind.ERASED], State.ERASED),
    ],
)
def test_events_fold_into_a_state(kinds: list[Kind], state: State) -> None:
    assert state_of(chain(*kinds), "n") is state


def test_an_event_without_a_purpose_concerns_all_of_them() -> None:
    events = [*chain(Kind.CONFIRMED), seal(Entry(kind=Kind.BOUNCED), 2)[0]]
    assert state_of(events, "n") is State.BOUNCED
    assert permission_of(events, "n").grant is None


def test_another_purpose_is_another_permission() -> None:
    assert state_of(chain(Kind.CONFIRMED, purpose="guide"), "n") is State.NONE


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_times_sort_as_they_are_spelled(one: datetime, other: datetime) -> None:
    assert (spell(one) < spell(other)) == (one < other)
    assert datetime.fromisoformat(spell(one)) == one


def test_a_time_is_spelled_in_utc() -> None:
    there = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert spell(there) == "2025-12-31T23:30:00.000000Z"
