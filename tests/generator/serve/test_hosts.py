"""Which hosts the development server answers."""

import socket

import pytest
from hypothesis import given, strategies as st

from generator.serve.hosts import Hosts, is_loopback

LOOPBACK = ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.1.2.3:80", "[::1]:8000", "a.localhost"]
FOREIGN = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.2", ""]


@pytest.mark.parametrize("bound", ["127.0.0.1", "::1", "localhost", "0.0.0.0", "box.lan"])
@pytest.mark.parametrize("header", LOOPBACK)
def test_loopback_hosts_are_answered(bound: str, header: str) -> None:
    assert Hosts(bound).allow(header)
    assert is_loopback(header)


@pytest.mark.parametrize("header", [*FOREIGN, "evil@localhost", "localhost/x", "a:b:c", "::1"])
def test_other_hosts_are_not(header: str) -> None:
    assert not Hosts("127.0.0.1").allow(header)


def test_a_host_that_was_named_is_answered() -> None:
    assert Hosts("box.lan").allow("Box.lan:8000")
    assert not Hosts("box.lan").allow("evil.example")


@pytest.mark.parametrize("bound", ["0.0.0.0", "::"])
def test_listening_everywhere_answers_addresses_and_the_machines_name(bound: str) -> None:
    hosts = Hosts(bound)
    assert hosts.allow("192.168.1.2:8000")
    assert hosts.allow("[fe80::1]:8000")
    assert hosts.allow(socket.gethostname())
    assert not hosts.allow("evil.example")


@given(st.text(max_size=40))
def test_any_header_is_answered_or_not(header: str) -> None:
    assert Hosts("127.0.0.1").allow(header) in (True, False)
