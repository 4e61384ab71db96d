"""A mail server that refuses, drops, hangs or is away: nothing is lost, hardly anything twice."""

import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from forms.delivery.email import BACKOFF
from forms.mail.smtp import smtp_delivery

from ..laws.handler import House, house
from ..peer import Peer, listening as peering
from ..world import free_port
from .rude import DRIP, DROP, HANG, STEPS, Rude, listening

EMAIL, OTHER = "ana@example.org", "bob@example.org"
SOME = (421, 450, 552, 550, 554)
CODES = (
    *(421, 432, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504),
    *(521, 530, 535, 541, 550, 551, 552, 553, 554, 555, 556),
)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def rude() -> Iterator[Rude]:
    with listening(Rude()) as opened:
        yield opened


def subscribe(home: House, *emails: str) -> None:
    for email in emails:
        form = home.subscribe_form(email, ("newsletter",), "newsletter", trapped=False)
        assert home.send("POST", "/f/newsletter", form) == 303


def states(home: House) -> dict[str, str]:
    query = "SELECT contact.key, outbox.state FROM outbox JOIN contact ON contact.id = contact"
    return {str(key): str(state) for key, state in home.rows(query)}


def until_nothing_is_due(home: House, end: datetime | None = None) -> None:
    """Turn the clock as the worker would let time pass."""
    while end is None or home.now < end:
        busy = home.worker.deliver_one()
        if home.worker.pause:
            home.now += home.worker.pause
        elif not busy:
            due = home.worker.queue.next_due()
            if due is None:
                return
            home.now = max(due, home.now + timedelta(seconds=1))


def an_hour_away(home: House, people: int) -> None:
    """The server is away for an hour; people ask all the time; then it is there again."""
    peer, begin = Peer(free_port()), home.now
    home.deliver = smtp_delivery(peer.url, seconds=5)
    emails = [f"p{number}@example.org" for number in range(people)]
    for number, email in enumerate(emails):
        subscribe(home, email)
        home.now = begin + timedelta(hours=1) * number / people
        until_nothing_is_due(home, home.now)
    assert set(states(home).values()) == {"waiting"}
    back = home.now
    with peering(peer):
        until_nothing_is_due(home)
    assert sorted(each.rcpt_tos[0] for each in peer.envelopes) == sorted(emails)
    assert len({each["Message-ID"] for each in peer.messages}) == people
    assert set(states(home).values()) == {"sent"}
    assert home.now - back < timedelta(hours=3), "it took long to notice"


def test_who_asks_while_the_server_is_away_gets_one_mail_each(home: House) -> None:
    an_hour_away(home, 40)


@pytest.mark.slow
def test_a_thousand_who_ask_while_the_server_is_away_get_one_mail_each(home: House) -> None:
    an_hour_away(home, 1000)


def test_a_line_that_drops_before_its_250_repeats_one_mail_under_the_same_id(
    home: House, rude: Rude
) -> None:
    home.deliver = smtp_delivery(rude.url, seconds=5)
    rude.answers = {"body": DROP}
    subscribe(home, EMAIL)
    assert home.worker.deliver_one()
    assert states(home) == {EMAIL: "waiting"}
    rude.answers = {}
    until_nothing_is_due(home)
    assert states(home) == {EMAIL: "sent"}
    ids = [message_from_bytes(each)["Message-ID"] for each in rude.messages]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_line_that_drops_after_its_250_repeats_nothing(home: House, rude: Rude) -> None:
    home.deliver = smtp_delivery(rude.url, seconds=5)
    rude.answers = {"QUIT": DROP}
    subscribe(home, EMAIL)
    until_nothing_is_due(home)
    assert states(home) == {EMAIL: "sent"}
    assert len(rude.messages) == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_at_every_step(home: House, rude: Rude, step: str) -> None:
    refused(home, rude, step, SOME)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_every_refusal_at_every_step(home: House, rude: Rude, step: str) -> None:
    refused(home, rude, step, CODES)


def refused(home: House, rude: Rude, step: str, codes: Sequence[int]) -> None:
    """Temporary: nothing is lost. For good: only the recipient's own refusal is held against it.
    Whatever it is, the next one's mail leaves as soon as the server is well."""
    home.deliver = smtp_delivery(rude.url, seconds=5)
    for code in codes:
        email, other = f"a{code}@example.org", f"b{code}@example.org"
        subscribe(home, email)
        rude.answers = {step: f"{code} <{email}> no"}
        assert home.worker.deliver_one()
        assert states(home)[email] == expected(step, code), code
        rude.answers = {}
        subscribe(home, other)
        home.now += BACKOFF.longest_pause
        until_nothing_is_due(home)
        assert states(home)[other] == "sent", code
    blocked = home.rows("SELECT count(*) FROM suppression")[0][0]
    assert blocked == (sum(code >= 500 for code in codes) if step == "RCPT" else 0)
    replies = "".join(str(reply) for (reply,) in home.rows("SELECT reply FROM outbox"))
    assert not re.search(r"[ab]\d+@", replies)
    assert home.rows("SELECT count(*) FROM outbox WHERE attempts > 3") == [(0,)]


def expected(step: str, code: int) -> str:
    if step == "QUIT":
        return "sent"
    if code < 500 or step in ("greeting", "EHLO", "MAIL"):
        return "waiting"
    return "refused" if step == "RCPT" else "failed"


@pytest.mark.parametrize("how", [DROP, HANG, DRIP])
@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_server_that_hangs_holds_nobody_up_for_long(
    tmp_path: Path, rude: Rude, step: str, how: str
) -> None:
    with house(f"sqlite:///{tmp_path / 'forms.db'}", tmp_path) as home:
        hung(home, rude, step, how)


def hung(home: House, rude: Rude, step: str, how: str) -> None:
    home.deliver = smtp_delivery(rude.url, seconds=0.3, session_seconds=0.6)
    rude.answers = {step: how}
    subscribe(home, EMAIL)
    start = time.monotonic()
    assert home.worker.deliver_one()
    assert time.monotonic() - start < 5
    assert states(home) == {EMAIL: "waiting"}
    rude.answers = {}
    rude.over.set()
    home.deliver = smtp_delivery(rude.url, seconds=5)
    until_nothing_is_due(home)
    assert states(home) == {EMAIL: "sent"}
    assert len(rude.messages) == (2 if step == "body" else 1)
