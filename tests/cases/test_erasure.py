"""Erased is erased, wherever a site's folder keeps an address."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from forms.app import open_store
from forms.settings.keys import development_settings
from generator.serve.inbox import Inbox
from tests.forms.commands.running import run
from tests.forms.store.people.test_erase import request


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's folder as `atrae serve` leaves it, with emails to two people and about one."""
    store = open_store(development_settings(tmp_path / ".atrae", "http://127.0.0.1:8000/"))
    store.prepare()
    request(store, "ana@example.org")
    store.database.close()
    inbox = Inbox(tmp_path / ".atrae" / "inbox")
    for recipient, text in [
        ("Ana@Example.org", "See http://127.0.0.1:8000/me/secret"),
        ("bob@example.org", "Hello."),
        ("owner@example.org", "A new reader: ana@example.org, höflich begrüßt."),
    ]:
        message = EmailMessage()
        message["To"], message["Subject"] = recipient, "Hello"
        message.set_content(text, cte="base64")
        inbox.add(message)
    return tmp_path


def emails(folder: Path) -> list[str]:
    return [email.recipient for email in Inbox(folder / ".atrae" / "inbox").emails()]


def test_a_dry_run_counts_the_emails_and_keeps_them(folder: Path) -> None:
    result = run("erase", "ana@example.org", "--dry-run", directory=folder)
    assert "2 emails in the inbox" in result.stdout
    assert len(emails(folder)) == 3


def test_the_emails_go_with_the_address(folder: Path) -> None:
    assert run("erase", "ANA@example.org", "--yes", directory=folder).returncode == 0
    assert emails(folder) == ["bob@example.org"]
    kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"ana@example.org" not in kept.lower()


def test_emails_of_somebody_who_is_not_on_record_go_too(folder: Path) -> None:
    assert run("erase", "bob@example.org", "--yes", directory=folder).returncode == 0
    assert len(emails(folder)) == 2
    assert run("erase", "bob@example.org", "--yes", directory=folder).returncode == 1
