"""Laws 1, 2, 3, 4, 6 and 8 over random histories, on both databases."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ..databases import EmptyDatabase
from .evidence import Registry
from .machine import Handler


def lives(empty_database: EmptyDatabase, directory: Path, *, steps: int, each: int) -> int:
    """Histories of `each` steps until there are `steps`; answers how many were taken."""
    registry = Registry(empty_database, directory, examples=200)
    machine = type("Handler", (Handler,), {"registry": registry})
    told = settings(
        max_examples=steps // each,
        stateful_step_count=each,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=told)
        registry.vouch()
    finally:
        registry.spoil()
    return registry.steps


def test_the_laws_hold(empty_database: EmptyDatabase, tmp_path: Path) -> None:
    assert lives(empty_database, tmp_path, steps=900, each=45) > 100


@pytest.mark.slow
def test_the_laws_hold_for_a_hundred_thousand_steps(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    assert lives(empty_database, tmp_path, steps=120_000, each=100) >= 100_000
