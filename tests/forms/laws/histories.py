"""Many histories, one after the other."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .evidence import Registry
from .machine import Handler


def live(
    registry: Registry,
    *,
    histories: int,
    each: int,
    chosen: int | None = None,
    shrinks: bool = True,
) -> None:
    """As many histories of up to `each` rules; always the same ones for a seed that was chosen.

    Raises `AssertionError` at the first that breaks a law, after looking for the shortest one where
    it `shrinks`.
    """
    machine = type("Handler", (Handler,), {"registry": registry})
    told = settings(
        max_examples=histories,
        stateful_step_count=each,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    if chosen is not None:
        machine, told = seed(chosen)(machine), settings(told, database=None)
    if not shrinks:
        told = settings(told, phases=[Phase.generate])
    run_state_machine_as_test(machine, settings=told)
