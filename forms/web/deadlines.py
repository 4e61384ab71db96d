"""Deadlines that uvicorn lacks: for a request's head, and for the client to read a response.

uvicorn closes connections that are idle after a response. It would keep for ever a connection that
never finishes its first request, that sends a few bytes at a time after a response, or that doesn't
read what it requested.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


class DeadlineProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with two deadlines.

    A connection without a response in progress must send a whole request head within
    `head_seconds`. A connection with unread response data must read some of it in each
    `reading_seconds`.
    """

    head_seconds = 10.0
    reading_seconds = 60.0
    """Seconds without progress. Long, because the system buffers much for a slow connection."""
    _head_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline for the first request head."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """End the deadline once the head is whole. A part of a head doesn't restart it."""
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        """Start the deadline for the next head, and for the rest of an unread body."""
        super().on_response_complete()
        self._watch_head()
        if self._reading_timer is None:
            self._watch_reading()

    def pause_writing(self) -> None:
        """Start the reading deadline: the client reads more slowly than we write."""
        super().pause_writing()
        self._unwatch_reading()
        self._watch_reading()

    def resume_writing(self) -> None:
        """End the reading deadline: the client has read enough to receive more."""
        super().resume_writing()
        self._unwatch_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End both deadlines."""
        self._unwatch_head()
        self._unwatch_reading()
        super().connection_lost(exc)

    def _watch_head(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        responding = cycle is not None and not cycle.response_complete
        if responding or self.transport.is_closing():
            self._unwatch_head()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _unwatch_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _watch_reading(self) -> None:
        if size := self.transport.get_write_buffer_size():
            self._reading_timer = self.loop.call_later(
                self.reading_seconds, self._check_reading, size
            )

    def _unwatch_reading(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _check_reading(self, previous_size: int) -> None:
        self._reading_timer = None
        if self.transport.get_write_buffer_size() < previous_size:
            self._watch_reading()
        else:
            # Not `close`, which would wait until the client has read everything.
            self.transport.abort()
