"""Out of quarantine: by the owner's word, through the same guards, to the person's own click."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from forms.declared.address import parse_address
from forms.errors import NotPossibleError
from forms.permission import optin
from forms.permission.ledger import Entry, Kind, Method, State, state_of
from forms.permission.quarantine import discard, held_with, release
from forms.permission.record import (
    NOTHING,
    Decision,
    Limits,
    Scope,
    Template,
)
from forms.store.database.tables import ledger
from forms.store.people import quarantine
from forms.store.people.move_address import move_address
from forms.store.records.store import Store

from ..contact_history import LIMITS, WORDINGS, Life
from ..databases import rows
from ..declared import NOW
from ..store.people.test_erase import findings, request, store
from ..store.submissions import asked_for
from ..world import link, world
from .running import run
from .test_commands import KEY

__all__ = ["store"]

EMAIL = "ana@example.org"


def released(life: Life, number: int = 1) -> Decision:
    held, said = held_with(number, life.record), life.details[number]
    return life.decide(
        lambda record: release(
            held, said, WORDINGS, record, now=life.now, pending="p2", limits=LIMITS
        )
    )


def held_back(*purposes: str) -> Life:
    life = Life()
    life.request(*(purposes or ("guide", "newsletter")), trapped=True)
    return life


def test_all_purposes_of_the_form_are_asked_for_in_one_mail() -> None:
    life = held_back()
    life.passes(timedelta(days=3))
    made = released(life, 2)
    assert [(e.purpose, e.method) for e in made.entries] == [
        ("guide", Method.RELEASED),
        ("newsletter", Method.RELEASED),
    ]
    assert made.entries[0].detail == {"email": EMAIL, "answers": {}, "held": [1, 2]}
    assert [notice.template for notice in made.notices] == [Template.CONFIRM]
    assert state_of(life.events, "newsletter") is State.REQUESTED
    assert not life.record.is_live("newsletter")


def test_it_counts_for_the_cool_down_and_keeps_to_it() -> None:
    life = held_back("newsletter")
    life.request("newsletter")
    assert released(life).entries == ()
    life.passes(LIMITS.window)
    assert len(released(life).notices) == 1
    assert life.request("newsletter").notices == ()


def test_no_more_mails_leave_than_an_hour_allows() -> None:
    life = held_back("newsletter")
    for _ in range(LIMITS.confirmations.hourly):
        life.passes(LIMITS.window)
        assert released(life).notices
    life.passes(LIMITS.window)
    assert released(life) == NOTHING


def test_nothing_is_released_to_who_must_not_be_written_to() -> None:
    life = held_back()
    life.suppressed = frozenset({Scope.ALL})
    assert released(life) == NOTHING
    life.suppressed = frozenset({Scope.MARKETING})
    assert len(released(life).notices) == 1


def test_what_was_asked_for_by_form_is_not_held() -> None:
    life = Life()
    life.request("newsletter")
    assert held_with(1, life.record) == held_with(7, life.record) == ()
    assert released(life) == NOTHING


def test_discarding_says_nothing_of_what_the_person_chose() -> None:
    life = held_back("newsletter")
    life.passes(LIMITS.window)
    life.request("newsletter")
    before = state_of(life.events, "newsletter")
    made = life.decide(lambda record: discard(held_with(1, record), record))
    assert [(e.kind, e.method) for e in made.entries] == [(Kind.DISCARDED, Method.OPERATOR)]
    assert state_of(life.events, "newsletter") is before
    assert life.pending[-1].events[0].method == "form"


def keep_back(store: Store, email: str) -> int:
    asked = replace(asked_for(email, "newsletter"), trapped=True)
    decide = partial(optin.request, asked, now=NOW, pending=store.new_id(), limits=Limits())
    return (
        store.commit_for_address(asked.address, lambda record: decide(record), now=NOW)
        .events[0]
        .seq
    )


def listed(store: Store) -> list[object]:
    with store.database.reading() as connection:
        return [line["id"] for line in quarantine.held_requests(connection)]


def test_what_is_decided_is_listed_no_more_and_verifies(store: Store, database_url: str) -> None:
    numbers = [keep_back(store, f"p{n}@example.org") for n in range(3)]
    assert listed(store) == numbers
    assert quarantine.release(store, numbers[0], now=NOW, limits=Limits()) == 1
    assert quarantine.discard(store, numbers[1], now=NOW) == 1
    assert listed(store) == numbers[2:]
    for number in (numbers[0], numbers[1], 0, 99):
        with pytest.raises(NotPossibleError, match="no request with the number"):
            quarantine.release(store, number, now=NOW, limits=Limits())
        with pytest.raises(NotPossibleError, match="no request with the number"):
            quarantine.discard(store, number, now=NOW)
    assert rows(database_url, "SELECT count(*) FROM outbox") == [(1,)]
    assert findings(store) == []
    rows(database_url, "DELETE FROM outbox")
    assert any("its email is missing" in each for each in findings(store))


def test_what_was_asked_with_an_address_of_before_is_not_listed(store: Store) -> None:
    numbers = [keep_back(store, f"p{n}@example.org") for n in range(2)]
    moves = Decision(entries=(Entry(kind=Kind.CHANGED, method=Method.MOVE),))
    elsewhere = parse_address("elsewhere@example.org")
    assert move_address(store, of(store, numbers[0]), lambda _: moves, elsewhere, now=NOW)
    assert listed(store) == numbers[1:]
    with pytest.raises(NotPossibleError, match="no request with the number"):
        quarantine.release(store, numbers[0], now=NOW, limits=Limits())


def of(store: Store, number: int) -> str:
    """The contact that an event is about."""
    with store.database.reading() as connection:
        query = select(ledger.c.subject).where(ledger.c.seq == number)
        return str(connection.execute(query).scalar_one())


def test_who_was_asked_a_moment_ago_is_not_asked_again(store: Store) -> None:
    number = keep_back(store, EMAIL)
    request(store, EMAIL)
    with pytest.raises(NotPossibleError, match="a confirmation a moment ago"):
        quarantine.release(store, number, now=NOW, limits=Limits())
    assert listed(store) == [number]


def test_by_command_the_mail_leaves_and_only_its_button_opts_in(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        assert here.submit(EMAIL, website="x").status_code == 303
        [(number,)] = here.rows("SELECT seq FROM ledger WHERE method = ?", Method.QUARANTINED)
        chosen = ("quarantine", "--release", str(number))
        sender = {**KEY, "ATRAE_MAIL_FROM": "ana@news.example"}
        done = run(*chosen, directory=tmp_path, environ=sender)
        assert (done.returncode, done.stderr) == (0, "")
        assert here.kinds(EMAIL) == ["permission.requested"] * 2
        # It wakes for the next request at the latest.
        here.subscribe("eva@example.org")
        mails = {str(mail["To"]): mail for mail in here.inbox.wait(2)}
        assert str(mails[EMAIL]["Message-ID"]).endswith("@news.example>")
        assert here.client.post(link(mails[EMAIL], "confirm"), data={"do": "confirm"}).is_redirect
        assert here.kinds(EMAIL)[-1] == "permission.confirmed"
        here.settled()
    again = run(*chosen, directory=tmp_path, environ=KEY)
    assert (again.returncode, again.stderr) == (
        1,
        f"no request with the number {number} is in quarantine\n",
    )
    assert run("quarantine", directory=tmp_path).stderr == "Nothing is in quarantine.\n"
    assert run("verify", directory=tmp_path).returncode == 0


def test_by_command_one_is_discarded(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.submit(EMAIL, website="x")
        [(number,)] = here.rows("SELECT seq FROM ledger WHERE method = ?", Method.QUARANTINED)
    line = run("quarantine", "--format", "jsonl", directory=tmp_path).stdout
    assert json.loads(line)["id"] == number
    both = ("quarantine", "--release", "1", "--discard", "1")
    assert run(*both, directory=tmp_path, environ=KEY).returncode == 2
    done = run("quarantine", "--discard", str(number), directory=tmp_path, environ=KEY)
    assert (done.returncode, done.stdout) == (0, "Discarded.\n")
    assert run("quarantine", directory=tmp_path).stderr == "Nothing is in quarantine.\n"
    assert run("verify", directory=tmp_path).returncode == 0
