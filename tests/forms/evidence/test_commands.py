"""The owner's way: a checkpoint in the inbox, the record held against it, a proof that travels."""

import json
import stat
from email.message import EmailMessage
from pathlib import Path

import pytest

from forms.app import open_store
from forms.evidence.checkpoint import read_mailed
from forms.links.links import Links
from forms.links.tokens import Tokens
from forms.mail.letters import LetterWriter, checkpoint_details
from forms.permission.record import Template
from forms.settings.keys import development_settings
from forms.site.templates import Renderer
from forms.store.database.engine import Database, open_engine

from ..commands.running import run
from ..declared import NOW, catalogue, pages
from ..world import World, text_of, world
from .history import KEY, OTHER, OWNER, SECRET, Lived
from .test_checkpoint import FIRST

TOLD = f"Olga <{OWNER}>"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EmailMessage]:
    """A site's folder whose handler was started with a key one day, and the checkpoint's mail."""
    directory = tmp_path_factory.mktemp("kept")
    with world(directory) as before:
        before.confirmed("ana@example.org", form="guide", purposes=("guide", "newsletter"))
        before.settled()
    sealing = world(directory, ATRAE_CHECKPOINT_KEY=SECRET, ATRAE_OWNER=TOLD)
    with sealing as here:
        (mail,) = here.inbox.wait(1)
        here.settled()
        here.subscribe("bob@example.org")
        here.settled()
    # Sealed again by hand, with what has happened since.
    assert run("seal", directory=directory, environ=environ(directory)).returncode == 0
    return directory, mail


def environ(directory: Path) -> dict[str, str]:
    return {
        "ATRAE_CHECKPOINT_KEY": SECRET,
        "ATRAE_OWNER": TOLD,
        "ATRAE_DATABASE_URL": f"sqlite:///{directory / 'forms.db'}",
        "ATRAE_SUPPRESSION_KEY": "another-secret-for-the-tests-as-long-as-that",
    }


def test_the_owner_is_mailed_a_checkpoint(kept: tuple[Path, EmailMessage]) -> None:
    """Its headers are those of a mail that no form caused, and its block is whole in both parts."""
    _, mail = kept
    assert mail["To"] == OWNER
    assert mail["Subject"] == "Checkpoint 1 of Example: please keep this email"
    assert (mail["Auto-Submitted"], mail["Form-Sub"]) == ("auto-generated", None)
    assert mail["List-Unsubscribe"] is None
    for part in (text_of(mail), text_of(mail, "html"), mail.as_string()):
        checkpoint, key = read_mailed(part.encode())
        assert (checkpoint.id, key) == (1, KEY.public)
    assert "atrae forms verify --checkpoint checkpoint-1.eml" in text_of(mail)


@pytest.mark.parametrize(("language", "words"), [("en", "keep this email"), ("es", "guarda este")])
def test_it_speaks_the_sites_language(here: World, language: str, words: str) -> None:
    declared = catalogue().model_copy(update={"default_language": language})
    made = FIRST, KEY.public
    links = Links(here.settings, Tokens(here.settings.keys))
    renderer = Renderer(pages(), language)
    details = checkpoint_details(*made, language)
    writer = LetterWriter(declared, renderer, links)
    letter = writer.to_owner(Template.SEALED, details, address=OWNER)
    assert words in letter.subject
    assert letter.language == language
    assert read_mailed(letter.text.encode()) == read_mailed(letter.html.encode()) == made


def test_verify_holds_the_record_against_the_mail(
    kept: tuple[Path, EmailMessage], tmp_path: Path
) -> None:
    directory, mail = kept
    saved = tmp_path / "checkpoint-1.eml"
    saved.write_bytes(mail.as_bytes())
    told = run(
        "verify",
        "--checkpoint",
        str(saved),
        "--verbose",
        directory=directory,
        environ=environ(directory),
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Verified: 2 contact, ")
    assert "it matches the checkpoint mailed on" in told.stdout
    assert " per second" in told.stdout


def test_verify_refuses_a_past_that_is_not_the_mailed_one(
    kept: tuple[Path, EmailMessage], tmp_path: Path
) -> None:
    """Somebody with the whole machine has begun the record anew, without the first checkpoint."""
    _, mail = kept
    saved = tmp_path / "checkpoint-1.eml"
    saved.write_bytes(mail.as_bytes())
    (tmp_path / "anew").mkdir()
    with world(tmp_path / "anew"):
        pass
    told = run("verify", "--checkpoint", str(saved), directory=tmp_path / "anew")
    assert told.returncode == 1
    assert told.stderr.startswith("checkpoint 1: it was mailed, but the database does not have it")
    other = run(
        "verify", "--checkpoint", str(saved), "--key", OTHER.public.hex, directory=tmp_path / "anew"
    )
    assert (other.returncode, "which is not one of yours" in other.stderr) == (1, True)


def test_verify_says_when_there_are_no_checkpoints(tmp_path: Path) -> None:
    with world(tmp_path):
        pass
    told = run("verify", directory=tmp_path)
    assert (told.returncode, "set ATRAE_CHECKPOINT_KEY" in told.stderr) == (0, True)


def test_a_proof_travels(kept: tuple[Path, EmailMessage], tmp_path: Path) -> None:
    """Written here, checked where there is no database; by key, and altered."""
    directory, _ = kept
    file = tmp_path / "ana.proof.json"
    arguments = ("proof", "ANA@example.org", "-o", str(file))
    told = run(*arguments, directory=directory, environ=environ(directory))
    assert told.returncode == 0, told.stderr
    assert KEY.public.id in told.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run(*arguments, directory=directory, environ=environ(directory))
    assert (again.returncode, "File exists" in again.stderr) == (1, True)
    away = tmp_path / "away"
    away.mkdir()
    for key, code in (((), 0), (("--key", KEY.public.hex), 0), (("--key", OTHER.public.hex), 1)):
        assert run("verify", str(file), *key, directory=away).returncode == code
    file.write_bytes(file.read_bytes().replace(b"newsletter", b"newsLetter", 1))
    altered = run("verify", str(file), directory=away)
    assert (altered.returncode, "Traceback" in altered.stderr) == (1, False)
    assert altered.stderr


def test_a_proof_of_nobody_and_without_a_key(kept: tuple[Path, EmailMessage]) -> None:
    directory, _ = kept
    told = run("proof", "eve@example.org", directory=directory, environ=environ(directory))
    assert (told.returncode, told.stderr) == (1, "this person is not on record\n")
    keyless = {**environ(directory), "ATRAE_CHECKPOINT_KEY": ""}
    told = run("proof", "ana@example.org", directory=directory, environ=keyless)
    assert (told.returncode, "ATRAE_CHECKPOINT_KEY is missing" in told.stderr) == (2, True)
    wrong = {**environ(directory), "ATRAE_CHECKPOINT_KEY": "short"}
    told = run("verify", directory=directory, environ=wrong)
    assert (told.returncode, "short" in told.stderr) == (2, False)
    assert run("proof", directory=directory, environ=environ(directory)).returncode == 2


def test_a_proof_of_an_altered_record_is_not_made(
    kept: tuple[Path, EmailMessage], tmp_path: Path
) -> None:
    directory, _ = kept
    copy = tmp_path / "forms.db"
    copy.write_bytes((directory / "forms.db").read_bytes())
    database = Database(open_engine(f"sqlite:///{copy}"))
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql("UPDATE ledger SET page = '/x/' WHERE page <> ''")
    database.close()
    told = run("proof", "ana@example.org", directory=tmp_path, environ=environ(tmp_path))
    assert (told.returncode, "run `atrae forms verify`" in told.stderr) == (1, True)


def test_a_sites_folder_has_a_key_for_proofs(tmp_path: Path) -> None:
    settings = development_settings(tmp_path / ".atrae", "http://127.0.0.1:8000/")
    store = open_store(settings)
    store.prepare()
    store.add_catalogue(catalogue(), now=NOW)
    here = Lived(store)
    here.ask("ana@example.org", "newsletter")
    store.database.close()
    told = run("proof", "ana@example.org", directory=tmp_path)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["record"]["pii_principal_id"]
