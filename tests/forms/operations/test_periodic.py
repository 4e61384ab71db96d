"""Periodic tasks: when they are due, and never in the way of emails."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forms.errors import SettingsError
from forms.operations.periodic import PeriodicTask
from forms.settings.environment import read_environment

from ..declared import NOW
from ..evidence.history import SECRET
from ..world import environment

HOUR = timedelta(hours=1)


class Day:
    """A clock that is set by hand, and what was done at which time."""

    def __init__(self) -> None:
        self.now = NOW
        self.done: list[datetime] = []

    def clock(self) -> datetime:
        return self.now


def test_a_task_is_done_at_once_and_then_when_its_time_comes() -> None:
    day = Day()
    task = PeriodicTask("note", HOUR, day.done.append, clock=day.clock)
    for minutes in (0, 10, 59, 60, 61, 200):
        day.now = NOW + timedelta(minutes=minutes)
        task()
    assert day.done == [NOW + timedelta(minutes=minutes) for minutes in (0, 60, 200)]


def test_a_clock_that_was_set_back_does_not_stop_it() -> None:
    day = Day()
    task = PeriodicTask("note", HOUR, day.done.append, clock=day.clock)
    task()
    day.now = NOW - timedelta(days=30)
    task()
    assert len(day.done) == 2


def test_a_failure_is_told_without_its_values(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_now: datetime) -> None:
        raise RuntimeError("ana@example.org")

    with caplog.at_level(logging.ERROR):
        PeriodicTask("seal", HOUR, fail, clock=Day().clock)()
    assert "task=seal failed: RuntimeError" in caplog.text
    assert "ana" not in caplog.text


def test_the_checkpoint_key_may_be_missing_and_must_be_whole(tmp_path: Path) -> None:
    url = "https://example.org"
    assert read_environment(environment(tmp_path, url), tmp_path).checkpoint_keys == ()
    both = environment(tmp_path, url, ATRAE_CHECKPOINT_KEY=f"{SECRET} {'A' * 43}")
    settings = read_environment(both, tmp_path)
    assert len(settings.checkpoint_keys) == 2
    assert SECRET not in repr(settings)
    wrong = environment(tmp_path, url, ATRAE_CHECKPOINT_KEY=f"{SECRET} hunter2")
    with pytest.raises(SettingsError) as caught:
        read_environment(wrong, tmp_path)
    (fault,) = caught.value.faults
    assert fault.startswith("ATRAE_CHECKPOINT_KEY")
    assert "token_urlsafe" in fault
    assert "hunter2" not in fault
