"""Visitors: they send the newsletter's form over connections that stay open."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from ...forms.declared import catalogue


@dataclass
class Load:
    """What was answered, and after how many seconds."""

    seconds: float = 0.0
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

    def closed(self, connections: int, seconds: float) -> Load:
        """Each connection sends the next form when the last one is answered."""
        return asyncio.run(self._closed(connections, seconds))

    def steady(self, rate: float, seconds: float, connections: int = 64) -> Load:
        """Forms come at `rate`, whatever became of those before; timed from when they were due."""
        return asyncio.run(self._steady(rate, seconds, connections))

    async def _closed(self, connections: int, seconds: float) -> Load:
        load, end = Load(seconds=seconds), time.monotonic() + seconds

        async def visit() -> None:
            line = await self._connect()
            while (began := time.monotonic()) < end:
                await self._send(line, load, began)
            line[1].close()

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
            line[1].close()

        await asyncio.gather(*(visit() for _ in range(connections)))
        return load

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def _send(
        self,
        line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        load: Load,
        began: float,
    ) -> None:
        reader, writer = line
        writer.write(self._form())
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        for header in head.lower().split(b"\r\n"):
            if header.startswith(b"content-length:"):
                await reader.readexactly(int(header.split(b":")[1]))
        if status == 303:
            load.times.append(time.monotonic() - began)
        else:
            load.others.append(status)

    def _form(self) -> bytes:
        email = f"{self.name}-{next(self.numbers)}@example.org"
        body = urlencode(self.fields | {"email": email}).encode()
        head = (
            f"POST /f/newsletter HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
