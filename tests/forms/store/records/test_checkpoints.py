"""Sealing: when, over what, and never past what may still appear."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest

from forms.permission.ledger import SYSTEM, Kind
from forms.store.records.checkpoints import (
    Sealer,
    checkpoint_of_event,
    last_checkpoint,
    last_settled_event,
    public_keys,
)
from forms.store.verify import Trust

from ...databases import EmptyDatabase
from ...evidence.history import KEY, OTHER, OWNER, Lived, lived

DAY = timedelta(days=1)


@pytest.fixture
def here(empty_database: EmptyDatabase) -> Iterator[Lived]:
    with empty_database() as url, lived(url) as made:
        yield made


def test_nothing_new_is_not_sealed_again(here: Lived) -> None:
    """The sealing itself is no news, or there would never be an end of checkpoints."""
    sealer = Sealer(here.store, KEY, OWNER)
    assert sealer.seal(now=here.now + DAY) is None
    here.ask("dora@example.org", "newsletter")
    made = sealer.seal(now=here.now + DAY)
    assert made is not None
    assert (made.id, sealer.seal(now=here.now + DAY * 2)) == (4, None)


def test_it_is_due_a_day_after_the_last(here: Lived) -> None:
    here.ask("dora@example.org", "newsletter")
    sealer, last = Sealer(here.store, KEY, OWNER), here.sealed[-1].moment
    assert sealer.seal_if_due(now=last + DAY - timedelta(seconds=1), every=DAY) is None
    assert sealer.seal_if_due(now=last + DAY, every=DAY) is not None


def test_each_is_owed_to_the_owner_because_of_its_event(here: Lived) -> None:
    with here.database.reading() as connection:
        query = "SELECT because, state, template FROM outbox WHERE contact = 'system' ORDER BY id"
        mails = connection.exec_driver_sql(query).all()
        events = {event.seq: event for event in here.store.read_record(connection, SYSTEM).events}
        assert [events[mail.because].kind for mail in mails] == [Kind.SEALED] * 3
        assert {(mail.state, mail.template) for mail in mails} == {("sent", "sealed")}
        assert [checkpoint_of_event(connection, mail.because) for mail in mails] == [
            (made, KEY.public) for made in here.sealed
        ]
        address = "SELECT address, key FROM contact WHERE id = 'system'"
        assert connection.exec_driver_sql(address).all() == [(OWNER, None)]


def test_an_owner_who_moves_is_written_to_at_the_new_address(here: Lived) -> None:
    here.ask("dora@example.org", "newsletter")
    Sealer(here.store, KEY, "new@example.org").seal(now=here.now)
    with here.database.reading() as connection:
        address = "SELECT address FROM contact WHERE id = 'system'"
        assert connection.exec_driver_sql(address).scalar() == "new@example.org"
    assert here.found() == []


def test_without_an_owner_nothing_is_owed(here: Lived) -> None:
    here.ask("dora@example.org", "newsletter")
    assert Sealer(here.store, KEY, "").seal(now=here.now) is not None
    with here.database.reading() as connection:
        query = "SELECT count(*) FROM outbox WHERE contact = 'system'"
        assert connection.exec_driver_sql(query).scalar() == 3
    assert here.found() == []


def test_after_a_change_of_keys_both_hold(here: Lived) -> None:
    here.ask("dora@example.org", "newsletter")
    Sealer(here.store, OTHER, OWNER).seal(now=here.now)
    with here.database.reading() as connection:
        assert set(public_keys(connection)) == {KEY.public, OTHER.public}
    assert here.found(Trust(keys=(OTHER.public, KEY.public))) == []
    assert here.found(Trust(keys=(OTHER.public,))) == []
    assert "not one that you trust" in here.found(Trust(keys=(KEY.public,)))[0]


def test_many_sealers_at_once_make_one(here: Lived) -> None:
    here.ask("dora@example.org", "newsletter")
    made: list[object] = []
    threads = [
        Thread(target=lambda: made.append(Sealer(here.store, KEY, OWNER).seal(now=here.now)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 8
    assert sum(each is not None for each in made) == 1
    with here.database.reading() as connection:
        last = last_checkpoint(connection)
    assert last is not None
    assert last.id == 4
    assert here.found() == []


def test_what_an_open_transaction_may_still_write_is_not_sealed(postgresql_url: str) -> None:
    """It drew its number first and commits last: sealing past it would make it a forgery."""
    with lived(postgresql_url) as here:
        with here.database.engine.connect() as slow:
            slow.exec_driver_sql("UPDATE setting SET value = value WHERE name = 'none'")
            slow.exec_driver_sql("UPDATE contact SET asked = asked WHERE id = 'system'")
            slow.exec_driver_sql("SELECT nextval('ledger_seq')")
            here.ask("dora@example.org", "newsletter")
            assert last_settled_event(here.database, sleep=lambda _: None) is None
            assert Sealer(here.store, KEY, OWNER).seal_if_due(now=here.now, every=DAY) is None
            slow.rollback()
        assert last_settled_event(here.database) is not None
