"""Every address of the handler has the same guards: a walk over all of them.

A route that is added and has not its guards fails here, without a word being said about it.
"""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from forms.links.tokens import Tokens, UnsubscribeLink
from forms.web import guards
from forms.web.guards import LINK_RATE, LOOK_RATE, guards_of
from forms.web.request_body import LARGEST_BODY, MOST_CHOICES
from forms.web.routes import owns

from ..world import SECRET, World, world

URLENCODED = "application/x-www-form-urlencoded"
VISITOR = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A handler behind a proxy that is declared; it has answered once, so that its catalogue is on
    record: tests that compare the record look at what a request of theirs changes."""
    with world(tmp_path_factory.mktemp("routes"), ATRAE_TRUSTED_PROXIES="127.0.0.1") as made:
        assert made.client.get("/readyz").status_code == 200
        yield made


def routes(here: World) -> list[tuple[str, str]]:
    """Method and path of every route, its parameters filled in with nonsense."""
    found = []
    for route in here.app.routes:
        path = getattr(route, "path", "")
        for method in sorted(getattr(route, "methods", ())):
            found.append((method, re.sub(r"\{[a-z_:]+\}", "newsletter", path)))
    return found


def every(here: World, *methods: str) -> list[tuple[str, str]]:
    return [(method, path) for method, path in routes(here) if method in methods]


def test_there_are_routes_and_the_handler_owns_them(behind: World) -> None:
    found = routes(behind)
    assert len(found) >= 13
    assert all(owns(path) for _, path in found)


def test_every_route_stands_behind_the_gate(behind: World) -> None:
    for route in behind.app.routes:
        endpoint = route.endpoint  # type: ignore[attr-defined]
        assert endpoint.func is guards.guarded_call, route.path  # type: ignore[attr-defined]


def test_every_token_in_a_path_is_of_a_known_action(behind: World) -> None:
    for route in behind.app.routes:
        path = route.path  # type: ignore[attr-defined]
        if "{token}" in path:
            assert guards_of(path, "GET").link is not None, path


def test_every_answer_has_the_headers_and_no_cookie(behind: World) -> None:
    asked = [*routes(behind), ("GET", "/nothing"), ("PUT", "/f/newsletter"), ("POST", "/readyz")]
    for method, path in asked:
        answer = behind.client.request(method, path, headers={"Cookie": "a=b"})
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["x-robots-tag"].startswith("noindex"), path
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), path
        assert "set-cookie" not in answer.headers, path
        assert "server" not in answer.headers, path
        assert "access-control-allow-credentials" not in answer.headers, path


def posts(here: World) -> list[str]:
    return [path for _, path in every(here, "POST")]


@pytest.mark.parametrize(
    ("status", "key", "content", "headers"),
    [
        (413, "large", b"x" * (LARGEST_BODY + 1), {"Content-Type": URLENCODED}),
        (415, "type", b"{}", {"Content-Type": "application/json"}),
        (415, "type", b"x", {}),
        (400, "broken", b"a=%ff", {"Content-Type": URLENCODED}),
        (400, "broken", b"\xc3=1", {"Content-Type": URLENCODED}),
        (400, "broken", b"a&" * (MOST_CHOICES + 1), {"Content-Type": URLENCODED}),
        (403, "origin", b"a=b", {"Content-Type": URLENCODED, "Origin": "https://evil.example"}),
    ],
)
def test_every_form_is_guarded(
    behind: World, status: int, key: str, content: bytes, headers: dict[str, str]
) -> None:
    before = behind.dump()
    for path in posts(behind):
        answer = behind.client.post(path, content=content, headers=headers)
        leaves = path.startswith("/unsubscribe/")
        assert answer.status_code == (404 if leaves and key == "origin" else status), path
        assert "<h1>" in answer.text
    assert behind.dump() == before


def test_one_click_is_exempt_from_the_origin_alone(behind: World) -> None:
    """RFC 8058: from anywhere, and only to leave; without a link of ours, all else is checked."""
    foreign = {"Origin": "https://mail.example", "Content-Type": URLENCODED}
    for path in posts(behind):
        one_click = path.startswith("/unsubscribe/")
        answer = behind.client.post(path, content=b"List-Unsubscribe=One-Click", headers=foreign)
        assert answer.status_code == (404 if one_click else 403), path
        more = b"List-Unsubscribe=One-Click&x=" + b"x" * LARGEST_BODY
        answer = behind.client.post(path, content=more, headers=foreign)
        assert answer.status_code == (413 if one_click else 403), path


def comes_to_an_end(here: World, method: str, path: str, headers: dict[str, str]) -> bool:
    """Whether it is too much at some time: buckets refill while a slow machine is asking."""
    return any(
        here.client.request(method, path, headers=headers).status_code == 429 for _ in range(500)
    )


def test_every_route_is_counted_with_the_network(behind: World) -> None:
    for number, (method, path) in enumerate(every(behind, "GET", "POST")):
        visitor = {"X-Forwarded-For": f"198.51.{number}.1"}
        statuses = [
            behind.client.request(method, path, headers=visitor).status_code for _ in range(30)
        ]
        assert 429 not in statuses, path
        assert comes_to_an_end(behind, method, path, visitor)
        neighbour = {"X-Forwarded-For": f"198.51.{number}.77", "Accept-Language": "es"}
        # A bucket refills while a slow machine is asking.
        answers = (behind.client.request(method, path, headers=neighbour) for _ in range(20))
        answer = next(each for each in answers if each.status_code == 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert "Demasiadas solicitudes" in answer.text
        stranger = {"X-Forwarded-For": "192.0.2.1"}
        assert behind.client.request(method, path, headers=stranger).status_code != 429


def test_probes_are_counted_too(behind: World) -> None:
    visitor = {"X-Forwarded-For": "2001:db8:1::1"}
    for _ in range(LOOK_RATE.burst):
        assert behind.client.get("/healthz", headers=visitor).status_code == 200
    assert comes_to_an_end(behind, "GET", "/healthz", visitor)


def test_a_slow_body_is_given_up_everywhere(behind: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.web.request_body.BODY_SECONDS", 0.2)
    where = urlsplit(str(behind.client.base_url))
    for path in posts(behind):
        with socket.create_connection((where.hostname, where.port), timeout=5) as line:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {URLENCODED}\r\n"
            line.sendall(f"{head}Content-Length: 10\r\n\r\na=".encode())
            assert line.recv(64).startswith(b"HTTP/1.1 408"), path


def test_who_holds_a_link_is_not_kept_from_leaving_by_others(tmp_path: Path) -> None:
    """One clicks of a large mail service come from a few networks; each link has its own bucket."""
    with world(tmp_path, ATRAE_TRUSTED_PROXIES="127.0.0.1") as here:
        tokens = Tokens((SECRET,))
        everyone = [
            tokens.issue(UnsubscribeLink(f"{number:032}", "en", ("newsletter",)))
            for number in range(100)
        ]
        # As many as it takes: on a slow machine the bucket refills meanwhile.
        guesses = (here.client.post("/unsubscribe/guess", headers=VISITOR) for _ in range(400))
        assert any(guess.status_code == 429 for guess in guesses)
        one_click = {"List-Unsubscribe": "One-Click"}
        for token in everyone:
            answer = here.client.post(f"/unsubscribe/{token}", data=one_click, headers=VISITOR)
            assert answer.status_code == 200
        most = LINK_RATE.burst
        path = f"/unsubscribe/{everyone[0]}"
        got = [here.client.get(path, headers=VISITOR).status_code for _ in range(most - 1)]
        assert set(got) == {200}
        assert comes_to_an_end(here, "GET", path, VISITOR)


def test_too_many_forms_are_said_to_be_too_many_and_change_nothing(tmp_path: Path) -> None:
    """429 whoever it is about: it is asked before anybody looks at the form."""
    two = world(tmp_path, ATRAE_TRUSTED_PROXIES="127.0.0.1", ATRAE_SUBMISSIONS_PER_MINUTE="2")
    with two as here:
        for _ in range(2):
            assert here.submit("ana@example.org", headers=VISITOR).status_code == 303
        before = here.rows("select count(*) from ledger")
        answers = [
            here.submit(email, headers=VISITOR, website=trap)
            for email in ("ana@example.org", "new@example.org", "wrong@")
            for trap in ("", "x")
        ]
        assert {answer.status_code for answer in answers} == {429}
        assert len({answer.content for answer in answers}) == 1
        assert here.rows("select count(*) from ledger") == before
        # A lie about where it comes from is left of what the proxy adds.
        lie = {"X-Forwarded-For": "192.0.2.55, 203.0.113.200"}
        assert here.submit("new@example.org", headers=lie).status_code == 429


def test_no_ceiling_when_none_is_set(tmp_path: Path) -> None:
    endless = world(tmp_path, ATRAE_TRUSTED_PROXIES="127.0.0.1", ATRAE_SUBMISSIONS_PER_MINUTE="0")
    with endless as here:
        got = [here.submit("ana@", headers=VISITOR).status_code for _ in range(50)]
        assert set(got) == {422}


def test_without_a_declared_proxy_nobody_says_who_they_are(here: World) -> None:
    """Loopback that is not declared is a proxy all the same: it is not made to be one visitor."""
    got = [here.submit("ana@", headers=VISITOR).status_code for _ in range(50)]
    assert set(got) == {422}
