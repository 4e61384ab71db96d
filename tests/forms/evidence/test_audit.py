"""Which mails and open requests there must be, by the events alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from forms.evidence.audit import Chain, MailRow, mail_faults, missing_mails, missing_pending
from forms.permission.ledger import Event, Kind, Method, spell
from forms.permission.optin import bounce, confirm, withdraw
from forms.permission.record import Scope, Template

from ..contact_history import STANDING, Life


def chain_of(life: Life) -> Chain:
    return Chain(subject="c1", events=tuple(life.events), details=life.details, standing=STANDING)


def mails_of(life: Life) -> list[MailRow]:
    """Every mail that was owed, sent in the very moment."""
    return [
        MailRow(
            template=notice.template,
            because=about[0].seq,
            events=about,
            created=about[0].at,
            sent=about[0].at,
            checked=about[-1].seq,
        )
        for notice, about in life.owed
    ]


def held_by(life: Life) -> set[int]:
    return {event.seq for asked in life.pending for event in asked.events}


def numbers(found: Iterable[tuple[Event, str]]) -> list[int]:
    return [event.seq for event, _ in found]


@pytest.fixture
def life() -> Life:
    """Asked for two things, confirmed them, left one, and asked for it again."""
    life = Life()
    life.request("guide", "newsletter")
    asked = life.pending[0]
    life.decide(
        lambda record: confirm(
            asked.events, record, expires=asked.expires, now=life.now, answers={}
        )
    )
    life.decide(
        lambda record: withdraw(["newsletter"], record, method=Method.BUTTON, language="en")
    )
    life.passes(timedelta(hours=2))
    life.request("newsletter")
    return life


def test_what_nobody_touched_holds(life: Life) -> None:
    chain, mails = chain_of(life), mails_of(life)
    assert [fault for mail in mails for fault in mail_faults(mail, chain)] == []
    assert numbers(missing_mails(chain, mails)) == []
    assert numbers(missing_pending(chain, mails, held_by(life))) == []


def test_each_mail_that_is_gone_is_missed(life: Life) -> None:
    chain, mails = chain_of(life), mails_of(life)
    for gone in mails:
        rest = [mail for mail in mails if mail is not gone]
        assert numbers(missing_mails(chain, rest)) == [event.seq for event in gone.events]


def test_only_what_still_waits_must_be_held(life: Life) -> None:
    """The first request was answered: its row may go, and goes after two weeks."""
    last = life.events[-1].seq
    assert numbers(missing_pending(chain_of(life), mails_of(life), ())) == [last]
    assert numbers(missing_pending(chain_of(life), mails_of(life), {last})) == []


def test_a_request_of_a_suppressed_address_owes_nothing_and_says_so(life: Life) -> None:
    life.decide(lambda record: bounce(record, reply="550"))
    assert Scope.ALL in life.suppressed
    life.passes(timedelta(hours=2))
    before = len(life.owed)
    life.request("newsletter")
    assert (life.events[-1].kind, life.events[-1].method) == (Kind.REQUESTED, Method.UNANSWERED)
    assert len(life.owed) == before
    chain, mails = chain_of(life), mails_of(life)
    assert numbers(missing_mails(chain, mails)) == []
    assert numbers(missing_pending(chain, mails, ())) == []


def test_a_request_that_was_held_back_owes_no_mail_and_waits(life: Life) -> None:
    life = Life()
    life.request("newsletter", trapped=True)
    assert numbers(missing_mails(chain_of(life), [])) == []
    assert numbers(missing_pending(chain_of(life), [], ())) == [1]
    assert numbers(missing_pending(chain_of(life), [], held_by(life))) == []


def test_a_reminder_waits_for_nothing() -> None:
    """Somebody types the address of who is with us already."""
    life = Life()
    life.request("newsletter")
    asked = life.pending[0]
    life.decide(
        lambda record: confirm(
            asked.events, record, expires=asked.expires, now=life.now, answers={}
        )
    )
    life.passes(timedelta(days=2))
    life.request("newsletter")
    assert life.owed[-1][0].template is Template.ALREADY
    life.decide(
        lambda record: withdraw(["newsletter"], record, method=Method.BUTTON, language="en")
    )
    chain, mails = chain_of(life), mails_of(life)
    assert numbers(missing_mails(chain, mails)) == numbers(missing_pending(chain, mails, ())) == []
    assert numbers(missing_mails(chain, mails[:-1])) == [life.owed[-1][1][0].seq]


def test_a_mail_is_written_down_together_with_its_event(life: Life) -> None:
    chain, (first, *_) = chain_of(life), mails_of(life)
    later = replace(first, created=spell(life.now + timedelta(seconds=1)))
    assert list(mail_faults(later, chain)) == [
        f"it was not created together with event {first.because}"
    ]
