"""`atrae serve` as a program: ports, access to the inbox, shutdown."""

import http.client
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from generator.serve.server import listen
from tests.serving import PROGRAM, Served, new_site, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(new_site(tmp_path_factory.mktemp("serve") / "site")) as served:
        yield served


def get(served: Served, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    parts = urlsplit(served.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_pages_files_and_what_is_missing(served: Served) -> None:
    assert get(served, "/")[0] == 200
    status, headers, text = get(served, "/feed.xml")
    assert (status, "xml" in headers["content-type"]) == (200, True)
    assert "http://127.0.0.1" in text
    status, _, text = get(served, "/nothing/here/")
    assert status == 404
    assert "<h1>" in text
    status, headers, _ = get(served, "/about")
    assert (status, headers["location"]) == (307, "/about/")


def test_emails_are_shown_only_on_this_machine(served: Served) -> None:
    assert get(served, "/_inbox/")[0] == 200
    assert get(served, "/_inbox/", Host="localhost:8000")[0] == 200
    # After DNS rebinding, the Host header has the attacker's name.
    assert get(served, "/_inbox/", Host="attacker.example")[0] == 421
    assert get(served, "/_inbox/", Host="127.0.0.1.attacker.example:8000")[0] == 421


def test_paths_do_not_climb_out_of_the_site(served: Served) -> None:
    for path in ("/../site.yaml", "/%2e%2e/site.yaml", "/assets/../../site.yaml", "/_atrae/x.js"):
        assert get(served, path)[0] == 404


def test_a_busy_port_gives_way_to_the_next_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(port)],
            cwd=new_site(tmp_path / "site"),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            output = process.stdout.readline() + process.stdout.readline()
        finally:
            process.terminate()
            process.communicate(timeout=20)
    assert f"Port {port} is in use." in output
    assert f"Serving http://127.0.0.1:{port + 1}/" in output or "Serving" in output


def test_answers_are_sent_at_once() -> None:
    """asyncio sets TCP_NODELAY only if the protocol is TCP. Otherwise, a second packet waits."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_it_ends_while_a_browser_waits_for_the_next_version(tmp_path: Path) -> None:
    with serving(new_site(tmp_path / "site")) as served:
        parts = urlsplit(served.url)
        waiting = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        waiting.request("GET", "/_atrae/versions")
        answer = waiting.getresponse()
        assert answer.readline().startswith(b"data: ")
        # Leaving the block interrupts the server, and waits for it at most twenty seconds.
    waiting.close()


def test_a_second_server_on_the_same_site_says_why_it_cannot(served: Served) -> None:
    second = served.atrae("serve", "--port", "0")
    assert second.returncode == 1
    assert "error" in second.stderr


def test_a_folder_without_a_site_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "serve", "-s", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "does not exist" in done.stderr
