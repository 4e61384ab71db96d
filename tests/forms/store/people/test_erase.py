"""Erasure and purging: what goes is gone from the very files; what proves stays and is whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.ledger import Method
from forms.permission.record import Limits, Scope
from forms.permission.retention import Retention
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.people.erase import erase, scrub
from forms.store.people.purge import purge
from forms.store.records.store import Committed, Store
from forms.store.verify import verify

from ...contact_history import CATALOGUE
from ...databases import rows
from ...declared import NOW
from ...world import SUPPRESSION
from ..submissions import asked_for

LATER = NOW + timedelta(days=15)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    yield from opened(database_url)


def opened(url: str) -> Iterator[Store]:
    key = SuppressionKey(SUPPRESSION.encode())
    made = Store(Database(open_engine(url)), key=key, mail_domain="example.org")
    made.prepare()
    made.add_catalogue(CATALOGUE, now=NOW)
    yield made
    made.database.close()


def request(store: Store, email: str, now: datetime = NOW) -> Committed:
    asked = asked_for(email, "newsletter")
    decide = partial(optin.request, asked, now=now, pending=store.new_id(), limits=Limits())
    return store.commit_for_address(asked.address, lambda record: decide(record), now=now)


def confirm(store: Store, asked: Committed) -> None:
    decide = partial(
        optin.confirm, asked.events, expires=NOW + timedelta(days=1), now=NOW, answers={}
    )
    store.commit_for_contact(asked.contact, lambda record: decide(record), now=NOW)


def findings(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [str(finding) for finding in verify(connection)]


def everything(url: str) -> str:
    names = ("contact", "ledger", "detail", "pending", "outbox", "setting", "suppression")
    return repr([rows(url, f"SELECT * FROM {name}") for name in names])


def test_after_erasure_no_row_names_the_person_and_all_of_it_verifies(
    store: Store, database_url: str
) -> None:
    asked = request(store, "ana@example.org")
    confirm(store, asked)
    confirm(store, request(store, "eva@example.org"))
    assert erase(store, asked.contact, now=NOW, method=Method.OPERATOR)
    assert "ana@" not in everything(database_url)
    assert "eva@example.org" in everything(database_url)
    assert findings(store) == []
    states = rows(database_url, "SELECT state FROM outbox WHERE contact = :c", c=asked.contact)
    assert {state for (state,) in states} == {"cancelled"}


def test_erasing_twice_is_erasing_once(store: Store) -> None:
    asked = request(store, "ana@example.org")
    assert erase(store, asked.contact, now=NOW, method=Method.OPERATOR)
    assert not erase(store, asked.contact, now=NOW, method=Method.OPERATOR)
    assert not erase(store, "nobody", now=NOW, method=Method.OPERATOR)


def test_who_was_erased_may_come_back_as_somebody_new(store: Store) -> None:
    asked = request(store, "ana@example.org")
    erase(store, asked.contact, now=NOW, method=Method.OPERATOR)
    again = request(store, "ana@example.org")
    assert again.contact != asked.contact
    assert store.current_record(again.contact).suppressed == {Scope.MARKETING}
    assert len(again.decision.notices) == 1


@pytest.mark.parametrize("beside", [0, 400])
def test_no_byte_of_an_erased_address_is_left_in_the_files(tmp_path: Path, beside: int) -> None:
    """Among many others, so that pages are split and rebuilt while it is there."""
    for store in opened(f"sqlite:///{tmp_path / 'forms.db'}"):
        for number in range(beside // 2):
            request(store, f"before-{number}@example.net")
        asked = request(store, "Ana.Erased@example.org")
        confirm(store, asked)
        for number in range(beside // 2):
            request(store, f"after-{number}@example.net")
        assert holding(tmp_path, b"ana.erased") != []
        erase(store, asked.contact, now=NOW, method=Method.OPERATOR)
        assert scrub(store.database)
        assert holding(tmp_path, b"ana.erased") == []
        assert not scrub(store.database), "there is nothing left to do"
    assert holding(tmp_path, b"ana.erased") == []


def holding(directory: Path, needle: bytes) -> list[str]:
    files = [path for path in directory.iterdir() if path.is_file()]
    return [path.name for path in files if needle in path.read_bytes().lower()]


def test_scrubbing_again_is_asked_for_by_the_next_erasure(store: Store) -> None:
    erase(store, request(store, "ana@example.org").contact, now=NOW, method=Method.OPERATOR)
    assert scrub(store.database)
    assert not scrub(store.database)
    erase(store, request(store, "eva@example.org").contact, now=NOW, method=Method.OPERATOR)
    assert scrub(store.database)


def test_a_request_that_nobody_confirmed_expires_without_its_address(
    store: Store, database_url: str
) -> None:
    asked = request(store, "ana@example.org")
    confirm(store, request(store, "eva@example.org"))
    nothing = purge(store, now=NOW + timedelta(days=13), keep=Retention())
    assert (nothing.expired, nothing.erased) == (0, 0)
    would = purge(store, now=LATER, keep=Retention(), dry_run=True)
    assert "ana@example.org" in everything(database_url)
    assert purge(store, now=LATER, keep=Retention()) == would
    assert (would.expired, would.erased) == (2, 1)
    assert "ana@" not in everything(database_url)
    assert "eva@example.org" in everything(database_url)
    query = "SELECT kind FROM ledger WHERE subject = :c ORDER BY seq"
    kinds = [kind for (kind,) in rows(database_url, query, c=asked.contact)]
    assert kinds == ["permission.requested", "permission.expired", "permission.erased"]
    assert findings(store) == []
    again = purge(store, now=LATER, keep=Retention())
    assert (again.expired, again.erased) == (0, 0)


def test_purging_suppresses_nobody(store: Store, database_url: str) -> None:
    request(store, "ana@example.org")
    purge(store, now=LATER, keep=Retention())
    assert rows(database_url, "SELECT * FROM suppression") == []


def test_a_bounced_address_goes_and_stays_suppressed(store: Store) -> None:
    asked = request(store, "ana@example.org")
    bounce = partial(optin.bounce, reply="550")
    store.commit_for_contact(asked.contact, bounce, now=NOW)
    purge(store, now=LATER, keep=Retention())
    again = request(store, "ana@example.org")
    assert again.contact != asked.contact
    assert again.decision.notices == ()


def test_old_replies_are_blanked(store: Store, database_url: str) -> None:
    confirm(store, request(store, "ana@example.org"))
    rows(database_url, "UPDATE outbox SET state = 'sent', reply = '250 kept'")
    assert purge(store, now=NOW + timedelta(days=80), keep=Retention()).replies == 0
    assert purge(store, now=NOW + timedelta(days=91), keep=Retention()).replies == 2
    assert rows(database_url, "SELECT DISTINCT reply FROM outbox") == [("",)]


def test_more_than_a_batch_goes_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.store.people.purge.BATCH", 3)
    for number in range(7):
        request(store, f"p{number}@example.org")
    gone = purge(store, now=LATER, keep=Retention())
    assert (gone.expired, gone.erased) == (7, 7)
    assert parse_address("p1@example.org").key not in everything(str(store.database.engine.url))


def test_a_request_lapses_by_the_limit_that_it_was_made_with(store: Store) -> None:
    asked, short = asked_for("ana@example.org", "newsletter"), Limits(pending=timedelta(days=2))
    decide = partial(optin.request, asked, now=NOW, pending=store.new_id(), limits=short)
    store.commit_for_address(asked.address, lambda record: decide(record), now=NOW)
    keep = Retention(pending=timedelta(days=30))
    assert purge(store, now=NOW + timedelta(days=1), keep=keep).expired == 0
    assert purge(store, now=NOW + timedelta(days=3), keep=keep).expired == 1
    assert findings(store) == []
