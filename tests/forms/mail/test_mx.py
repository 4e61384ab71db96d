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
from forms.mail.mx import DomainCheck, DomainStatus, look_up, with_domain_check
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
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], port
        yield resolver


@pytest.mark.parametrize(
    ("domain", "status"),
    [
        ("mail.example", DomainStatus.OK),
        ("bare.example", DomainStatus.OK),
        ("both.example", DomainStatus.OK),
        ("odd.example", DomainStatus.OK),
        ("xn--espaol-zwa.es", DomainStatus.OK),
        ("null.example", DomainStatus.NO_MAIL),
        ("nobody.example", DomainStatus.NOT_FOUND),
    ],
)
def test_only_a_name_that_is_not_and_a_null_mx_are_final(
    resolver: Resolver, domain: str, status: DomainStatus
) -> None:
    assert look_up(domain, resolver) is status


@pytest.mark.parametrize("domain", ["failing.example", "silent.example"])
def test_a_server_that_fails_or_is_silent_decides_nothing(
    resolver: Resolver, domain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mx, "DNS_SECONDS", 0.3)
    with pytest.raises(DNSException):
        look_up(domain, resolver)
    check = DomainCheck("mail.example", look_up=lambda name: look_up(name, resolver))
    assert check(domain) is DomainStatus.OK


def test_what_is_known_is_not_asked_again_for_a_while() -> None:
    lookups, now = [], [0.0]

    def ask(domain: str) -> DomainStatus:
        lookups.append(domain)
        return DomainStatus.NO_MAIL

    check = DomainCheck("ours.example", look_up=ask, clock=lambda: now[0])
    assert [check("a.example") for _ in range(5)] == [DomainStatus.NO_MAIL] * 5
    assert lookups == ["a.example"]
    now[0] = mx.CACHE_SECONDS + 1
    check("a.example")
    assert len(lookups) == 2
    for number in range(mx.MOST_CACHED + 10):
        check(f"{number}.example")
    assert len(check._cache) == mx.MOST_CACHED


def test_a_resolver_that_does_not_know_us_is_not_believed() -> None:
    check = DomainCheck("ours.example", look_up=lambda _: DomainStatus.NOT_FOUND)
    assert check("ana.example") is DomainStatus.OK
    known = {"ours.example": DomainStatus.NO_MAIL, "ana.example": DomainStatus.NOT_FOUND}
    check = DomainCheck("ours.example", look_up=known.__getitem__)
    assert check("ana.example") is DomainStatus.NOT_FOUND


def test_what_takes_no_mail_is_not_tried() -> None:
    inbox = Inbox()
    statuses = {"null.example": DomainStatus.NO_MAIL, "a.example": DomainStatus.OK}
    deliver = with_domain_check(inbox, statuses.__getitem__)
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
    check = DomainCheck("mail.example", look_up=lambda name: look_up(name, resolver))
    inbox = Inbox()

    def keep(message: EmailMessage, _permitted: Permitted) -> str:
        inbox.messages.append(message)
        return "250 kept"

    inbox.refuse = with_domain_check(keep, check)
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
