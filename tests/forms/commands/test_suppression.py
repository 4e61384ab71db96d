"""Never again, and the way back: the decisions, the commands, and what each of them leaves."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from forms.permission import mail_rules, optin
from forms.permission.ledger import Kind, Method, State, state_of
from forms.permission.record import NOTHING, Decision, Scope, Template
from forms.permission.suppression import (
    THEIR_WISH,
    complain,
    lift,
    never_again,
    never_again_by_person,
)

from ..contact_history import LIMITS, Life
from ..databases import rows
from ..permission.test_preferences import confirmed
from ..world import world
from .running import run
from .test_commands import KEY

EMAIL = "ana@example.org"


@pytest.mark.parametrize(
    ("say", "state"),
    [(never_again, State.WITHDRAWN), (complain, State.COMPLAINED)],
    ids=["never_again", "no"],
)
def test_it_ends_everything_and_nothing_is_sent_any_more(
    say: Callable[..., Decision], state: State
) -> None:
    life = confirmed("newsletter", "news")
    receipt, about = life.owed[-1]
    life.decide(partial(say, reason="her letter"))
    assert {state_of(life.events, each) for each in ("newsletter", "news")} == {state}
    assert life.suppressed == {Scope.ALL}
    assert not mail_rules.permits(receipt.template, about, life.record)
    assert life.request("newsletter").notices == ()


def test_the_person_says_so_once_and_only_the_owner_takes_it_back() -> None:
    life = confirmed("newsletter", "news")
    life.decide(partial(optin.withdraw, ["news"], method=Method.BUTTON, language="en"))
    said = life.decide(partial(never_again_by_person, language="es"))
    assert (said.suppress, said.reason) == (Scope.ALL, THEIR_WISH)
    assert [(e.kind, e.purpose, e.method) for e in said.entries] == [
        (Kind.WITHDRAWN, "", "never-again")
    ]
    assert life.decide(partial(never_again_by_person, language="es")) == NOTHING
    assert life.request("newsletter").notices == ()
    life.decide(partial(lift, reason="she wrote to us"))
    assert not life.record.is_live("newsletter")
    life.passes(LIMITS.window)
    assert [notice.template for notice in life.request("newsletter").notices] == [Template.CONFIRM]


def test_lifting_brings_no_permission_back_but_lets_them_ask() -> None:
    life = confirmed("newsletter")
    life.decide(partial(complain, reason="report of her provider"))
    lifted = life.decide(partial(lift, reason="she wrote that it was a mistake"))
    assert (lifted.entries, lifted.notices) == ((), ())
    assert lifted.reason == "she wrote that it was a mistake"
    assert not life.record.is_live("newsletter")
    assert [notice.template for notice in life.request("newsletter").notices] == [Template.CONFIRM]


def test_there_is_nothing_to_lift_of_who_was_erased() -> None:
    life = Life(suppressed=frozenset({Scope.MARKETING}))
    assert life.decide(partial(lift, reason="no")) == NOTHING


def test_the_owner_suppresses_and_lifts_by_command(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.confirmed(EMAIL)
        here.settled()
        said = run("suppress", EMAIL, "--reason", "her answer", directory=tmp_path, environ=KEY)
        assert (said.returncode, said.stderr) == (0, "")
        assert here.kinds(EMAIL)[-1] == Kind.WITHDRAWN
        assert here.submit(EMAIL).status_code == 303
        unasked = run("lift", EMAIL, "--reason", "a call", directory=tmp_path, environ=KEY)
        assert (unasked.returncode, "add --yes" in unasked.stderr) == (1, True)
        assert len(here.inbox.messages) == 2
        done = run("lift", EMAIL, "--reason", "a call", "--yes", directory=tmp_path, environ=KEY)
        assert (done.returncode, done.stdout) == (0, "Lifted. This person can sign up again.\n")
        assert here.submit(EMAIL).status_code == 303
        here.inbox.wait(3)
        here.settled()
    again = run("lift", EMAIL, "--reason", "x", "--yes", directory=tmp_path, environ=KEY)
    assert (again.returncode, "nothing to lift" in again.stderr) == (1, True)
    assert run("verify", directory=tmp_path).returncode == 0


def test_somebody_who_is_not_on_record_can_complain(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.client.get("/readyz")
    told = ("suppress", "eva@example.org", "--complaint", "--reason", "a call")
    assert run(*told, directory=tmp_path, environ=KEY).returncode == 0
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    assert rows(url, "SELECT scope, reason FROM suppression") == [("all", "complained")]
    assert run("verify", directory=tmp_path).returncode == 0


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 2001])
def test_a_reason_is_one_line(tmp_path: Path, reason: str) -> None:
    told = run("suppress", EMAIL, "--reason", reason, directory=tmp_path, environ=KEY)
    assert (told.returncode, "--reason" in told.stderr) == (2, True)
