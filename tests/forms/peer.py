"""A real SMTP server to talk to, which can be told to be difficult."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .world import free_port


@dataclass
class Peer:
    """What has arrived; `answers` replaces the usual reply to a command."""

    port: int = field(default_factory=free_port)
    envelopes: list[Envelope] = field(default_factory=list)
    answers: dict[str, Callable[[str], str]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        raw = [envelope.content for envelope in self.envelopes]
        parsed = [
            message_from_bytes(each, policy=default) for each in raw if isinstance(each, bytes)
        ]
        return list(parsed)

    def say(self, command: str, argument: str, usual: str) -> str:
        self.seen.append(command)
        return self.answers[command](argument) if command in self.answers else usual

    async def handle_MAIL(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        envelope.mail_from = address
        return self.say("MAIL", address, "250 OK")

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.say("RCPT", address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.say("DATA", "", "250 2.0.0 kept")
        if answer.startswith("250"):
            self.envelopes.append(envelope)
        return answer


@contextmanager
def listening(peer: Peer) -> Iterator[Peer]:
    """Let the peer be up for a while."""
    # Each session looks at all that its handler has: it must not read every message for that.
    names = ("handle_MAIL", "handle_RCPT", "handle_DATA")
    controller = Controller(
        SimpleNamespace(**{name: getattr(peer, name) for name in names}),
        hostname="127.0.0.1",
        port=peer.port,
        # Else each session asks the network for the name of this machine.
        server_hostname="localhost",
    )
    controller.start()
    try:
        yield peer
    finally:
        controller.stop()
