"""Emails that `atrae serve` keeps in a site's folder instead of sending them."""

from email import message_from_bytes, policy
from pathlib import Path

from ...declared.address import Address
from ...settings.environment import DEVELOPMENT_FOLDER

INBOX = "inbox"
"""Folder of the emails in the development folder, one file each."""


def kept_emails(directory: Path, address: Address) -> list[Path]:
    """Return the kept emails of the site in `directory` that name `address` anywhere."""
    spellings = {address.typed.casefold(), address.deliverable.casefold(), address.key.casefold()}
    files = sorted((directory / DEVELOPMENT_FOLDER / INBOX).glob("*.eml*"))
    return [file for file in files if any(each in _text_of(file) for each in spellings)]


def _text_of(file: Path) -> str:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*map(str, message.values()), *map(str, parts)]).casefold()
