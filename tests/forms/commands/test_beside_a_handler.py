"""Commands beside a running handler: they take their turn, or refuse and say the way out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..evidence.history import OWNER, SECRET
from ..production import Production, production
from ..world import SUPPRESSION, World, world
from .running import run, run_apart
from .test_commands import PEOPLE

SEALING = {"ATRAE_CHECKPOINT_KEY": SECRET, "ATRAE_OWNER": f"Olga <{OWNER}>"}
MAIL = {"ATRAE_MAIL_FROM": "Ana of Example <ana@example.org>"}
WORKING = (
    ("seal",),
    ("verify",),
    ("export", "ana@example.org"),
    ("export", "--contacts"),
    ("export", "--ledger"),
    ("proof", "ana@example.org"),
    ("import", "people.csv", "--yes"),
    ("backup", "copy.db"),
    ("webhooks", "status"),
    ("purge",),
    ("erase", "ana@example.org", "--yes"),
)
"""In this order: the last one ends what the others speak of."""


SENDERS = 4


@contextmanager
def busy(here: World) -> Iterator[list[int]]:
    """Keep `SENDERS` sign-ups in flight; yields the status codes of the responses."""
    codes: list[int] = []
    stop = threading.Event()

    def subscribe(sender: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            codes.append(here.submit(f"sender-{sender}-{number}@example.org").status_code)

    threads = [threading.Thread(target=subscribe, args=(sender,)) for sender in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield codes
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def test_every_command_takes_its_turn_beside_a_busy_handler(tmp_path: Path) -> None:
    """None of them fails, nobody's form does, and the record holds."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    with world(tmp_path, ATRAE_SUBMISSIONS_PER_MINUTE="0") as here:
        here.confirmed("ana@example.org")
        url = here.settings.database_url.get_secret_value()
        known = {"ATRAE_DATABASE_URL": url, "ATRAE_SUPPRESSION_KEY": SUPPRESSION}
        with busy(here) as codes:
            for command in WORKING:
                told = run(*command, directory=tmp_path, environ={**known, **SEALING, **MAIL})
                assert told.returncode == 0, (command, told.stderr)
            assert len(codes) >= SENDERS, "hardly any sign-up was answered beside the commands"
        assert set(codes) == {303}
        here.settled()
        verified = run("verify", directory=tmp_path, environ={**known, **SEALING})
        assert (verified.returncode, verified.stderr) == (0, "")
        assert here.kinds("ana@example.org") == []


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with production(tmp_path_factory.mktemp("serving")) as made:
        yield made


def test_a_checkpoint_is_made_beside_a_handler_in_another_process(serving: Production) -> None:
    environ = {
        "ATRAE_DATABASE_URL": f"sqlite:///{serving.directory / 'forms.db'}",
        "ATRAE_SUPPRESSION_KEY": SUPPRESSION,
    }
    told = run_apart("seal", directory=serving.directory, environ={**environ, **SEALING, **MAIL})
    assert told.returncode == 0, told.stderr
    assert "BEGIN ATRAE CHECKPOINT" in told.stdout


@pytest.mark.parametrize("command", [("migrate",), ("restore", "copy.db"), ("move", "-", "x.db")])
def test_what_needs_the_database_alone_refuses_and_says_why(
    serving: Production, command: tuple[str, ...]
) -> None:
    environ = {
        "ATRAE_DATABASE_URL": f"sqlite:///{serving.directory / 'forms.db'}",
        "ATRAE_SUPPRESSION_KEY": SUPPRESSION,
    }
    copy = serving.directory / "copy.db"
    run("backup", str(copy), "--force", directory=serving.directory, environ=environ)
    command = tuple("sqlite:///x.db" if part == "x.db" else part for part in command)
    told = run(*command, directory=serving.directory, environ=environ)
    assert told.returncode == 1
    assert f"in use by another handler (process {serving.pid})" in told.stderr
    assert "stop the other handler" in told.stderr
    assert not (serving.directory / "x.db").exists()
