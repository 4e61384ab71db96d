"""Mails are shown here instead of being sent: one file each, the newest first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_NAME = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as the inbox shows it."""

    name: str
    subject: str
    sender: str
    recipient: str
    at: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str

    @property
    def linked(self) -> Markup:
        """The text with its addresses as links."""
        parts, position = [], 0
        for found in _ADDRESS.finditer(self.text):
            url = found[0].rstrip(".,;:!?)")
            parts.append(escape(self.text[position : found.start()]))
            parts.append(Markup('<a href="{0}">{0}</a>').format(url))
            position = found.start() + len(url)
        parts.append(escape(self.text[position:]))
        return Markup("").join(parts)


class Inbox:
    """A folder of mails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, message: EmailMessage) -> str:
        """Keep a mail whole; what the reply of a mail server would say."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{len(list(self._names())) + 1:08d}"
        new = self._folder / f"{name}.new"
        new.write_bytes(message.as_bytes())
        new.rename(self._folder / f"{name}.eml")
        return f"250 kept as {name}"

    def mails(self) -> tuple[Mail, ...]:
        """Every mail, the newest first."""
        return tuple(self._read(name) for name in sorted(self._names(), reverse=True))

    def mail(self, name: str) -> Mail | None:
        """One mail, if there is one of that name."""
        if not _NAME.fullmatch(name) or not (self._folder / f"{name}.eml").is_file():
            return None
        return self._read(name)

    def _names(self) -> Iterator[str]:
        return (file.stem for file in self._folder.glob("*.eml") if _NAME.fullmatch(file.stem))

    def _read(self, name: str) -> Mail:
        raw = (self._folder / f"{name}.eml").read_bytes()
        message = message_from_bytes(raw, policy=policy.default)
        return Mail(
            name=name,
            subject=str(message["Subject"] or ""),
            sender=str(message["From"] or ""),
            recipient=str(message["To"] or ""),
            at=parsedate_to_datetime(message["Date"]) if message["Date"] else None,
            headers=tuple((key, str(value)) for key, value in message.items()),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
