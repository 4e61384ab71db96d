"""What the last release left behind: its databases open, and the links in its emails still work.

`forms.db` and `forms.sql` are two lives of the same people, as `make.py` tells them. Each has ids
and tokens of its own.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from forms.catalogue import Catalogue
from forms.cli import forms

from ..databases import SQLITE, rows
from ..world import World, world

HERE = Path(__file__).parent
ACTIONS = {"confirm", "fresh", "me", "more", "resource", "unsubscribe"}
"""What a link could do in the last release."""
KEYS: dict[str, Any] = json.loads((HERE / "keys.json").read_text())
TOKENS: dict[str, list[dict[str, Any]]] = json.loads((HERE / "tokens.json").read_text())
EXPECTED: dict[str, dict[str, Any]] = json.loads((HERE / "expected.json").read_text())


@pytest.fixture
def url(bare_url: str) -> str:
    """A copy of the last release's database."""
    if bare_url.startswith(SQLITE):
        shutil.copy(HERE / "forms.db", bare_url.removeprefix("sqlite:///"))
    else:
        with psycopg.connect(bare_url) as connection:
            connection.execute((HERE / "forms.sql").read_bytes())
    return bare_url


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[World]:
    """The handler on that database, shortly after the last release stopped."""
    with world(
        tmp_path,
        declared=Catalogue.from_json((HERE / "catalogue.json").read_bytes()),
        clock=lambda: datetime.fromisoformat(expected(url)["now"]),
        ATRAE_DATABASE_URL=url,
        **KEYS,
    ) as here:
        # The one email that the last release could not deliver.
        here.inbox.wait(1)
        yield here


def kind(url: str) -> str:
    return url.partition(":")[0]


def expected(url: str) -> dict[str, Any]:
    return EXPECTED[kind(url)]


def atrae_forms(url: str, *arguments: str) -> Result:
    """Run a command with the keys of the last release; it has to succeed."""
    environ = {**KEYS, "ATRAE_DATABASE_URL": url, "ATRAE_WEBHOOK_URL": expected(url)["webhook"]}
    result = CliRunner().invoke(forms, arguments, env=environ)
    assert result.exit_code == 0, result.output
    return result


def events(url: str, contact: str) -> list[str]:
    query = "SELECT kind FROM ledger WHERE subject = :contact ORDER BY seq"
    return [str(each) for (each,) in rows(url, query, contact=contact)]


def test_the_database_migrates_and_verifies(url: str, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.txt"
    checkpoint.write_text(expected(url)["checkpoint"])
    atrae_forms(url, "migrate")
    atrae_forms(url, "verify", "--checkpoint", str(checkpoint))


def test_an_export_is_what_the_last_release_exported(url: str) -> None:
    atrae_forms(url, "migrate")
    export = json.loads(atrae_forms(url, "export", "ana@example.org").stdout)
    assert export == expected(url)["export"]


def test_the_owner_finds_what_was_kept_back_and_what_other_programs_wait_for(url: str) -> None:
    atrae_forms(url, "migrate")
    lines = atrae_forms(url, "quarantine", "--format", "jsonl").stdout.splitlines()
    # Of three, one was discarded and one released.
    assert [json.loads(line)["address"] for line in lines] == ["max@example.org"]
    assert expected(url)["webhook"] in atrae_forms(url, "webhooks", "status").stdout
    counts = rows(url, "SELECT state, count(*) FROM webhook GROUP BY state")
    assert {str(state): number for state, number in counts} == expected(url)["webhooks"]


def test_an_email_that_was_waiting_is_sent(opened: World) -> None:
    (mail,) = opened.inbox.wait(1)
    assert mail["To"] == "quinn@example.org"
    opened.settled()


def test_there_is_a_token_of_each_action() -> None:
    for tokens in TOKENS.values():
        assert {token["action"] for token in tokens} == ACTIONS


def test_links_of_sent_emails_do_what_they_did(opened: World, url: str, tmp_path: Path) -> None:
    mails = 1
    for token in TOKENS[kind(url)]:
        before = events(url, token["contact"])
        shown = opened.client.get(token["path"])
        assert (token["path"], shown.status_code) == (token["path"], token["shows"])
        assert events(url, token["contact"]) == before
        if token["press"]:
            pressed = opened.client.post(token["path"], data=token["press"])
            assert pressed.status_code == 303, (token["path"], pressed.text)
            assert events(url, token["contact"]) == [*before, *token["events"]]
        mails += token["mails"]
        opened.inbox.wait(mails)
    opened.settled()
    assert len(opened.inbox.messages) == mails
    atrae_forms(url, "verify")


def test_who_must_not_be_written_to_is_remembered(opened: World) -> None:
    """By the old suppression key: hal complained, gus said never again, jon's address bounced."""
    for name in ("hal", "gus", "jon"):
        assert opened.submit(f"{name}@example.org").status_code == 303
    # The owner lifted ivy's; kim was erased, and may come back.
    for name in ("ivy", "kim"):
        assert opened.submit(f"{name}@example.org").status_code == 303
    opened.settled()
    recipients = [str(mail["To"]) for mail in opened.inbox.messages]
    assert recipients == ["quinn@example.org", "ivy@example.org", "kim@example.org"]
