"""Turn a letter into a message with every header that it should have."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

REPEATED_HEADERS = frozenset(
    {"Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Form-Sub"}
    | {"From", "List-Id", "List-Unsubscribe-Post", "MIME-Version", "Reply-To"}
)
"""Headers that are mostly equal in every email, and not personal."""


class Headers(HeaderRegistry):
    """Parses headers, which is most of an email's cost, and remembers the repeated ones."""

    def __init__(self) -> None:
        super().__init__()
        self._parsed = lru_cache(maxsize=64)(super().__call__)

    def __call__(self, name: str, value: str) -> BaseHeader:
        """Return the parsed header, which nobody may change."""
        parse = self._parsed if name in REPEATED_HEADERS else super().__call__
        return parse(name, value)


POLICY = SMTP.clone(max_line_length=900, header_factory=Headers())
"""The usual 78 would break our links inside their headers; servers must accept 998 (RFC 5321)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An email before it has headers. `leave` is the URL for one-click unsubscribe (RFC 8058)."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    list_id: str = ""
    leave: str = ""
    by_form: bool = True
    """Whether a web form caused it; otherwise it is ours to the owner."""


def message_of(
    letter: Letter, *, sender: str, reply_to: str, message_id: str, date: datetime
) -> EmailMessage:
    """Return the message, with a text and an HTML part.

    Raises `ValueError` if a header would contain a line break.
    """
    message = EmailMessage(policy=POLICY)
    headers = {
        "From": sender,
        "To": letter.to,
        "Reply-To": reply_to,
        "Subject": " ".join(letter.subject.split()),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        # draft-levine-mailbomb-header: a web form caused this. Its `ip=` is left out on purpose.
        "Form-Sub": "v=1" if letter.by_form else "",
        "List-Id": f"<{letter.list_id}>" if letter.list_id else "",
        "List-Unsubscribe": f"<{letter.leave}>" if letter.leave else "",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if letter.leave else "",
    }
    for name, value in headers.items():
        if value:
            message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Last, because setting the content removes headers that begin with Content-.
    message["Content-Language"] = letter.language
    return message
