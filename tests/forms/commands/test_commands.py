"""The commands that write: what they say, what they change, and their exit codes."""

import json
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from forms.app import utc_now

from ..databases import dump, rows
from ..declared import catalogue, pages, write_bundle
from ..peer import Peer, listening
from ..store.people.test_erase import opened, request
from ..world import SUPPRESSION, environment, until, world
from .running import COMMAND, clean, run, run_apart

PEOPLE = """email,purpose,language,source,date,evidence,wording
eva@example.org,newsletter,en,fair 2025,2025-03-31,sheet 14,Send me the newsletter.
ana@example.org,newsletter,en,fair 2025,2025-03-31,sheet 15,
"""
KEY = {"ATRAE_SUPPRESSION_KEY": SUPPRESSION}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a handler has worked: Ana is confirmed."""
    with world(tmp_path) as here:
        here.confirmed("ana@example.org")
        here.settled()
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path


def url(directory: Path) -> str:
    return f"sqlite:///{directory / 'forms.db'}"


def test_import_says_what_it_did_and_what_it_left_out(directory: Path) -> None:
    before = dump(url(directory))
    tried = run("import", "people.csv", "--dry-run", directory=directory, environ=KEY)
    assert (tried.returncode, tried.stderr) == (0, "")
    assert "Would import 1 permissions and leave out 1" in tried.stdout
    assert dump(url(directory)) == before
    unasked = run("import", "people.csv", directory=directory, environ=KEY)
    assert (unasked.returncode, "add --yes" in unasked.stderr) == (1, True)
    assert dump(url(directory)) == before
    done = run("import", "people.csv", "--yes", directory=directory, environ=KEY)
    assert done.returncode == 0
    assert "people.csv: line 3: permitted already (left out)" in done.stdout
    assert "Imported 1 permissions and left out 1" in done.stdout
    assert run("verify", directory=directory).returncode == 0


def test_a_file_with_faults_brings_in_nobody(directory: Path) -> None:
    (directory / "people.csv").write_text(PEOPLE + "no address,newsletter,en,a,2025-01-01,b,\n")
    before = dump(url(directory))
    told = run("import", "people.csv", "--yes", directory=directory, environ=KEY)
    assert told.returncode == 1
    assert "people.csv: line 4: 'email'" in told.stderr
    assert "nothing was imported" in told.stderr
    assert dump(url(directory)) == before


def test_without_the_suppression_key_nothing_is_written(directory: Path) -> None:
    for command in (("import", "people.csv"), ("erase", "ana@example.org"), ("purge",)):
        told = run(*command, directory=directory)
        assert (told.returncode, "ATRAE_SUPPRESSION_KEY" in told.stderr) == (1, True)
        wrong = {"ATRAE_SUPPRESSION_KEY": "another-key-of-more-than-thirty-two-letters"}
        told = run(*command, directory=directory, environ=wrong)
        assert (told.returncode, "set the old key" in told.stderr) == (1, True)


def test_erase_leaves_no_byte_and_can_be_proven(directory: Path) -> None:
    asked = run("erase", "ana@example.org", "--dry-run", directory=directory, environ=KEY)
    assert asked.stdout.startswith("Would erase the address")
    assert run("erase", "ana@example.org", directory=directory, environ=KEY).returncode == 1
    assert holding(directory, b"ana@example.org") != []
    done = run("erase", "ANA@example.org", "--yes", directory=directory, environ=KEY)
    assert (done.returncode, done.stdout[:19]) == (0, "Erased the address,")
    assert holding(directory, b"ana@example.org") == []
    again = run("erase", "ana@example.org", "--yes", directory=directory, environ=KEY)
    assert (again.returncode, again.stderr) == (1, "this address is not on record\n")
    assert run("verify", directory=directory).returncode == 0


def holding(directory: Path, needle: bytes) -> list[str]:
    return [p.name for p in directory.glob("forms.db*") if needle in p.read_bytes().lower()]


def test_erase_works_beside_a_running_handler(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.confirmed("ana@example.org")
        here.confirmed("eva@example.org")
        here.settled()
        done = run_apart("erase", "ana@example.org", "--yes", directory=tmp_path, environ=KEY)
        assert (done.returncode, done.stderr) == (0, "")
        assert holding(tmp_path, b"ana@example.org") == []
        here.submit("ana@example.org")
        here.inbox.wait(5)
    assert run("verify", directory=tmp_path).returncode == 0


def test_exports_are_for_programs(directory: Path) -> None:
    told = run("export", "--contacts", directory=directory)
    assert [json.loads(line)["state"] for line in told.stdout.splitlines()] == ["confirmed"]
    told = run("export", "--ledger", "--format", "csv", "-o", "all.csv", directory=directory)
    assert (told.returncode, "rows to all.csv" in told.stdout) == (0, True)
    assert (directory / "all.csv").stat().st_mode & 0o077 == 0
    assert "permission.confirmed" in (directory / "all.csv").read_text()
    for wrong in ((), ("ana@example.org", "--ledger")):
        assert run("export", *wrong, directory=directory).returncode == 2


def test_purge_says_what_goes(directory: Path) -> None:
    told = run("purge", "--dry-run", directory=directory, environ=KEY)
    assert told.stdout.startswith("Would delete 0 requests")
    assert run("purge", directory=directory, environ=KEY).stdout.startswith("Deleted 0 requests")


def test_backup_and_restore_refuse_to_forget(directory: Path) -> None:
    assert run("backup", "copy.db", directory=directory).returncode == 0
    saved = dump(url(directory))
    run("erase", "ana@example.org", "--yes", directory=directory, environ=KEY)
    refused = run("restore", "copy.db", "--verify", "--yes", directory=directory)
    assert refused.returncode == 1
    assert "has 2 events that copy.db does not have, 1 of them withdrawals" in refused.stderr
    forced = ("restore", "copy.db", "--verify", "--force")
    tried = run(*forced, "--dry-run", directory=directory)
    assert tried.stdout == "copy.db is intact. Restoring it would lose 2 events.\n"
    assert dump(url(directory)) != saved
    assert run(*forced, "--yes", directory=directory).returncode == 0
    assert dump(url(directory)) == saved


def test_a_backup_that_was_altered_is_not_restored(directory: Path) -> None:
    run("backup", "copy.db", directory=directory)
    connection = sqlite3.connect(directory / "copy.db")
    connection.execute("DROP TRIGGER ledger_no_update")
    connection.execute("UPDATE ledger SET page = '/other/' WHERE page <> ''")
    connection.commit()
    connection.close()
    told = run("restore", "copy.db", "--verify", "--force", "--yes", directory=directory)
    assert (told.returncode, "it was altered" in told.stderr) == (1, True)
    assert rows(url(directory), "SELECT count(*) FROM ledger WHERE page = '/other/'") == [(0,)]


def test_restore_waits_for_the_handler_to_stop(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.confirmed("ana@example.org")
        assert run("backup", "copy.db", directory=tmp_path).returncode == 0
        told = run("restore", "copy.db", "--yes", directory=tmp_path)
        assert (told.returncode, "in use by another handler" in told.stderr) == (1, True)


def test_move_there_and_back_is_the_same(directory: Path, postgresql_url: str) -> None:
    there = run("move", "sqlite:///forms.db", postgresql_url, directory=directory)
    assert there.returncode == 0, there.stderr
    told = {"ATRAE_DATABASE_URL": postgresql_url}
    back = run("move", "-", "sqlite:///back.db", directory=directory, environ=told)
    assert back.stdout == there.stdout
    first = run("export", "--ledger", directory=directory).stdout
    again = {"ATRAE_DATABASE_URL": "sqlite:///back.db"}
    assert run("export", "--ledger", directory=directory, environ=again).stdout == first
    refused = run("move", "sqlite:///forms.db", postgresql_url, directory=directory)
    assert (refused.returncode, "not empty" in refused.stderr) == (1, True)


def test_doctor_ends_with_one_where_something_is_wrong(directory: Path) -> None:
    told = run("doctor", "--offline", directory=directory, environ=KEY)
    assert told.returncode == 1
    assert "error    settings: ATRAE_SITE_URL is missing" in told.stdout
    assert "ok       triggers" in told.stdout
    assert "Traceback" not in told.stderr


def test_webhooks_say_where_they_stand(directory: Path) -> None:
    told = run("webhooks", "status", directory=directory, environ=KEY)
    assert "No endpoint is configured" in told.stdout
    told = run("webhooks", "replay", "--yes", directory=directory, environ=KEY)
    assert told.returncode == 1


@pytest.mark.parametrize(
    "command",
    ["import", "erase", "purge", "backup", "restore", "move", "doctor", "webhooks replay"],
)
def test_help_shows_an_example(tmp_path: Path, command: str) -> None:
    told = run(*command.split(), "--help", directory=tmp_path)
    assert told.returncode == 0
    assert f"atrae forms {command}" in told.stdout


def test_workers_share_the_mails_and_stop_at_a_signal(tmp_path: Path, postgresql_url: str) -> None:
    """Two workers beside a handler that sends nothing: each mail leaves once."""
    peer, declared = Peer(), catalogue()
    write_bundle(tmp_path / "handler", declared, pages())
    environ = environment(
        tmp_path,
        "https://forms.example.org",
        ATRAE_DATABASE_URL=postgresql_url,
        ATRAE_SMTP_URL=peer.url,
        ATRAE_CHECK_MX="no",
    )
    for store in opened(postgresql_url):
        for number in range(12):
            request(store, f"p{number}@example.org", now=utc_now())
    workers = [
        subprocess.Popen(
            [*COMMAND, "worker"], cwd=tmp_path, env=clean(environ), stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    try:
        with listening(peer):
            until(lambda: len(peer.messages) >= 12, "twelve mails", 40)
            sent = "SELECT count(*) FROM outbox WHERE state = 'sent'"
            until(lambda: rows(postgresql_url, sent) == [(12,)], "the record of them", 10)
    finally:
        for each in workers:
            each.send_signal(signal.SIGTERM)
        said = [each.communicate(timeout=20)[1].decode() for each in workers]
    assert [each.returncode for each in workers] == [0, 0], said
    assert len({str(mail["To"]) for mail in peer.messages}) == len(peer.messages) == 12
    assert "@example.org" not in "".join(said)
