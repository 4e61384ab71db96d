"""A proof of work counts once, whichever of several handlers it comes to, and is forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from forms.permission import optin
from forms.permission.record import Limits
from forms.permission.retention import Retention
from forms.store.people.purge import purge
from forms.store.records.spent_proofs import VALID_FOR, Proof, SpentError, spending
from forms.store.records.store import Committed, Store

from ...databases import dump, rows
from ...declared import NOW
from ...web.screening.test_screen import SOLVER, earlier
from ...world import World, world
from ..people.test_erase import store
from ..submissions import asked_for

__all__ = ["store"]

ANA, EVA = "ana@example.org", "eva@example.org"
PROOF = Proof(issued=NOW, nonce="0" * 32)


def bring(store: Store, email: str, proof: Proof = PROOF) -> Committed:
    asked = asked_for(email, "newsletter")
    decide = partial(optin.request, asked, now=NOW, pending=store.new_id(), limits=Limits())
    request = partial(store.write_for_address, address=asked.address, decide=decide, now=NOW)
    with store.database.writing() as connection:
        return spending(proof, request)(connection)


def test_it_is_used_up_for_one_contact(store: Store, database_url: str) -> None:
    first = bring(store, ANA)
    assert bring(store, ANA).contact == first.contact
    before = dump(database_url)
    with pytest.raises(SpentError):
        bring(store, EVA)
    # Not even the address is kept.
    assert dump(database_url) == before
    assert bring(store, EVA, Proof(issued=NOW, nonce="1" * 32)).events


def test_it_is_forgotten_when_nobody_can_use_it_any_more(store: Store, database_url: str) -> None:
    bring(store, ANA)
    assert purge(store, now=NOW + VALID_FOR, keep=Retention()).proofs == 0
    later = NOW + 2 * VALID_FOR
    assert purge(store, now=later, keep=Retention(), dry_run=True).proofs == 1
    assert purge(store, now=later, keep=Retention()).proofs == 1
    assert rows(database_url, "SELECT * FROM spent") == []
    assert purge(store, now=later + timedelta(hours=1), keep=Retention()).proofs == 0


@pytest.fixture
def two(tmp_path: Path, postgresql_url: str) -> Iterator[tuple[World, World]]:
    """Two handlers on one database."""
    with ExitStack() as open_ones:
        made = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            each = world(tmp_path / name, ATRAE_DATABASE_URL=postgresql_url)
            here = open_ones.enter_context(each)
            here.catalogue = here.catalogue.model_copy(update={"solver": SOLVER})
            here.declare(here.catalogue)
            made.append(here)
        yield made[0], made[1]


def test_of_two_handlers_one_takes_it(two: tuple[World, World]) -> None:
    proof = earlier(3)
    assert two[0].submit(ANA, altcha=proof).status_code == 303
    assert two[1].submit(ANA, altcha=proof).status_code == 303
    refused = two[1].submit(EVA, altcha=proof)
    assert (refused.status_code, "wait 5 seconds" in refused.text) == (422, True)
    assert two[0].rows("SELECT key FROM contact WHERE key = ?", EVA) == []


def test_of_many_addresses_at_two_handlers_one_gets_through(two: tuple[World, World]) -> None:
    proof = earlier(3, number=1)
    with ThreadPoolExecutor(12) as several:
        answers = several.map(
            lambda n: two[n % 2].submit(f"a{n}@example.org", altcha=proof).status_code, range(12)
        )
        assert sorted(answers) == [303, *[422] * 11]
    assert two[0].rows("SELECT count(*) FROM contact WHERE key LIKE 'a%@example.org'") == [(1,)]
