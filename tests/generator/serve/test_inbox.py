"""The inbox stores whole emails and shows them without running their markup."""

import stat
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

from generator.serve.inbox import Inbox


def message_about(
    subject: str, text: str = "See https://example.org/confirm/abc.def.\n"
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ana <ana@example.org>"
    message["To"] = "bo@example.org"
    message["Date"] = "Sat, 21 Nov 2026 12:00:00 +0000"
    message.set_content(text)
    message.add_alternative("<html><head></head><body>hi</body></html>", subtype="html")
    return message


def test_the_newest_email_comes_first(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    assert inbox.emails() == ()
    inbox.add(message_about("One"))
    inbox.add(message_about("Two"))
    assert [shown.subject for shown in inbox.emails()] == ["Two", "One"]


def test_addresses_are_links_without_the_full_stop_behind_them(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add(message_about("One"))
    (shown,) = inbox.emails()
    assert '<a href="https://example.org/confirm/abc.def">' in shown.linked


def test_markup_in_an_email_is_text(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.add(message_about("One", '<script>alert(1)</script> https://example.org/"><b>\n'))
    (shown,) = inbox.emails()
    assert "<script>" not in shown.linked
    assert "<b>" not in shown.linked


def test_only_names_of_emails_are_looked_up(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    inbox.add(message_about("One"))
    (tmp_path / "secret.eml").write_text("Subject: no\n\n")
    assert inbox.email("00000001") is not None
    assert inbox.email("../secret") is None
    assert inbox.email("00000002") is None


def test_no_email_takes_the_place_of_another(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    for subject in ("One", "Two", "Three"):
        inbox.add(message_about(subject))
    (tmp_path / "inbox" / "00000002.eml").unlink()
    (tmp_path / "inbox" / "00000004.eml.bak").touch()
    for subject in ("Four", "Five"):
        inbox.add(message_about(subject))
    assert [shown.subject for shown in inbox.emails()] == ["Five", "Four", "Three", "One"]


def test_emails_that_arrive_at_once_are_all_kept(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(inbox.add, [message_about(str(n)) for n in range(40)]))
    assert len(set(replies)) == len(inbox.emails()) == 40
    assert list((tmp_path / "inbox").glob("*.new")) == []


def test_only_the_owner_of_the_folder_reads_emails(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    inbox.add(message_about("One"))
    (file,) = (tmp_path / "inbox").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
