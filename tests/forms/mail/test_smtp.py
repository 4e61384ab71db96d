"""Mail against a real SMTP server: what it holds, and what each refusal means."""

from collections.abc import Iterator

import pytest

from forms.mail.message import Letter, message_of
from forms.mail.smtp import (
    DelayedError,
    DeliveryError,
    RefusedError,
    RejectedError,
    UnreachableError,
    WithdrawnError,
    smtp_delivery,
)

from ..declared import NOW
from ..peer import Peer, listening

LETTER = Letter(
    to="ana@example.org", subject="Hello", text="Text ñ\n", html="<p>Text ñ</p>", language="es"
)
SENDER = "Ana of Example <ana@example.org>"


def message(letter: Letter = LETTER) -> object:
    return message_of(
        letter, sender=SENDER, reply_to=SENDER, message_id="<1@example.org>", date=NOW
    )


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with listening(Peer()) as peer:
        yield peer


def deliver(peer: Peer, *, permitted: bool = True) -> str:
    return smtp_delivery(peer.url, seconds=5)(message(), lambda: permitted)  # type: ignore[arg-type]


def test_a_mail_arrives_with_its_headers_and_both_parts(peer: Peer) -> None:
    peer.answers = {}
    assert deliver(peer) == "250 2.0.0 kept"
    envelope, arrived = peer.envelopes[-1], peer.messages[-1]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("ana@example.org", ["ana@example.org"])
    assert {name: arrived[name] for name in HEADERS} == HEADERS
    assert "List-Unsubscribe" not in arrived
    for kind, words in (("plain", "Text ñ"), ("html", "<p>Text ñ</p>")):
        part = arrived.get_body((kind,))
        assert part is not None
        assert part.get_content().strip() == words


HEADERS = {
    "From": "Ana of Example <ana@example.org>",
    "To": "ana@example.org",
    "Reply-To": "Ana of Example <ana@example.org>",
    "Subject": "Hello",
    "Date": "Sun, 01 Mar 2026 12:00:00 +0000",
    "Message-ID": "<1@example.org>",
    "Auto-Submitted": "auto-generated",
    "Form-Sub": "v=1",
    "Content-Language": "es",
}


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("MAIL", "451 later", UnreachableError),
        ("MAIL", "550 your name is not welcome", UnreachableError),
        ("RCPT", "450 4.2.0 greylisted", DelayedError),
        ("RCPT", "421 4.3.2 closing", UnreachableError),
        ("RCPT", "550 5.1.1 no such user", RefusedError),
        ("RCPT", "550 no such user", RefusedError),
        ("RCPT", "550 5.7.1 your network is listed", RejectedError),
        ("RCPT", "552 5.2.2 mailbox full", RejectedError),
        ("DATA", "452 4.3.1 no space", DelayedError),
        ("DATA", "554 5.6.0 not this message", RejectedError),
    ],
)
def test_each_refusal_means_what_it_says(
    peer: Peer, command: str, answer: str, error: type[DeliveryError]
) -> None:
    peer.answers = {command: lambda _: answer}
    before = len(peer.envelopes)
    with pytest.raises(error) as caught:
        deliver(peer)
    assert type(caught.value) is error
    assert caught.value.reply == answer
    assert len(peer.envelopes) == before


def test_the_permission_is_asked_after_rcpt_and_before_data(peer: Peer) -> None:
    peer.answers, peer.seen = {}, []
    with pytest.raises(WithdrawnError):
        deliver(peer, permitted=False)
    assert peer.seen == ["MAIL", "RCPT"]


def test_a_server_that_is_away_is_unreachable() -> None:
    with pytest.raises(UnreachableError):
        deliver(Peer())


def test_a_server_that_drops_the_line_is_a_delay(peer: Peer) -> None:
    def drop(_: str) -> str:
        raise ConnectionResetError

    peer.answers = {"RCPT": drop}
    with pytest.raises(DelayedError):
        deliver(peer)
    peer.answers = {}
