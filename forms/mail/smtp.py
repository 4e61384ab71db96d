"""Hand messages to an SMTP server, and tell its refusals apart.

The contract of `Deliver`: it hands over one message and returns the server's reply. Between the
server's acceptance of the recipient and the message itself it calls `permitted`, and raises
`WithdrawnError` if that returns False. Every other failure is a `DeliveryError`.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from threading import Timer
from typing import Any

from ..settings.environment import Smtp, mailbox, read_smtp
from .message import POLICY

LONGEST_REPLY = 300
LONGEST_SESSION = 120.0
"""Seconds for one email in all: a server that sends its replies byte by byte stays within the time
of each step, and must not hold up the queue. Less than the lease of a claim, after which another
worker may take the email."""
NOT_THE_ADDRESS = re.compile(r"\b5\.(2\.2|[3-7]\.\d+)\b")
"""Enhanced codes (RFC 3463) of refusals that say nothing about the address: a full mailbox,
their network, our reputation."""


class DeliveryError(Exception):
    """The message was not accepted. `reply` is the server's, and may contain the address."""

    def __init__(self, reply: str) -> None:
        super().__init__("the mail was not accepted")
        self.reply = reply


class DelayedError(DeliveryError):
    """The server may accept this message later."""


class UnreachableError(DelayedError):
    """The server is away or turns us away; no other message would be accepted now either."""


class RefusedError(DeliveryError):
    """The server permanently refuses emails for this address, which is suppressed."""


class RejectedError(DeliveryError):
    """The message is refused permanently, for a reason that is not the address."""


class WithdrawnError(Exception):
    """`permitted` returned False, and nothing was sent."""


Permitted = Callable[[], bool]
Deliver = Callable[[EmailMessage, Permitted], str]


def smtp_delivery(
    url: str, *, seconds: float = 30.0, session_seconds: float = LONGEST_SESSION
) -> Deliver:
    """Return a function that delivers to the server at `url`, with one connection per message.

    Every step takes at most `seconds`, and a session about `session_seconds`.
    """
    target = read_smtp(url)

    def deliver(message: EmailMessage, permitted: Permitted) -> str:
        with _session(target, seconds, session_seconds) as server:
            try:
                return _hand_over(server, message, permitted)
            except (smtplib.SMTPException, OSError) as fault:
                raise DelayedError(f"the session broke: {fault}") from fault

    return deliver


def greet(url: str, *, seconds: float = 5.0) -> None:
    """Open a session with the server at `url`, as a delivery would. Raises `DeliveryError`."""
    with _session(read_smtp(url), seconds, seconds * 3) as server:
        server.noop()


class _LimitedSmtp(smtplib.SMTP):
    """A session that is cut off `session_seconds` after it began to wait for the greeting."""

    def __init__(self, *args: Any, session_seconds: float, **options: Any) -> None:
        self._session_seconds = session_seconds
        self._limit: Timer | None = None
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; the first one, the greeting, starts the clock."""
        if self._limit is None:
            self._limit = Timer(self._session_seconds, self._cut_off)
            self._limit.daemon = True
            self._limit.start()
        return super().getreply()

    def close(self) -> None:
        """Close the connection and stop the clock."""
        if self._limit is not None:
            self._limit.cancel()
        super().close()

    def _cut_off(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


class _LimitedSmtpTls(_LimitedSmtp, smtplib.SMTP_SSL):
    """A limited session with TLS from the first byte."""


@contextmanager
def _session(target: Smtp, seconds: float, session_seconds: float) -> Iterator[smtplib.SMTP]:
    try:
        server = _connect(target, seconds, session_seconds)
    except (smtplib.SMTPException, OSError) as fault:
        raise UnreachableError(f"no session: {type(fault).__name__}: {fault}") from fault
    try:
        yield server
    finally:
        # The message is accepted or not by now; a QUIT that fails changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect(target: Smtp, seconds: float, session_seconds: float) -> smtplib.SMTP:
    options: dict[str, Any] = {
        "local_hostname": socket.gethostname(),
        "timeout": seconds,
        "session_seconds": session_seconds,
    }
    server: smtplib.SMTP
    if target.tls == "implicit":
        context = ssl.create_default_context()
        server = _LimitedSmtpTls(target.host, target.port, context=context, **options)
    else:
        server = _LimitedSmtp(target.host, target.port, **options)
    try:
        if target.tls == "required":
            server.starttls(context=ssl.create_default_context())
        if target.user:
            server.login(target.user, target.password.get_secret_value())
        server.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _hand_over(server: smtplib.SMTP, message: EmailMessage, permitted: Permitted) -> str:
    code, text = server.mail(mailbox(str(message["From"])).addr_spec)
    if code != 250:
        # The server refuses our sender for every recipient.
        raise UnreachableError(_reply(code, text))
    code, text = server.rcpt(mailbox(str(message["To"])).addr_spec)
    if code not in (250, 251):
        raise _refusal_of_recipient(code, _reply(code, text))
    if not permitted():
        raise WithdrawnError
    try:
        code, text = server.data(message.as_bytes(policy=POLICY))
    except smtplib.SMTPDataError as fault:
        text = fault.smtp_error if isinstance(fault.smtp_error, bytes) else b""
        code = fault.smtp_code
    if code != 250:
        reply = _reply(code, text)
        raise DelayedError(reply) if code < 500 else RejectedError(reply)
    return _reply(code, text)


def _refusal_of_recipient(code: int, reply: str) -> DeliveryError:
    if code == 421:
        return UnreachableError(reply)
    if code < 500:
        return DelayedError(reply)
    return RejectedError(reply) if NOT_THE_ADDRESS.search(reply) else RefusedError(reply)


def _reply(code: int, text: bytes) -> str:
    line = " ".join(text.decode("ascii", errors="replace").split())
    return f"{code} {line}"[:LONGEST_REPLY]
