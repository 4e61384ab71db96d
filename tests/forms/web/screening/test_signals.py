"""What looks like a robot, and what follows from it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from forms.web.screening.signals import (
    FASTEST,
    OLDEST,
    PATIENCE,
    TELLING,
    WAIT,
    Sign,
    Traces,
    is_asked_again,
    signs_of,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
AGES = st.none() | st.timedeltas(timedelta(hours=-1), timedelta(days=2))


def ago(age: timedelta | None) -> datetime | None:
    return None if age is None else NOW - age


def signs(age: timedelta | None, *, trapped: bool = False, blocked: bool = False) -> set[Sign]:
    traces = Traces(shown=ago(age))
    return set(signs_of(traces, trapped=trapped, blocked=blocked, now=NOW))


def test_each_sign_is_named() -> None:
    assert signs(None) == set()
    assert signs(FASTEST) == signs(OLDEST) == set()
    assert signs(FASTEST - TICK) == {Sign.FAST}
    assert signs(OLDEST + TICK, trapped=True) == {Sign.OLD, Sign.HONEYPOT}
    assert signs(None, blocked=True) == {Sign.BLOCKED}


@given(AGES)
def test_a_time_alone_never_keeps_a_request_back(age: timedelta | None) -> None:
    assert TELLING.isdisjoint(signs(age))


def test_a_static_page_without_work_is_never_asked_again() -> None:
    assert not is_asked_again(Traces(), works=False, now=NOW)


def test_who_brings_no_work_is_asked_again_and_who_waited_is_not() -> None:
    assert is_asked_again(Traces(), works=True, now=NOW)
    assert not is_asked_again(Traces(has_worked=True), works=True, now=NOW)
    for waited, again in ((WAIT - TICK, True), (WAIT, False), (PATIENCE, False)):
        traces = Traces(shown=ago(waited), waiting=ago(waited))
        assert is_asked_again(traces, works=True, now=NOW) == again
    assert is_asked_again(Traces(waiting=ago(PATIENCE + TICK)), works=True, now=NOW)


@given(AGES, st.booleans(), st.booleans())
def test_whoever_waits_gets_through(age: timedelta | None, has_worked: bool, works: bool) -> None:
    """The law: nothing of this can keep a person out."""
    first = Traces(shown=ago(age), has_worked=has_worked)
    if is_asked_again(first, works=works, now=NOW):
        second = Traces(shown=NOW, waiting=NOW)
        assert not is_asked_again(second, works=works, now=NOW + WAIT)
