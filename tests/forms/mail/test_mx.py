"""Whether a domain takes mail, asked of a real DNS server; and what the worker makes of it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.exception import DNSException
from dns.resolver import Resolver

from forms.mail import mx
from forms.mail.mx import Reach, Reachable, ask_dns, checked
from forms.mail.smtp import Permitted, RejectedError

from ..world import Inbox, World, until, world

ZONE = {
    "mail.example.": ["10 mx1.mail.example.", "20 mx2.mail.example."],
    "null.example.": ["0 ."],
    "odd.example.": ["10 ."],
    "both.example.": ["0 .", "10 mx.both.example."],
    "bare.example.": [],
    "xn--espaol-zwa.es.": ["10 mx.xn--espaol-zwa.es."],
}
FAILING = "failing.example."
SILENT = "silent.example."


def reply(question: dns.message.Message) -> dns.message.Message | None:
    name = question.question[0].name.to_text()
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    if name == SILENT:
        return None
    if name == FAILING:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif name not in ZONE:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif ZONE[name]:
        answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "MX", ZONE[name]))
    return answer


@contextmanager
def nameserver() -> Iterator[int]:
    """A DNS server of our own; yields its port."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.settimeout(0.05)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                data, peer = line.recvfrom(4096)
            except TimeoutError:
                continue
            answer = reply(dns.message.from_wire(data))
            if answer is not None:
                line.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(line.getsockname()[1])
    finally:
        stopped.set()
        thread.join()
        line.close()


@pytest.fixture(scope="module")
def resolver() -> Iterator[Resolver]:
    with nameserver() as port:
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], port
        yield made


@pytest.mark.parametrize(
    ("domain", "reach"),
    [
        ("mail.example", Reach.FINE),
        ("bare.example", Reach.FINE),
        ("both.example", Reach.FINE),
        ("odd.example", Reach.FINE),
        ("xn--espaol-zwa.es", Reach.FINE),
        ("null.example", Reach.NO_MAIL),
        ("nobody.example", Reach.NOWHERE),
    ],
)
def test_only_a_name_that_is_not_and_a_null_mx_are_final(
    resolver: Resolver, domain: str, reach: Reach
) -> None:
    assert ask_dns(domain, resolver) is reach


@pytest.mark.parametrize("domain", ["failing.example", "silent.example"])
def test_a_server_that_fails_or_is_silent_decides_nothing(
    resolver: Resolver, domain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mx, "DNS_SECONDS", 0.3)
    with pytest.raises(DNSException):
        ask_dns(domain, resolver)
    reach = Reachable("mail.example", ask=lambda name: ask_dns(name, resolver))
    assert reach(domain) is Reach.FINE


def test_what_is_known_is_not_asked_again_for_a_while() -> None:
    asked, now = [], [0.0]

    def ask(domain: str) -> Reach:
        asked.append(domain)
        return Reach.NO_MAIL

    reach = Reachable("ours.example", ask=ask, clock=lambda: now[0])
    assert [reach("a.example") for _ in range(5)] == [Reach.NO_MAIL] * 5
    assert asked == ["a.example"]
    now[0] = mx.REMEMBERED_SECONDS + 1
    reach("a.example")
    assert len(asked) == 2
    for number in range(mx.MOST_REMEMBERED + 10):
        reach(f"{number}.example")
    assert len(reach._known) == mx.MOST_REMEMBERED


def test_a_resolver_that_does_not_know_us_is_not_believed() -> None:
    assert Reachable("ours.example", ask=lambda _: Reach.NOWHERE)("ana.example") is Reach.FINE
    known = {"ours.example": Reach.NO_MAIL}
    reach = Reachable("ours.example", ask=lambda name: known.get(name, Reach.NOWHERE))
    assert reach("ana.example") is Reach.NOWHERE


def test_what_takes_no_mail_is_not_tried() -> None:
    inbox = Inbox()
    deliver = checked(inbox, {"null.example": Reach.NO_MAIL, "a.example": Reach.FINE}.__getitem__)
    for domain in ("NULL.example", "a.example"):
        message = EmailMessage()
        message["To"] = f"Ana@{domain}"
        if domain == "a.example":
            assert deliver(message, lambda: True) == "250 kept"
        else:
            with pytest.raises(RejectedError) as caught:
                deliver(message, lambda: True)
            assert caught.value.reply.startswith("556 5.1.10")
    assert len(inbox.messages) == 1


def test_the_mail_is_given_up_and_the_address_is_not_suppressed(
    tmp_path: Path, resolver: Resolver
) -> None:
    reach = Reachable("mail.example", ask=lambda name: ask_dns(name, resolver))
    inbox = Inbox()

    def keep(message: EmailMessage, _permitted: Permitted) -> str:
        inbox.messages.append(message)
        return "250 kept"

    inbox.refuse = checked(keep, reach)
    with world(tmp_path, inbox=inbox) as here:
        answers = [_sent(here, f"ana@{name}.example") for name in ("nobody", "null", "mail")]
        assert answers == [("failed", "550"), ("failed", "556"), ("sent", "250")]
        assert here.rows("select count(*) from suppression") == [(0,)]
    assert [str(message["To"]) for message in inbox.messages] == ["ana@mail.example"]


def _sent(here: World, email: str) -> tuple[object, object]:
    assert here.submit(email).status_code == 303
    query = "select state, reply from outbox order by id desc limit 1"
    until(lambda: here.rows(query)[0][0] in ("failed", "sent"), "the mail", 10)
    state, reply = here.rows(query)[0]
    return state, str(reply)[:3]
