"""What looks like a robot, and what follows from it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from forms.web.screening.signals import (
    DECISIVE,
    FASTEST,
    OLDEST,
    WAIT,
    WAIT_VALID_FOR,
    Evidence,
    Signal,
    needs_retry,
    signals_of,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
AGES = st.none() | st.timedeltas(timedelta(hours=-1), timedelta(days=2))


def ago(age: timedelta | None) -> datetime | None:
    return None if age is None else NOW - age


def signs(age: timedelta | None, *, trapped: bool = False, blocked: bool = False) -> set[Signal]:
    traces = Evidence(shown=ago(age))
    return set(signals_of(traces, trapped=trapped, blocked=blocked, now=NOW))


def test_each_sign_is_named() -> None:
    assert signs(None) == set()
    assert signs(FASTEST) == signs(OLDEST) == set()
    assert signs(FASTEST - TICK) == {Signal.FAST}
    assert signs(OLDEST + TICK, trapped=True) == {Signal.OLD, Signal.HONEYPOT}
    assert signs(None, blocked=True) == {Signal.BLOCKED}


@given(AGES)
def test_a_time_alone_never_keeps_a_request_back(age: timedelta | None) -> None:
    assert DECISIVE.isdisjoint(signs(age))


def test_a_static_page_without_work_is_never_asked_again() -> None:
    assert not needs_retry(Evidence(), works=False, now=NOW)


def test_who_brings_no_work_is_asked_again_and_who_waited_is_not() -> None:
    assert needs_retry(Evidence(), works=True, now=NOW)
    assert not needs_retry(Evidence(has_worked=True), works=True, now=NOW)
    for waited, again in ((WAIT - TICK, True), (WAIT, False), (WAIT_VALID_FOR, False)):
        traces = Evidence(shown=ago(waited), waiting=ago(waited))
        assert needs_retry(traces, works=True, now=NOW) == again
    assert needs_retry(Evidence(waiting=ago(WAIT_VALID_FOR + TICK)), works=True, now=NOW)


@given(AGES, st.booleans(), st.booleans())
def test_whoever_waits_gets_through(age: timedelta | None, has_worked: bool, works: bool) -> None:
    """The law: nothing of this can keep a person out."""
    first = Evidence(shown=ago(age), has_worked=has_worked)
    if needs_retry(first, works=works, now=NOW):
        second = Evidence(shown=NOW, waiting=NOW)
        assert not needs_retry(second, works=works, now=NOW + WAIT)
