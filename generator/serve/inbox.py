"""Inbox of `atrae serve`: emails are stored in a folder, one file each, instead of being sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Lock

from markupsafe import Markup, escape

_URL = re.compile(r"https?://[^\s<>\"]+")
_NAME = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An email as the inbox shows it."""

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
        """The text, with its URLs as links."""
        parts, position = [], 0
        for match in _URL.finditer(self.text):
            url = match[0].rstrip(".,;:!?)")
            parts.append(escape(self.text[position : match.start()]))
            parts.append(Markup('<a href="{0}">{0}</a>').format(url))
            position = match.start() + len(url)
        parts.append(escape(self.text[position:]))
        return Markup("").join(parts)


class Inbox:
    """Emails in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._adding = folder, Lock()

    def add(self, message: EmailMessage) -> str:
        """Store an email that only its owner may read, and return a reply like a mail server's."""
        with self._adding:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = f"{max(map(int, self._names()), default=0) + 1:08d}"
            new = self._folder / f"{name}.new"
            new.touch()
            new.chmod(0o600)
            new.write_bytes(message.as_bytes())
            new.rename(self._folder / f"{name}.eml")
        return f"250 kept as {name}"

    def emails(self) -> tuple[Email, ...]:
        """Return the emails, newest first."""
        return tuple(self._read(name) for name in sorted(self._names(), reverse=True))

    def email(self, name: str) -> Email | None:
        """Return one email, or None if there is none with that name."""
        if not _NAME.fullmatch(name) or not (self._folder / f"{name}.eml").is_file():
            return None
        return self._read(name)

    def _names(self) -> Iterator[str]:
        return (file.stem for file in self._folder.glob("*.eml") if _NAME.fullmatch(file.stem))

    def _read(self, name: str) -> Email:
        raw = (self._folder / f"{name}.eml").read_bytes()
        message = message_from_bytes(raw, policy=policy.default)
        return Email(
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
