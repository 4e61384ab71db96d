"""Visitors: they send the newsletter's form over connections that stay open."""

import asyncio
import re
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from ...forms.declared import catalogue

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What was answered, and after how many seconds."""

    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of processor time that the visitors themselves took."""
    times: list[float] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    """Answers that were no 303."""

    @property
    def rate(self) -> float:
        """Opt-ins a second."""
        return len(self.times) / self.seconds

    def percentile(self, part: float) -> float:
        """In seconds; `part` in [0, 1)."""
        return sorted(self.times)[int(len(self.times) * part)] if self.times else float("nan")


class Line(asyncio.Protocol):
    """A connection that stays open and asks one thing at a time; as little of a client as can be,
    for it shares the processors with the handler that it measures."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, fault: Exception | None) -> None:
        """Whoever waits for an answer gets none."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault or ConnectionResetError("no answer"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer, once all of it is there."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Done."""
        assert self._transport is not None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """An answer has a head, and a body as long as that says."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return
        length = LENGTH.search(head)
        if length and len(body) < int(length[1]):
            return
        self._read.clear()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(int(head[9:12]))


class Visitors:
    """Many people, each with an address that was not seen before."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.name = name
        declared = catalogue()
        self.fields = {
            "page": "/articles/one/",
            "language": "en",
            "version": declared.forms["newsletter"].version,
            "website": "",
            "purpose": declared.wording("newsletter", "en").digest,
        }
        self.numbers = count()
        # All but the address is said once.
        self._rest = urlencode(self.fields).encode() + b"&email="
        self._head = (
            f"POST /f/newsletter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        ).encode()

    def closed(self, connections: int, seconds: float) -> Load:
        """Each connection sends the next form when the last one is answered."""
        return self._counted(self._closed(connections, seconds))

    def steady(self, rate: float, seconds: float, connections: int = 64) -> Load:
        """Forms come at `rate`, whatever became of those before; timed from when they were due."""
        return self._counted(self._steady(rate, seconds, connections))

    def _counted(self, visits: Coroutine[None, None, Load]) -> Load:
        before = time.process_time()
        load = asyncio.run(visits)
        load.processor = time.process_time() - before
        return load

    async def _closed(self, connections: int, seconds: float) -> Load:
        load, end = Load(seconds=seconds), time.monotonic() + seconds

        async def visit() -> None:
            line = await self._connect()
            while (began := time.monotonic()) < end:
                await self._send(line, load, began)
            line.close()

        began = time.monotonic()
        await asyncio.gather(*(visit() for _ in range(connections)))
        load.seconds = time.monotonic() - began
        return load

    async def _steady(self, rate: float, seconds: float, connections: int) -> Load:
        load, start = Load(seconds=seconds), time.monotonic() + 0.1
        due = iter(start + number / rate for number in range(int(rate * seconds)))

        async def visit() -> None:
            line = await self._connect()
            for moment in due:
                await asyncio.sleep(max(moment - time.monotonic(), 0))
                await self._send(line, load, moment)
            line.close()

        await asyncio.gather(*(visit() for _ in range(connections)))
        return load

    async def _connect(self) -> Line:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(Line, "127.0.0.1", self.port)
        return line

    async def _send(self, line: Line, load: Load, began: float) -> None:
        status = await line.ask(self._form())
        if status == 303:
            load.times.append(time.monotonic() - began)
        else:
            load.others.append(status)

    def _form(self) -> bytes:
        body = self._rest + f"{self.name}-{next(self.numbers)}%40example.org".encode()
        return self._head + f"{len(body)}\r\n\r\n".encode() + body
