"""Laws 1, 2, 3, 4, 6 and 8 over random histories, on both databases."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest

from forms.permission.record import Allowance
from forms.store.queues.ceiling import Ceiling
from forms.store.queues.outbox import Outbox

from ..databases import EmptyDatabase
from .evidence import Registry
from .histories import live

ROOT = Path(__file__).parents[3]
ENOUGH = int(os.environ.get("ATRAE_LAWS_STEPS", "100000"))
FIRST_SEED = int(os.environ.get("ATRAE_LAWS_SEED", "0"))
"""So that several runs beside one another do not run the same histories."""


def test_the_laws_hold(empty_database: EmptyDatabase, tmp_path: Path) -> None:
    with Registry(empty_database, tmp_path) as registry:
        live(registry, histories=14, each=45)
    assert registry.steps > 100


@pytest.mark.slow
def test_the_laws_hold_for_a_hundred_thousand_steps(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    with Registry(empty_database, tmp_path) as registry:
        for chosen in count(FIRST_SEED):
            before = registry.steps
            live(registry, histories=25, each=100, chosen=chosen)
            told = f"{registry.steps} steps in {registry.histories} histories"
            print(f"seed {chosen}: {registry.steps - before} steps; in all {told}", flush=True)
            if registry.steps >= ENOUGH:
                break


PLANTED: dict[str, AbstractContextManager[object]] = {
    "a ceiling that holds nothing": patch.object(Ceiling, "full_until", lambda *_: None),
    "a mail that nobody judges again": patch.object(Outbox, "may_leave", lambda *_: True),
    "a cool-down that counts nothing": patch.object(Allowance, "is_used_up", lambda *_: False),
    "a sum that counts twice": patch("forms.web.optin.spending", lambda _proof, request: request),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_a_planted_fault_is_noticed(
    fault: str, empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    with PLANTED[fault], Registry(empty_database, tmp_path) as registry:
        with pytest.raises(AssertionError):
            live(registry, histories=400, each=60, chosen=1, shrinks=False)
        print(f"{fault}: noticed after {registry.steps} steps")


@pytest.mark.slow
def test_a_history_is_the_same_in_another_process_and_on_another_database(
    postgresql_url: str, tmp_path: Path
) -> None:
    """Else what failed once could not be found again, and Hypothesis would give up."""

    def told(url: str, *, before: int) -> list[str]:
        place = tmp_path / f"{before}"
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", f"{__package__}.replay", url, str(place), str(before)],
            env={**os.environ, "PYTHONHASHSEED": str(before + 1), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return done.stdout.splitlines()

    places = [f"sqlite:///{tmp_path / 'one.db'}", f"sqlite:///{tmp_path / 'two.db'}"]
    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(told, url, before=n) for n, url in enumerate([*places, postgresql_url])]
        first, *others = (each.result() for each in work)
    assert len(first) > 100
    assert [first, first] == others
