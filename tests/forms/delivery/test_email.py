"""Email: nothing against a withdrawal, and what each refusal does. Faults: see test_engine."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text

from forms.declared.address import parse_address
from forms.delivery.email import BACKOFF, EmailSender, without_address
from forms.delivery.engine import Worker
from forms.mail.smtp import (
    DelayedError,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
    smtp_delivery,
)
from forms.permission import optin
from forms.permission.ledger import Method
from forms.permission.record import Decision, Limits, Record
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.queues.outbox import ClaimedEmail, Outbox
from forms.store.records.store import Store

from ..contact_history import CATALOGUE, submission
from ..declared import NOW
from ..peer import Peer, listening
from ..world import SUPPRESSION, Inbox, until, world


@dataclass
class Office:
    """A store, a worker without a thread, and a clock that we turn."""

    store: Store
    now: datetime = NOW
    sent: list[str] = field(default_factory=list)
    answer: Callable[[], str] = lambda: "250 ok"
    before: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        outbox = Outbox(self.store)
        self.worker = Worker(
            outbox,
            EmailSender(outbox, self.compose, self.deliver),
            clock=lambda: self.now,
            backoff=BACKOFF,
            chance=lambda: 0.5,
        )

    def compose(self, claim: ClaimedEmail) -> EmailMessage:
        message = EmailMessage()
        message["Message-ID"] = claim.message_id
        return message

    def deliver(self, message: EmailMessage, permitted: Callable[[], bool]) -> str:
        self.before()
        if not permitted():
            raise WithdrawnError
        reply = self.answer()
        self.sent.append(str(message["Message-ID"]))
        return reply

    def request(self, email: str = "ana@example.org") -> str:
        """Let somebody ask for the newsletter; return the contact."""
        request = replace(submission("newsletter"), address=parse_address(email))

        def decide(record: Record) -> Decision:
            return optin.request(
                request, record, now=self.now, pending=self.store.new_id(), limits=Limits()
            )

        return self.store.commit_for_address(request.address, decide, now=self.now).contact

    def withdraw(self, contact: str) -> None:
        def decide(record: Record) -> Decision:
            return optin.withdraw(["newsletter"], record, method=Method.BUTTON, language="en")

        self.store.commit_for_contact(contact, decide, now=self.now)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.store.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def raises(self, fault: Exception) -> None:
        def answer() -> str:
            raise fault

        self.answer = answer


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


@contextmanager
def opened(directory: Path) -> Iterator[Office]:
    database = Database(open_engine(f"sqlite:///{directory / 'forms.db'}"))
    store = Store(database, key=SuppressionKey(SUPPRESSION.encode()), mail_domain="example.org")
    store.prepare()
    store.add_catalogue(CATALOGUE, now=NOW)
    yield Office(store)
    database.close()


def test_a_mail_is_sent_once_and_its_reply_recorded(office: Office) -> None:
    office.request()
    assert office.worker.deliver_one()
    assert not office.worker.deliver_one()
    assert office.rows("select state, reply, attempts from outbox") == [("sent", "250 ok", 1)]


def test_a_temporary_failure_is_tried_again_later(office: Office) -> None:
    office.request()
    office.raises(DelayedError("450 later"))
    assert office.worker.deliver_one()
    assert not office.worker.deliver_one()
    office.now += BACKOFF.waits[0]
    office.answer = lambda: "250 ok"
    assert office.worker.deliver_one()
    assert office.rows("select state, attempts from outbox") == [("sent", 2)]


def test_a_permanent_refusal_suppresses(office: Office) -> None:
    office.request()
    office.raises(RefusedError("550 <ANA@example.org> no such user"))
    office.worker.deliver_one()
    assert office.rows("select state, reply from outbox") == [("refused", "550 <…> no such user")]
    assert office.rows("select kind from ledger join contact on subject = id") == [
        ("permission.requested",),
        ("permission.bounced",),
    ]
    assert office.rows("select scope, reason from suppression") == [("all", "bounced")]
    office.now += timedelta(hours=1)
    office.request()
    assert office.rows("select count(*) from outbox") == [(1,)]


def test_a_refused_message_is_not_the_addresss_fault(office: Office) -> None:
    office.request()
    office.raises(RejectedError("554 not this"))
    office.worker.deliver_one()
    assert office.rows("select state from outbox") == [("failed",)]
    assert office.rows("select count(*) from suppression") == [(0,)]


def test_one_bad_recipient_does_not_hold_up_the_rest(office: Office) -> None:
    office.request("bad@example.org")
    office.request("good@example.org")
    office.raises(DelayedError("450 later"))
    office.worker.deliver_one()
    office.answer = lambda: "250 ok"
    office.worker.deliver_one()
    assert [state for (state,) in office.rows("select state from outbox order by id")] == [
        "waiting",
        "sent",
    ]


def test_it_gives_up_loudly(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.request()
    office.raises(DelayedError("450 never"))
    tries = 0
    with caplog.at_level(logging.INFO):
        while office.worker.deliver_one():
            tries += 1
            office.now += BACKOFF.waits[-1]
    assert tries == BACKOFF.attempts
    assert office.rows("select state from outbox") == [("failed",)]
    assert [record.levelno for record in caplog.records][-1] == logging.ERROR
    assert "ana@example.org" not in caplog.text


def test_no_mail_is_claimed_after_a_withdrawal(office: Office) -> None:
    office.withdraw(office.request())
    assert not office.worker.deliver_one()
    assert office.rows("select state, attempts from outbox") == [("cancelled", 0)]


def test_a_claimed_mail_is_asked_again_just_before_it_leaves(office: Office) -> None:
    contact = office.request()
    office.before = lambda: office.withdraw(contact)
    assert office.worker.deliver_one()
    assert office.sent == []
    assert office.rows("select state from outbox") == [("cancelled",)]


def test_an_unreachable_server_costs_one_mail_one_attempt(office: Office) -> None:
    for number in range(3):
        office.request(f"p{number}@example.org")
    office.raises(UnreachableError("no session"))
    office.worker.deliver_one()
    assert sorted(office.rows("select attempts from outbox")) == [(0,), (0,), (1,)]


@given(st.emails())
def test_no_address_stays_in_a_reply(address: str) -> None:
    assert address not in without_address(f"550 <{address}> is unknown, {address.upper()}", address)


def test_a_peer_that_is_down_for_a_while_loses_nothing(tmp_path: Path) -> None:
    """Over real HTTP and real SMTP: three people ask, then the server comes up."""
    peer, inbox = Peer(), Inbox()
    inbox.refuse = smtp_delivery(peer.url, seconds=5)
    with world(tmp_path, inbox=inbox) as here:
        for number in range(3):
            assert here.submit(f"p{number}@example.org").status_code == 303
        until(lambda: here.rows("select max(attempts) from outbox") > [(1,)], "two attempts")
        with listening(peer):
            done = [("sent",)] * 3
            until(lambda: here.rows("select state from outbox") == done, "three mails", 10)
        recipients = sorted(envelope.rcpt_tos[0] for envelope in peer.envelopes)
        assert recipients == [f"p{number}@example.org" for number in range(3)]
        assert len({message["Message-ID"] for message in peer.messages}) == 3
