"""The handler as it is really started, in a process of its own, and what it costs that process."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from forms.links.tokens import Link, Tokens

from . import databases
from .declared import GUIDE, GUIDE_NAME, catalogue, pages, write_bundle
from .world import SECRET, environment, free_port, until

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Production:
    """`atrae forms serve`, running."""

    pid: int
    port: int
    directory: Path

    def send(self, *parts: bytes, seconds: float = 10.0) -> tuple[int, dict[str, str], bytes]:
        """Send bytes as they are on a line of their own: status, headers and body of the answer.

        Status 0: there was none, the line was cut.
        """
        line = socket.create_connection(("127.0.0.1", self.port), timeout=seconds)
        with line:
            try:
                for part in parts:
                    line.sendall(part)
            except OSError:
                # The answer was given before everything was read.
                pass
            answer = http.client.HTTPResponse(line)
            try:
                answer.begin()
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            except (OSError, http.client.HTTPException):
                return 0, {}, b""

    def processor_seconds(self) -> float:
        """What the process has used so far, in user and system mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def most_memory(self) -> int:
        """The most bytes that were resident since `forget_memory`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def forget_memory(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        return databases.dump(f"sqlite:///{self.directory / 'forms.db'}")

    def token(self, link: Link) -> str:
        return Tokens((SECRET,)).issue(link)


@contextmanager
def production(directory: Path, *, guide: bytes = GUIDE, **settings: str) -> Iterator[Production]:
    """Start it on a fresh database; stop it at the end, and it must end well."""
    port, declared = free_port(), catalogue(guide=guide)
    write_bundle(directory / "handler", declared, pages())
    gated = directory / "handler" / "gated" / sha256(guide).hexdigest() / GUIDE_NAME
    gated.parent.mkdir(parents=True)
    gated.write_bytes(guide)
    told = environment(directory, f"http://127.0.0.1:{port}", ATRAE_CHECK_MX="no", **settings)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "forms", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **told},
        stderr=subprocess.DEVNULL,
    )
    made = Production(pid=process.pid, port=port, directory=directory)
    try:
        until(lambda: process.poll() is not None or _answers(made), "the handler", 20)
        assert process.poll() is None, "the handler did not start"
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, -signal.SIGTERM)


def _answers(made: Production) -> bool:
    try:
        return made.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0] == 200
    except OSError:
        return False
