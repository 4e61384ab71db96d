"""The environment: all faults at once, each with a way out, and no secret repeated."""

import stat
from pathlib import Path

import pytest

from forms.errors import SettingsError
from forms.settings.environment import (
    SuppressionKey,
    mailbox,
    origin_of,
    read_database,
    read_environment,
    read_smtp,
)
from forms.settings.keys import development_settings

from ..world import environment

URL = "https://example.org"


def test_an_empty_environment_names_every_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment({}, tmp_path)
    names = [fault.partition(" ")[0] for fault in caught.value.faults]
    assert sorted(names) == [
        "ATRAE_MAIL_FROM",
        "ATRAE_PUBLIC_URL",
        "ATRAE_SECRET_KEY",
        "ATRAE_SITE_URL",
        "ATRAE_SMTP_URL",
        "ATRAE_SUPPRESSION_KEY",
    ]
    assert "token_urlsafe" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATRAE_SECRET_KEY", "short"),
        ("ATRAE_SUPPRESSION_KEY", f"{'a' * 40} {'b' * 40}"),
        ("ATRAE_MAIL_FROM", "no-reply@example.org"),
        ("ATRAE_MAIL_FROM", "Example <noreply+x@example.org>"),
        ("ATRAE_REPLY_TO", "DoNotReply@example.org"),
        ("ATRAE_MAIL_FROM", "nobody"),
        ("ATRAE_MAIL_FROM", "a@b.org, c@d.org"),
        ("ATRAE_MAIL_FROM", "a@b.org\r\nBcc: c@d.org"),
        ("ATRAE_SITE_URL", "example.org"),
        ("ATRAE_SITE_URL", "http://example.org"),
        ("ATRAE_PUBLIC_URL", "https://example.org/?q"),
        ("ATRAE_PUBLIC_URL", "https://user@example.org/"),
        ("ATRAE_SMTP_URL", "http://example.org"),
        ("ATRAE_SMTP_URL", "smtp://u:p@mail.example.org?tls=none"),
        ("ATRAE_SMTP_URL", "smtp://mail.example.org?tls=maybe"),
        ("ATRAE_DATABASE_URL", "mysql://localhost/x"),
    ],
)
def test_a_wrong_value_is_refused_alone(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment(environment(tmp_path, URL, **{name: value}), tmp_path)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(name)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    smtp = "smtp://user:hunter2@mail.example.org"
    settings = read_environment(environment(tmp_path, URL, ATRAE_SMTP_URL=smtp), tmp_path)
    shown = repr(settings) + str(settings.model_dump())
    assert settings.keys[0] not in shown
    assert "hunter2" not in shown
    with pytest.raises(SettingsError) as caught:
        read_environment(environment(tmp_path, URL, ATRAE_SECRET_KEY="hunter2"), tmp_path)
    assert "hunter2" not in str(caught.value)


def test_answers_go_to_the_sender_unless_told_otherwise(tmp_path: Path) -> None:
    settings = read_environment(environment(tmp_path, URL), tmp_path)
    assert settings.reply_to == settings.mail_from
    assert settings.mail_domain == "example.org"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "required")),
        ("smtps://mail.example.org", ("mail.example.org", 465, "implicit")),
        ("smtp://localhost", ("localhost", 25, "none")),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "none")),
        ("smtp://localhost?tls=required", ("localhost", 587, "required")),
        ("smtp://relay:2525?tls=none", ("relay", 2525, "none")),
    ],
)
def test_an_smtp_address_says_how_safely(url: str, expected: tuple[str, int, str]) -> None:
    smtp = read_smtp(url)
    assert (smtp.host, smtp.port, smtp.tls) == expected


def test_a_password_may_hold_anything() -> None:
    smtp = read_smtp("smtp://us%40er:p%3Aw%2F@mail.example.org")
    assert (smtp.user, smtp.password.get_secret_value()) == ("us@er", "p:w/")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.org/blog/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://español.es", "https://xn--espaol-zwa.es"),
    ],
)
def test_an_origin_is_spelled_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_mailbox_may_have_a_name() -> None:
    assert mailbox('"Ana, of Example" <ana@example.org>').addr_spec == "ana@example.org"


def test_development_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    directory = tmp_path / ".atrae"
    first = development_settings(directory, "http://127.0.0.1:8000/")
    again = development_settings(directory, "http://127.0.0.1:8000/")
    assert first == again
    (keys,) = directory.iterdir()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert first.public_url == "http://127.0.0.1:8000"


def test_commands_find_the_database_of_serve(tmp_path: Path) -> None:
    assert read_database({}, tmp_path) == f"sqlite:///{tmp_path}/forms.db"
    (tmp_path / ".atrae").mkdir()
    (tmp_path / ".atrae" / "forms.db").touch()
    assert read_database({}, tmp_path) == f"sqlite:///{tmp_path}/.atrae/forms.db"
    told = {"ATRAE_DATABASE_URL": "postgresql://u@h/db"}
    assert read_database(told, tmp_path) == "postgresql+psycopg://u@h/db"


def test_a_concealed_address_depends_on_the_key() -> None:
    one, other = SuppressionKey(b"1" * 32), SuppressionKey(b"2" * 32)
    assert one.conceal("ana@example.org") != other.conceal("ana@example.org")
    assert one.fingerprint.startswith(one.id)
    assert one.fingerprint != other.fingerprint
