"""The doctor: names what is wrong, with a way out; a network that is not there is a warning."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from forms.declared.findings import Level, Line
from forms.operations.doctor import check_public, check_smtp, examine
from forms.operations.sender_dns import Texts, UnansweredError, check_sender, look_up_texts
from forms.settings.environment import SuppressionKey
from forms.store.upkeep.health import DURABILITY, SERVER_LOG, check_database, check_space

from ..databases import rows
from ..declared import NOW, catalogue, pages, write_bundle
from ..peer import Peer, listening
from ..store.people.test_erase import opened
from ..world import SUPPRESSION, World, environment, free_port

KEY = SuppressionKey(SUPPRESSION.encode())
GOOD = {
    "example.org": ("some other text", "v=spf1 mx -all"),
    "_dmarc.example.org": ("v=DMARC1; p=reject",),
    "mail._domainkey.example.org": ("v=DKIM1; k=rsa; p=MIGf",),
}


def by_subject(lines: Iterator[Line]) -> dict[str, Line]:
    return {line.subject: line for line in lines}


def zone(**changes: tuple[str, ...]) -> Texts:
    records = GOOD | changes
    return lambda name: records.get(name, ())


def test_a_domain_in_order_is_in_order() -> None:
    lines = by_subject(check_sender("example.org", "mail", zone()))
    assert {line.level for line in lines.values()} == {Level.OK}
    assert set(lines) == {"SPF", "DMARC", "DKIM"}


@pytest.mark.parametrize(
    ("name", "records", "subject", "level"),
    [
        ("example.org", (), "SPF", Level.WARNING),
        ("example.org", ("v=spf1 -all", "v=spf1 mx -all"), "SPF", Level.ERROR),
        ("example.org", ("v=spf1 +all",), "SPF", Level.ERROR),
        ("_dmarc.example.org", (), "DMARC", Level.WARNING),
        ("mail._domainkey.example.org", (), "DKIM", Level.ERROR),
        ("mail._domainkey.example.org", ("v=DKIM1; p=",), "DKIM", Level.ERROR),
    ],
)
def test_what_is_wrong_in_the_dns_is_said(
    name: str, records: tuple[str, ...], subject: str, level: Level
) -> None:
    lines = by_subject(check_sender("example.org", "mail", zone(**{name: records})))
    assert lines[subject].level is level


def test_without_a_selector_the_doctor_asks_for_it() -> None:
    line = by_subject(check_sender("example.org", "", zone()))["DKIM"]
    assert (line.level, "--dkim-selector" in line.message) == (Level.WARNING, True)


def test_a_dns_that_is_away_is_a_warning() -> None:
    def away(_name: str) -> tuple[str, ...]:
        raise UnansweredError("Timeout")

    assert [line.level for line in check_sender("example.org", "", away)] == [Level.WARNING]


@contextmanager
def nameserver() -> Iterator[dns.resolver.Resolver]:
    """A real, small one: it knows one TXT record, in two strings."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.05)
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    wire, peer = server.recvfrom(4096)
                except TimeoutError:
                    continue
                query = dns.message.from_wire(wire)
                response = dns.message.make_response(query)
                response.flags |= dns.flags.RA
                name = query.question[0].name
                if str(name) == "example.org.":
                    text = '"v=spf1 " "mx -all"'
                    response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", text))
                else:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                server.sendto(response.to_wire(), peer)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            resolver = dns.resolver.Resolver(configure=False)
            resolver.nameservers = ["127.0.0.1"]
            resolver.port = server.getsockname()[1]
            yield resolver
        finally:
            stop.set()
            thread.join()


def test_a_real_nameserver_is_understood() -> None:
    with nameserver() as resolver:
        assert look_up_texts("example.org", resolver) == ("v=spf1 mx -all",)
        assert look_up_texts("nobody.example.org", resolver) == ()


def test_a_mail_server_that_answers_is_ok_and_another_is_not() -> None:
    peer = Peer()
    assert check_smtp(peer.url).level is Level.ERROR
    with listening(peer):
        assert check_smtp(peer.url).level is Level.OK
    assert check_smtp("smtp://nowhere.invalid:25").level is Level.WARNING


def test_the_public_address_is_asked(here: World) -> None:
    assert check_public(here.settings.public_url).level is Level.OK
    assert check_public(f"{here.settings.public_url}/elsewhere").level is Level.ERROR
    assert check_public(f"http://127.0.0.1:{free_port()}").level is Level.WARNING


def test_a_database_in_order_is_in_order(database_url: str) -> None:
    for _store in opened(database_url):
        lines = by_subject(check_database(database_url, KEY, now=NOW))
        # The disk is this machine's, and the tests' server is set for speed.
        theirs = {"disk", DURABILITY, SERVER_LOG}
        assert {line.level for line in lines.values() if line.subject not in theirs} == {Level.OK}
        assert {"database", "tables", "triggers", "suppression key", "mails"} <= set(lines)


SPOILT: dict[str, Callable[[str], object]] = {
    "tables": lambda url: rows(url, "UPDATE alembic_version SET version_num = '0001'"),
    "suppression key": lambda url: rows(
        url, "UPDATE setting SET value = 'other' WHERE name = 'suppression-key-id'"
    ),
    "triggers": lambda url: rows(
        url,
        "DROP TRIGGER ledger_no_update"
        if url.startswith("sqlite")
        else "DROP TRIGGER ledger_append_only ON ledger",
    ),
}


@pytest.mark.parametrize("subject", sorted(SPOILT))
def test_what_is_wrong_in_the_database_is_said(database_url: str, subject: str) -> None:
    for _store in opened(database_url):
        pass
    SPOILT[subject](database_url)
    assert by_subject(check_database(database_url, KEY, now=NOW))[subject].level is Level.ERROR


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    [line] = check_database(f"sqlite:///{tmp_path / 'no.db'}", KEY, now=NOW)
    assert line.level is Level.WARNING
    away = f"postgresql://atrae@/forms?host={tmp_path}"
    assert [line.level for line in check_database(away, KEY, now=NOW)] == [Level.ERROR]


def test_little_space_is_said() -> None:
    gigabyte = 1024**3
    assert check_space(gigabyte).level is Level.OK
    assert check_space(gigabyte // 4).level is Level.WARNING
    assert check_space(gigabyte // 100).level is Level.ERROR


def test_offline_all_else_is_looked_at(tmp_path: Path) -> None:
    write_bundle(tmp_path / "handler", catalogue(), pages())
    for _store in opened(f"sqlite:///{tmp_path / 'forms.db'}"):
        environ = environment(tmp_path, "https://forms.example.org")
        lines = by_subject(examine(environ, tmp_path, key=KEY, now=NOW, texts=zone(), online=False))
        assert lines["network"].level is Level.WARNING
        assert lines["handler/"].level is Level.OK
        assert not [line for line in lines.values() if line.level is Level.ERROR]


def test_every_wrong_setting_is_a_line(tmp_path: Path) -> None:
    environ = {"ATRAE_LOG": "xml", "ATRAE_METRICS_TOKEN": "short"}
    lines = [*examine(environ, tmp_path, key=None, now=NOW, texts=zone())]
    settings = [line.message for line in lines if line.subject == "settings"]
    assert all(line.level is Level.ERROR for line in lines if line.subject == "settings")
    for name in ("ATRAE_LOG", "ATRAE_METRICS_TOKEN", "ATRAE_SITE_URL", "ATRAE_SECRET_KEY"):
        assert any(name in message for message in settings)
