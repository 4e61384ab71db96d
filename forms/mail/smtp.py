"""Mail: a letter -> a message with every header that it should have; handing it to an SMTP server.

The contract of `Deliver`: it hands one message over and returns the server's reply. Between the
server's acceptance of the recipient and the message itself it asks `permitted`, and raises
`WithdrawnError` where the answer is no. Every other failure is a `DeliveryError`.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from threading import Timer
from typing import Any

from ..settings.environment import Smtp, mailbox, read_smtp

LIKE_THE_LAST = frozenset(
    {
        "Auto-Submitted",
        "Content-Language",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Form-Sub",
        "From",
        "List-Id",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Reply-To",
    }
)
"""Headers that are mostly the same in every mail, and nobody's in particular."""


class Headers(HeaderRegistry):
    """Parsed headers. To parse them is half of what a mail costs, so some are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self._known = lru_cache(maxsize=64)(super().__call__)

    def __call__(self, name: str, value: str) -> BaseHeader:
        """The header `name`; it is never changed."""
        return self._known(name, value) if name in LIKE_THE_LAST else super().__call__(name, value)


POLICY = SMTP.clone(max_line_length=900, header_factory=Headers())
"""The usual 78 would break our links inside their headers; 998 is what servers must take."""

LONGEST_REPLY = 300
LONGEST_SESSION = 120.0
"""Seconds for one mail in all: a server that trickles keeps within the time of each step, and must
not hold up the queue. Well below the lease of a claim, after which others may take the mail."""
NOT_THE_ADDRESS = re.compile(r"\b5\.(2\.2|[3-7]\.\d+)\b")
"""Enhanced codes (RFC 3463) of refusals that say nothing about the address: a full mailbox,
their network, our reputation."""


class DeliveryError(Exception):
    """The message was not accepted. `reply` is what the server said; it may name the address."""

    def __init__(self, reply: str) -> None:
        super().__init__("the mail was not accepted")
        self.reply = reply


class DelayedError(DeliveryError):
    """Not now: try this message again later."""


class UnreachableError(DelayedError):
    """Not now, and not for any other message either: the server is away or turns us away."""


class RefusedError(DeliveryError):
    """The server takes no mail for this address, for good: it is suppressed."""


class RejectedError(DeliveryError):
    """This message is refused for good, for a reason that is not the address."""


class WithdrawnError(Exception):
    """`permitted` said no: nothing was sent."""


Permitted = Callable[[], bool]
Deliver = Callable[[EmailMessage, Permitted], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it has headers. `leave` is the address of RFC 8058's one click, if any."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    list_id: str = ""
    leave: str = ""
    by_form: bool = True
    """Whether a form on the web caused it; otherwise it is ours to the owner."""


def message_of(
    letter: Letter, *, sender: str, reply_to: str, message_id: str, date: datetime
) -> EmailMessage:
    """The message, with both parts. Raises `ValueError` where a header would hold a line break."""
    message = EmailMessage(policy=POLICY)
    headers = {
        "From": sender,
        "To": letter.to,
        "Reply-To": reply_to,
        "Subject": " ".join(letter.subject.split()),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
    }
    if letter.by_form:
        # draft-levine-mailbomb-header: a web form caused this. Its `ip=` is left out on purpose.
        headers["Form-Sub"] = "v=1"
    if letter.list_id:
        headers["List-Id"] = f"<{letter.list_id}>"
    if letter.leave:
        headers["List-Unsubscribe"] = f"<{letter.leave}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in headers.items():
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Last, for setting the content clears whatever begins with Content-.
    message["Content-Language"] = letter.language
    return message


def smtp_delivery(url: str, *, seconds: float = 30.0, whole: float = LONGEST_SESSION) -> Deliver:
    """Deliver to the server at `url`, one connection a message: every step within `seconds`, all
    of it within about `whole`."""
    target = read_smtp(url)

    def deliver(message: EmailMessage, permitted: Permitted) -> str:
        with _session(target, seconds, whole) as server:
            try:
                return _hand_over(server, message, permitted)
            except (smtplib.SMTPException, OSError) as fault:
                raise DelayedError(f"the session broke: {fault}") from fault

    return deliver


class _Watched(smtplib.SMTP):
    """A session that is cut off when it has taken `whole` seconds from its greeting on."""

    def __init__(self, *where: Any, whole: float, **how: Any) -> None:
        self._whole = whole
        self._watch: Timer | None = None
        super().__init__(*where, **how)

    def getreply(self) -> tuple[int, bytes]:
        """The time runs from the first reply that is waited for, the greeting."""
        if self._watch is None:
            self._watch = Timer(self._whole, self._cut)
            self._watch.daemon = True
            self._watch.start()
        return super().getreply()

    def close(self) -> None:
        """Nothing is left to be cut off."""
        if self._watch is not None:
            self._watch.cancel()
        super().close()

    def _cut(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


def greet(url: str, *, seconds: float = 5.0) -> None:
    """Say good day to the server at `url`, as a delivery would. Raises `DeliveryError`."""
    with _session(read_smtp(url), seconds, seconds * 3) as server:
        server.noop()


@contextmanager
def _session(target: Smtp, seconds: float, whole: float) -> Iterator[smtplib.SMTP]:
    try:
        server = _connect(target, seconds, whole)
    except (smtplib.SMTPException, OSError) as fault:
        raise UnreachableError(f"no session: {type(fault).__name__}: {fault}") from fault
    try:
        yield server
    finally:
        # The message is accepted or not by now; a farewell that fails changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect(target: Smtp, seconds: float, whole: float) -> smtplib.SMTP:
    how: dict[str, Any] = {
        "local_hostname": socket.gethostname(),
        "timeout": seconds,
        "whole": whole,
    }
    server: smtplib.SMTP
    if target.tls == "implicit":
        context = ssl.create_default_context()
        server = _WatchedTls(target.host, target.port, context=context, **how)
    else:
        server = _Watched(target.host, target.port, **how)
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
    code, said = server.mail(mailbox(str(message["From"])).addr_spec)
    if code != 250:
        # It is our name that they do not like, whoever the mail is for.
        raise UnreachableError(_reply(code, said))
    code, said = server.rcpt(mailbox(str(message["To"])).addr_spec)
    if code not in (250, 251):
        raise _refusal_of_recipient(code, _reply(code, said))
    if not permitted():
        raise WithdrawnError
    try:
        code, said = server.data(message.as_bytes(policy=POLICY))
    except smtplib.SMTPDataError as fault:
        said = fault.smtp_error if isinstance(fault.smtp_error, bytes) else b""
        code = fault.smtp_code
    if code != 250:
        reply = _reply(code, said)
        raise DelayedError(reply) if code < 500 else RejectedError(reply)
    return _reply(code, said)


def _refusal_of_recipient(code: int, reply: str) -> DeliveryError:
    if code == 421:
        return UnreachableError(reply)
    if code < 500:
        return DelayedError(reply)
    return RejectedError(reply) if NOT_THE_ADDRESS.search(reply) else RefusedError(reply)


def _reply(code: int, said: bytes) -> str:
    text = " ".join(said.decode("ascii", errors="replace").split())
    return f"{code} {text}"[:LONGEST_REPLY]
