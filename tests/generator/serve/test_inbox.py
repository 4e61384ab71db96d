"""The inbox keeps mails whole and shows them harmlessly."""

from email.message import EmailMessage
from pathlib import Path

from generator.serve.inbox import Inbox


def mail(subject: str, text: str = "See https://example.org/confirm/abc.def.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ana <ana@example.org>"
    message["To"] = "bo@example.org"
    message["Date"] = "Sat, 21 Nov 2026 12:00:00 +0000"
    message.set_content(text)
    message.add_alternative("<html><head></head><body>hi</body></html>", subtype="html")
    return message


def test_the_newest_mail_comes_first(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    assert inbox.mails() == ()
    inbox.take(mail("One"))
    inbox.take(mail("Two"))
    assert [shown.subject for shown in inbox.mails()] == ["Two", "One"]


def test_addresses_are_links_without_the_full_stop_behind_them(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.take(mail("One"))
    (shown,) = inbox.mails()
    assert '<a href="https://example.org/confirm/abc.def">' in shown.linked


def test_markup_in_a_mail_is_text(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.take(mail("One", '<script>alert(1)</script> https://example.org/"><b>\n'))
    (shown,) = inbox.mails()
    assert "<script>" not in shown.linked
    assert "<b>" not in shown.linked


def test_only_names_of_mails_are_looked_up(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    inbox.take(mail("One"))
    (tmp_path / "secret.eml").write_text("Subject: no\n\n")
    assert inbox.mail("00000001") is not None
    assert inbox.mail("../secret") is None
    assert inbox.mail("00000002") is None
