"""Connections that trickle are given up, at every stage, and others are not kept waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from forms.web.deadlines import DeadlineProtocol

from ..world import World, until
from .test_guides import guided

SECONDS = 0.4


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeadlineProtocol, "head_seconds", SECONDS)
    monkeypatch.setattr(DeadlineProtocol, "reading_seconds", SECONDS)
    monkeypatch.setattr("forms.web.request_body.BODY_SECONDS", SECONDS)


@contextmanager
def line(here: World) -> Iterator[socket.socket]:
    where = urlsplit(str(here.client.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=5) as made:
        yield made


def answer(connection: socket.socket) -> bytes:
    """One answer of /healthz, whole."""
    got = b""
    while not got.endswith(b"\r\n\r\nok\n"):
        more = connection.recv(4096)
        assert more, got
        got += more
    return got


def seconds_until_cut(connection: socket.socket, trickle: bytes) -> float:
    """Send `trickle` again and again; how long until the other side hangs up."""
    start = time.monotonic()
    connection.settimeout(0.02)
    for _ in range(250):
        try:
            connection.sendall(trickle)
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - start


def test_a_line_that_says_nothing_is_cut(here: World) -> None:
    with line(here) as made:
        assert SECONDS * 0.9 < seconds_until_cut(made, b"") < 3


def test_a_head_that_trickles_is_cut(here: World) -> None:
    with line(here) as made:
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")
        assert SECONDS * 0.9 < seconds_until_cut(made, b"y") < 3


def test_a_second_head_that_trickles_is_cut(here: World) -> None:
    with line(here) as made:
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer(made).startswith(b"HTTP/1.1 200")
        made.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        assert SECONDS * 0.9 < seconds_until_cut(made, b"y") < 3


def test_a_body_that_trickles_is_answered_and_cut(here: World) -> None:
    head = (
        b"POST /f/newsletter HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\n"
    )
    with line(here) as made:
        made.sendall(head)
        assert SECONDS * 0.9 < seconds_until_cut(made, b"y") < 3


def test_what_is_left_of_a_refused_body_is_not_read_for_ever(here: World) -> None:
    with line(here) as made:
        made.sendall(b"POST /f/newsletter HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n")
        assert made.recv(4096).startswith(b"HTTP/1.1 413")
        assert seconds_until_cut(made, b"y") < 3


def test_patient_visitors_are_served_meanwhile(here: World) -> None:
    with line(here) as one, line(here) as other:
        one.sendall(b"GET /hea")
        other.sendall(b"POST /f/newsletter HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        start = time.monotonic()
        assert here.client.get("/healthz").status_code == 200
        assert time.monotonic() - start < SECONDS


def test_a_kept_line_serves_again_and_again(here: World) -> None:
    with line(here) as made:
        for _ in range(3):
            made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer(made).startswith(b"HTTP/1.1 200")
            time.sleep(SECONDS / 2)


LARGE = 24 << 20
"""More than the system keeps for a connection on both sides together."""


@contextmanager
def download(here: World) -> Iterator[socket.socket]:
    """Ask for a large guide on a connection that takes little at once."""
    path = guided(here)
    with (here.directory / "guide.pdf").open("r+b") as file:
        file.truncate(LARGE)
    where = urlsplit(str(here.client.base_url))
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(5)
        made.connect((where.hostname, where.port))
        made.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield made


def connections(here: World) -> int:
    """How many the handler holds on its port."""
    port = urlsplit(str(here.client.base_url)).port
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = f":{port:04X}"
    return sum(line.split()[1].endswith(local) and line.split()[3] == "01" for line in lines)


def test_a_download_that_nobody_takes_is_given_up(here: World) -> None:
    with download(here) as made:
        assert made.recv(4096).startswith(b"HTTP/1.1 200")
        here.client.close()
        until(lambda: connections(here) == 1, "the other connections")
        start = time.monotonic()
        until(lambda: connections(here) == 0, "the end of the download")
        assert time.monotonic() - start > SECONDS / 2
        assert sum(iter(lambda: len(made.recv(1 << 20)), 0)) < LARGE / 2


def test_a_download_that_is_taken_slowly_arrives_whole(here: World) -> None:
    with download(here) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        got = 0
        for _ in range(8):
            got += len(made.recv(1 << 20, socket.MSG_WAITALL))
            time.sleep(SECONDS / 4)
        while got < LARGE:
            more = len(made.recv(1 << 20))
            assert more
            got += more
