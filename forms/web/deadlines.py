"""The deadlines that uvicorn lacks: for the head of a request, and for an answer to be taken.

uvicorn gives up a connection that is idle after an answer; one that never finishes its first
request, that goes on trickling after an answer, or that does not take what it asked for, it would
keep for ever.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0
TAKING_SECONDS = 60.0
"""Without any progress. Long, for the system takes a good deal at once for a slow line."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; a connection on which nothing is being answered must bring
    a whole request head within `head_seconds`, and one on which an answer waits to be taken must
    take some of it within `taking_seconds`, again and again."""

    head_seconds = HEAD_SECONDS
    taking_seconds = TAKING_SECONDS
    _deadline: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The time runs from the first moment on."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """A part of a head does not begin the time anew; a whole one ends it."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """What is left of a body that nobody reads has its time as well."""
        super().on_response_complete()
        self._watch()
        if self._taking is None:
            self._watch_taking()

    def pause_writing(self) -> None:
        """The other side takes less than there is: from now on it has to take some of it."""
        super().pause_writing()
        self._unwatch_taking()
        self._watch_taking()

    def resume_writing(self) -> None:
        """It has taken enough to be given more."""
        super().resume_writing()
        self._unwatch_taking()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._unwatch()
        self._unwatch_taking()
        super().connection_lost(exc)

    def _watch(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        answering = cycle is not None and not cycle.response_complete
        if answering or self.transport.is_closing():
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.close()

    def _watch_taking(self) -> None:
        if left := self.transport.get_write_buffer_size():
            self._taking = self.loop.call_later(self.taking_seconds, self._judge_taking, left)

    def _unwatch_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _judge_taking(self, before: int) -> None:
        self._taking = None
        if self.transport.get_write_buffer_size() < before:
            self._watch_taking()
        else:
            # Not `close`, which would wait for it to be taken.
            self.transport.abort()
