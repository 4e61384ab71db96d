"""The commands, as processes: exit codes, messages, and the server from start to signal."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from forms.app import open_store
from forms.settings.keys import development_settings

from ..declared import GUIDE, GUIDE_NAME, catalogue, pages, write_bundle
from ..peer import Peer, listening
from ..world import environment, free_port, link, until, world
from .running import COMMAND, clean, run, run_apart


@contextmanager
def serving(directory: Path, port: int, environ: Mapping[str, str]) -> Iterator[httpx.Client]:
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            cwd=directory,
            env=clean(environ),
            stderr=log,
            stdout=log,
        )
        try:
            with httpx.Client(base_url=environ["ATRAE_PUBLIC_URL"], timeout=10) as client:
                until(lambda: ready(client) or process.poll() is not None, "the server", 20)
                yield client
        finally:
            process.send_signal(signal.SIGTERM)
            # uvicorn shuts down in order, and then ends as the signal would have ended it.
            assert process.wait(20) in (0, -signal.SIGTERM), (directory / "log").read_text()


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_the_whole_loop_as_in_production(tmp_path: Path) -> None:
    """A tree on disk, a server process, a real mail server; a second server; verify and export."""
    declared, port, peer = catalogue(), free_port(), Peer()
    write_bundle(tmp_path / "handler", declared, pages())
    gated = tmp_path / "handler" / declared.purposes["guide"].resource["en"].path
    gated.parent.mkdir(parents=True)
    gated.write_bytes(GUIDE)
    url = f"http://127.0.0.1:{port}"
    environ = environment(tmp_path, url, ATRAE_SMTP_URL=peer.url)
    with listening(peer), serving(tmp_path, port, environ) as client:
        purpose = declared.wording("guide", "en").digest
        data = {"email": "ana@example.org", "purpose": purpose, "language": "en", "page": "/g/"}
        assert client.post("/f/guide", data=data).status_code == 303
        until(lambda: len(peer.messages) == 1, "the confirmation")
        path = link(peer.messages[0], "confirm")
        assert client.post(path, data={"do": "confirm"}).status_code == 303
        until(lambda: len(peer.messages) == 2, "the receipt")
        download = client.get(link(peer.messages[1], "resource"))
        assert download.content == GUIDE
        second = run_apart("serve", "--port", str(free_port()), directory=tmp_path, environ=environ)
        assert second.returncode == 1
        assert "in use by another handler" in second.stderr
        assert "Traceback" not in second.stderr
        assert run_apart("migrate", directory=tmp_path, environ=environ).returncode == 1
        while_serving = run_apart("verify", directory=tmp_path, environ=environ)
        assert while_serving.returncode == 0, while_serving.stderr
    assert not (tmp_path / "forms.db-wal").exists(), "the log is folded in when the server ends"
    told = run_apart("verify", directory=tmp_path, environ=environ)
    assert told.stdout.startswith("Verified: 1 contact")
    exported = run_apart("export", "ANA@example.org", directory=tmp_path, environ=environ)
    record = json.loads(exported.stdout)
    assert record["permissions"] == {"guide": "confirmed"}
    assert [event["kind"] for event in record["events"]] == [
        "permission.requested",
        "permission.confirmed",
    ]
    assert record["events"][0]["wording"]["text"] == "Send me the guide <once>."
    assert record["events"][0]["page"] == "/g/"
    assert [mail["state"] for mail in record["mails"]] == ["sent", "sent"]
    log = (tmp_path / "log").read_text()
    assert "Finished server process" in log
    assert "ana@example.org" not in log
    assert path.split("/")[2] not in log
    assert GUIDE_NAME not in log


def test_verify_names_the_place_and_fails(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.subscribe("ana@example.org")
        inside = open_store(here.settings).database
        with inside.writing() as connection:
            connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
            connection.exec_driver_sql("UPDATE ledger SET page = '/other/' WHERE page <> ''")
        inside.close()
    told = run("verify", directory=tmp_path)
    assert told.returncode == 1
    assert "ledger event" in told.stderr
    assert "it was altered" in told.stderr


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    told = run("serve", directory=tmp_path)
    assert told.returncode == 2
    assert told.stderr.count("ATRAE_") >= 6
    assert "Traceback" not in told.stderr


def test_a_tree_that_is_not_there_keeps_the_server_from_starting(tmp_path: Path) -> None:
    told = run("serve", directory=tmp_path, environ=environment(tmp_path, "https://example.org"))
    assert (told.returncode, "build the site" in told.stderr) == (1, True)


def test_without_a_database_there_is_nothing_to_read(tmp_path: Path) -> None:
    for arguments in (("verify",), ("export", "ana@example.org")):
        told = run(*arguments, directory=tmp_path)
        assert (told.returncode, "no database at" in told.stderr) == (2, True)


def test_a_sites_folder_is_enough_for_verify_and_export(tmp_path: Path) -> None:
    settings = development_settings(tmp_path / ".atrae", "http://127.0.0.1:8000/")
    store = open_store(settings)
    store.prepare()
    store.database.close()
    assert run("verify", directory=tmp_path).returncode == 0
    told = run("export", "ana@example.org", directory=tmp_path)
    assert (told.returncode, told.stderr) == (1, "this address is not on record\n")


def test_migrate_says_from_where_to_where(tmp_path: Path) -> None:
    told = run("migrate", directory=tmp_path)
    assert told.stdout == "Migrated the database from version none to 0004.\n"
    assert "up to date, at version 0004" in run("migrate", directory=tmp_path).stdout


@pytest.mark.parametrize("command", ["", "serve", "verify", "export", "migrate"])
def test_help_teaches(tmp_path: Path, command: str) -> None:
    told = run(*command.split(), "--help", directory=tmp_path)
    assert told.returncode == 0
    assert len(told.stdout) > 150


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    assert run_apart("nothing", directory=tmp_path).returncode == 2
    assert run("export", "no address", directory=tmp_path).returncode == 2
