"""The form handler and what programs, browsers and attackers really send."""

import socket

import pytest

from tests.forms.world import World, link

EVIL = {"Host": "evil.example"}


def newsletter_link(here: World, email: str) -> str:
    """The link by which a confirmed reader leaves."""
    return link(here.confirmed(email), "unsubscribe")


BODIES = {
    "as the standard has it": (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
    "empty": (b"", "application/x-www-form-urlencoded"),
    "empty and without a type": (b"", ""),
    "a line end behind it": (
        b"List-Unsubscribe=One-Click\r\n",
        "application/x-www-form-urlencoded",
    ),
    "other letters": (b"list-unsubscribe=one-click", "application/x-www-form-urlencoded"),
    "JSON": (b"{}", "application/json"),
    "a text": (b"List-Unsubscribe=One-Click", "text/plain"),
    "several parts": (
        b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    "not UTF-8": (b"a=%ff", "application/x-www-form-urlencoded"),
    "far too large": (b"x" * 40_000, "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize(("body", "content_type"), BODIES.values(), ids=BODIES)
def test_one_click_with_a_genuine_link_unsubscribes(
    here: World, body: bytes, content_type: str
) -> None:
    path = newsletter_link(here, "ana@example.org")
    headers = {"Content-Type": content_type} if content_type else {}
    answer = here.client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.text) == (200, "unsubscribed\n")
    assert here.kinds("ana@example.org")[-1] == "permission.withdrawn"


def test_one_click_without_a_genuine_link_does_nothing(here: World) -> None:
    path = newsletter_link(here, "ana@example.org")
    assert here.client.post(f"{path}x", content=b"").status_code in (404, 415)
    assert here.kinds("ana@example.org")[-1] == "permission.confirmed"


def test_a_slash_at_the_end_changes_nothing(here: World) -> None:
    path = newsletter_link(here, "ana@example.org")
    shown = here.client.get(f"{path}/", headers=EVIL)
    assert shown.status_code == 200
    assert "evil.example" not in shown.text
    left = here.client.post(f"{path}/", headers=EVIL)
    assert left.status_code == 200
    assert here.kinds("ana@example.org")[-1] == "permission.withdrawn"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/healthz/", "/f/newsletter/", "/me/x/", "/nothing/", "/f/newsletter//", "//f//"]
)
def test_no_answer_leads_to_the_host_that_a_request_names(
    here: World, method: str, path: str
) -> None:
    answer = here.client.request(method, path, headers=EVIL)
    assert "evil.example" not in answer.headers.get("location", "")
    assert answer.status_code not in (301, 302, 307, 308)


@pytest.mark.parametrize(
    "line",
    [
        "OPTIONS * HTTP/1.1",
        "GET * HTTP/1.1",
        "GET http://evil.example/f/newsletter HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "GET /f/%ff HTTP/1.1",
        "GET /f/..%2f HTTP/1.1",
        "GET nothing HTTP/1.1",
    ],
)
def test_an_odd_request_is_answered_with_an_error(
    here: World, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    port = here.client.base_url.port
    assert port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 405")), answer[:200]
    assert "Traceback" not in caplog.text


def test_a_version_of_another_form_is_refused(here: World) -> None:
    other = here.catalogue.forms["guide"].version
    answer = here.submit("ana@example.org", version=other)
    assert answer.status_code == 422
    assert here.kinds("ana@example.org") == []
    own = here.catalogue.forms["newsletter"].version
    assert here.submit("ana@example.org", version=own).status_code == 303
