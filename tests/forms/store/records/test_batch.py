"""Opt-ins that are carried out together on PostgreSQL: as if each had come alone."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from traceback import format_exception

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError

from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.ledger import State, state_of
from forms.permission.record import Decision, Limits, Record, Scope
from forms.store.database.prepared import pipelined
from forms.store.database.writers import UnitOfWork
from forms.store.records.batch import OptIn
from forms.store.records.statements import ADD_DETAIL
from forms.store.records.store import Committed, Store
from forms.store.verify import verify

from ...contact_history import submission
from ...databases import rows
from ...declared import NOW
from ..database.test_postgresql import opened

LATER = NOW + timedelta(days=2)


def opt_in(store: Store, email: str, *, broken: bool = False) -> OptIn:
    asked = replace(submission("newsletter"), address=parse_address(email))

    def decide(record: Record) -> Decision:
        if broken:
            raise LookupError(email)
        return optin.request(asked, record, now=NOW, pending=store.new_id(), limits=Limits())

    return OptIn(store=store, address=asked.address, decide=decide, now=NOW)


def told(store: Store, wanted: Sequence[OptIn]) -> list[Committed | BaseException]:
    def story(write: OptIn) -> UnitOfWork[Committed, Committed]:
        return (yield write)

    async def all_told() -> list[Committed | BaseException]:
        asked = (store.database.run(story(write)) for write in wanted)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(all_told())


def faults(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [str(finding) for finding in verify(connection)]


def test_many_share_few_transactions_and_each_hears_of_its_own(postgresql_url: str) -> None:
    with opened(postgresql_url) as store:
        commits: list[object] = []
        event.listen(store.database.engine, "commit", commits.append)
        found = told(store, [opt_in(store, f"p{number}@example.org") for number in range(48)])
        assert len(commits) < 20
        for number, each in enumerate(found):
            assert isinstance(each, Committed)
            key = rows(postgresql_url, "SELECT key FROM contact WHERE id = :id", id=each.contact)
            assert key == [(f"p{number}@example.org",)]
            assert (
                state_of(store.current_record(each.contact).events, "newsletter") is State.REQUESTED
            )
        assert faults(store) == []
    for table in ("contact", "pending", "outbox"):
        assert rows(postgresql_url, f"SELECT count(*) FROM {table}") == [(48,)]


def test_what_one_does_wrong_undoes_no_other(postgresql_url: str) -> None:
    with opened(postgresql_url) as store:
        wanted = [opt_in(store, f"p{n}@example.org", broken=n in (3, 7)) for n in range(10)]
        found = store.database._writers.write_all(wanted)
        wrong = [number for number, each in enumerate(found) if not isinstance(each, Committed)]
        assert wrong == [3, 7]
        assert isinstance(found[3], LookupError)
        assert faults(store) == []
    assert rows(postgresql_url, "SELECT count(*) FROM contact") == [(8,)]
    assert rows(postgresql_url, "SELECT count(*) FROM outbox") == [(8,)]


@pytest.mark.parametrize("waiting", [pipelined, nullcontext])
def test_an_error_of_the_driver_names_no_value(
    postgresql_url: str, waiting: Callable[[Connection], AbstractContextManager[None]]
) -> None:
    def twice(store: Store) -> None:
        [asked] = told(store, [opt_in(store, "ana@example.org")])
        assert isinstance(asked, Committed)
        row = {"event": asked.events[0].seq, "salt": "", "body": "ana@example.org"}
        with store.database.writing() as connection, waiting(connection):
            ADD_DETAIL.run_each(connection, [row])

    with opened(postgresql_url) as store:
        with pytest.raises(IntegrityError) as fault:
            twice(store)
        assert "ana@" not in "".join(format_exception(fault.value))
        assert isinstance(told(store, [opt_in(store, "eva@example.org")])[0], Committed)


def test_one_person_many_times_is_asked_once(postgresql_url: str) -> None:
    """Law 6, within one batch."""
    with opened(postgresql_url) as store:
        emails = ("Ana@example.org", "bo@example.org", "ana@EXAMPLE.org", "bo@example.org")
        found = store.database._writers.write_all([opt_in(store, email) for email in emails])
        contacts = [each.contact for each in found if isinstance(each, Committed)]
        assert contacts == [contacts[0], contacts[1]] * 2
        assert faults(store) == []
    assert rows(postgresql_url, "SELECT count(*) FROM outbox") == [(2,)]


def test_what_is_on_record_of_each_is_known(postgresql_url: str) -> None:
    """Those who are suppressed, pending or new decide as they would alone."""
    with opened(postgresql_url) as store:
        [gone, pending] = told(store, [opt_in(store, f"{n}@example.org") for n in ("gone", "old")])
        assert isinstance(gone, Committed)
        assert isinstance(pending, Committed)
        store.commit_for_contact(
            gone.contact,
            lambda _record: Decision(suppress=Scope.ALL, reason="complained"),
            now=NOW,
        )
        seen: dict[str, Record] = {}

        def looking(email: str) -> OptIn:
            def decide(record: Record) -> Decision:
                seen[email] = record
                return Decision()

            return replace(opt_in(store, email), decide=decide, now=LATER)

        emails = [f"{name}@example.org" for name in ("old", "gone", "new")]
        store.database._writers.write_all([looking(email) for email in emails])
        old, there, new = (seen[email] for email in emails)
        assert old == replace(store.current_record(pending.contact), at=LATER)
        assert there == replace(store.current_record(gone.contact), at=LATER)
        assert there.suppressed == {Scope.ALL}
        assert new.events == ()


def test_a_contact_that_somebody_holds_does_not_hold_up_the_others(postgresql_url: str) -> None:
    with opened(postgresql_url) as store, opened(postgresql_url) as other:
        [held] = told(store, [opt_in(store, "m@example.org")])
        assert isinstance(held, Committed)

        async def both() -> tuple[float, Committed]:
            waiting = asyncio.create_task(_tell(store, "m@example.org"))
            await asyncio.sleep(0.05)
            began = time.monotonic()
            await asyncio.gather(*(_tell(store, f"{n}@example.org") for n in "aznkl"))
            took = time.monotonic() - began
            holder.commit()
            return took, await waiting

        holder = other.database.engine.connect()
        holder.execute(text("SELECT id FROM contact WHERE key = 'm@example.org' FOR UPDATE"))
        try:
            took, after = asyncio.run(both())
        finally:
            holder.close()
        assert took < 3
        assert after.contact == held.contact


async def _tell(store: Store, email: str) -> Committed:
    def story() -> UnitOfWork[Committed, Committed]:
        return (yield opt_in(store, email))

    return await store.database.run(story())


@pytest.mark.parametrize("batch", [2, 16])
def test_two_handlers_with_the_same_people_wait_for_no_deadlock(
    postgresql_url: str, batch: int
) -> None:
    with opened(postgresql_url) as one, opened(postgresql_url) as other:
        people = [f"p{number % 20}@example.org" for number in range(batch * 8)]

        async def all_told() -> list[Committed]:
            forth = (_tell(one, email) for email in people)
            back = (_tell(other, email) for email in reversed(people))
            return await asyncio.gather(*forth, *back)

        assert len(asyncio.run(all_told())) == 2 * len(people)
        assert faults(one) == []
    assert rows(postgresql_url, "SELECT count(*) FROM outbox") == [(min(20, len(people)),)]
