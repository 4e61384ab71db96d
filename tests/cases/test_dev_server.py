"""`atrae serve` with requests and edits that are not the usual ones."""

import http.client
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.forms.world import until
from tests.serving import Served, new_site, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = new_site(tmp_path_factory.mktemp("serve") / "site")
    with serving(folder, apart=True) as running:
        yield running


def get(address: str, path: str, host: str = "") -> tuple[int, str, str]:
    """Return status, location and text."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("location", ""), answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/", "/blog/hello/", "/feed.xml", "/nothing/", "/_atrae/versions"]
)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "localhost.evil"])
def test_no_page_is_shown_to_another_host(served: Served, path: str, host: str) -> None:
    status, _, text = get(served.url, path, host)
    assert (status, "localhost" in text) == (421, True)


def test_the_form_handler_refuses_other_hosts_too(served: Served) -> None:
    assert get(served.forms_url, "/healthz")[0] == 200
    assert get(served.forms_url, "/healthz", "evil.example")[0] == 421


@pytest.mark.parametrize("path", ["//blog", "///blog", "//evil.example/..", "/%2Fblog", "/\\blog"])
def test_no_redirect_leads_to_another_host(served: Served, path: str) -> None:
    status, location, _ = get(served.url, path)
    assert status == 404 or (status == 307 and location == "/blog/")


@pytest.mark.parametrize("line", ["OPTIONS * HTTP/1.1", "GET * HTTP/1.1", "GET nothing HTTP/1.1"])
@pytest.mark.parametrize("apart", [False, True])
def test_a_request_without_a_path_is_not_found(served: Served, line: str, apart: bool) -> None:
    parts = urlsplit(served.forms_url if apart else served.url)
    request = f"{line}\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(request.encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 404")


BREAKS: dict[str, tuple[str, str]] = {
    "a document": ("content/bad.md", "---\ntitle: a: b\n---\n"),
    "a document in a new folder": ("content/new/bad.md", "---\ntitle: a: b\n---\n"),
    "data": ("data/bad.yaml", "a: b: c\n"),
    "a form": ("content/_forms/bad.yaml", "nothing: here\n"),
    "a template": ("templates/home.html", "{% if %}"),
}


def gone(file: Path) -> None:
    file.unlink()


def renamed(file: Path) -> None:
    file.rename(file.with_name(".hidden"))


def moved(file: Path) -> None:
    file.rename(file.parents[3] / "moved-out-of-the-site")


@pytest.mark.parametrize("end", [gone, renamed, moved])
@pytest.mark.parametrize(("path", "text"), BREAKS.values(), ids=BREAKS)
def test_the_site_recovers_when_a_broken_file_goes(
    served: Served, path: str, text: str, end: Callable[[Path], None]
) -> None:
    file = served.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    try:
        until(lambda: get(served.url, "/")[0] == 500, "the error", 20)
        end(file)
        until(lambda: get(served.url, "/")[0] == 200, "the site", 20)
    finally:
        file.unlink(missing_ok=True)
