"""A development server as its author meets it: from the start to the first page, and from a save
to the new HTML."""

import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .corpus import Article
from .errors import BenchError
from .measure import Running, background
from .sites import Site

POLL = 0.005
"""Seconds between two requests: they must not keep the server from its work."""

REST = 0.5
"""Seconds that a server is left alone before a save."""

_FIRST_PAGE = 900.0
_NEW_PAGE = 120.0
_AGAIN = 5.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Asks for one page again and again over one connection."""

    server: Running
    connection: http.client.HTTPConnection
    path: str

    def wait_for(self, text: str, seconds: float) -> bool:
        """Whether the page held `text` in time. Raises `BenchError` if the server has ended."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            if text in self._page():
                return True
            self.server.refuse_end()
            time.sleep(POLL)
        return False

    def _page(self) -> str:
        """Empty while there is none. A connection that was closed is opened by the next."""
        try:
            self.connection.request("GET", self.path)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return ""
        return content.decode() if answer.status == http.client.OK else ""


@contextmanager
def serving(site: Site, article: Article, env: Mapping[str, str]) -> Iterator[tuple[Reader, float]]:
    """A server that shows the article, and how many seconds it took until it did."""
    port = free_port()
    command = site.command(site.generator.serve, port=port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_NEW_PAGE)
    began = time.perf_counter()
    with background(command, cwd=site.root, env=env) as server:
        reader = Reader(server, connection, f"/{article.slug}/")
        try:
            if not reader.wait_for("</html>", _FIRST_PAGE):
                raise BenchError(f"{site.generator.name} showed no page in {_FIRST_PAGE:.0f} s")
            yield reader, time.perf_counter() - began
        finally:
            connection.close()


def save_until_seen(site: Site, reader: Reader, drafts: Iterator[tuple[Article, str]]) -> None:
    """Save until the first change is shown: a server may answer before it watches its files."""
    for _ in range(int(_NEW_PAGE / _AGAIN)):
        article, mark = next(drafts)
        site.write(article)
        if reader.wait_for(mark, _AGAIN):
            return
    raise BenchError(f"{site.generator.name} showed no change in {_NEW_PAGE:.0f} s")


def time_save(site: Site, reader: Reader, draft: tuple[Article, str]) -> float:
    """Seconds from the begin of the save until the whole new page was received."""
    article, mark = draft
    time.sleep(REST)
    began = time.perf_counter()
    site.write(article)
    if not reader.wait_for(mark, _NEW_PAGE):
        raise BenchError(f"{site.generator.name} showed no change in {_NEW_PAGE:.0f} s")
    return time.perf_counter() - began


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
