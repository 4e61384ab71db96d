"""The store on a real SQLite file: durable, append-only, one contact however many ask at once."""

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms import optin
from forms.address import parse_address
from forms.decision import Decision, Limits, Notice, Record
from forms.ledger import Entry, Kind
from forms.settings import SuppressionKey
from forms.store.engine import Database, open_engine
from forms.store.lock import LockedError, sole_writer
from forms.store.migrate import HEAD, SchemaError, check_schema, migrate
from forms.store.migrations.versions import v0001_first
from forms.store.store import Committed, Store, WrongKeyError
from forms.store.tables import metadata
from forms.validate import Submission

from ..declared import NOW
from ..life import CATALOGUE, submission
from ..world import SUPPRESSION

KEY = SuppressionKey(SUPPRESSION.encode())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'forms.db'}"))
    made = Store(database, key=KEY, host="example.org")
    made.prepare()
    made.load(CATALOGUE, now=NOW)
    yield made
    database.close()


def request(store: Store, asked: Submission) -> Committed:
    def decide(record: Record) -> Decision:
        return optin.request(asked, record, now=NOW, pending=store.fresh(), limits=Limits())

    return store.for_address(asked.address, decide, now=NOW)


def test_every_connection_reports_full_synchronous(store: Store) -> None:
    engine = store.database.engine
    connections = [engine.connect() for _ in range(12)]
    try:
        for connection in connections:
            options = connection.execution_options(atrae_reading=True)
            assert options.execute(text("PRAGMA synchronous")).scalar() == 2
            assert options.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert options.execute(text("PRAGMA foreign_keys")).scalar() == 1
    finally:
        for connection in connections:
            connection.close()


def test_the_database_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    for path in tmp_path.glob("forms.db*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_migrations_make_the_tables_that_we_name(store: Store) -> None:
    with store.database.reading() as connection:
        check_schema(connection)
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_last_migration_is_the_head() -> None:
    import forms.store

    versions = Path(forms.store.__file__).parent / "migrations" / "versions"
    assert max(path.name for path in versions.glob("v*.py")).startswith(f"v{HEAD}")


def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert migrate(store.database.engine) == (HEAD, HEAD)


def test_a_database_of_a_newer_program_is_left_alone(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer"):
        store.prepare()


def test_a_wrong_suppression_key_is_noticed(store: Store) -> None:
    other = Store(store.database, key=SuppressionKey(b"x" * 40), host="example.org")
    with pytest.raises(WrongKeyError, match="ATRAE_SUPPRESSION_KEY"):
        other.prepare()


@pytest.mark.parametrize("table", ["ledger", "wording", "form", "detail"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "REPLACE"])
def test_evidence_is_append_only(store: Store, tmp_path: Path, table: str, verb: str) -> None:
    request(store, submission("newsletter"))
    statement = {
        "UPDATE": f"UPDATE {table} SET rowid = rowid",
        "DELETE": f"DELETE FROM {table}",
        "REPLACE": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    }[verb]
    outside = sqlite3.connect(tmp_path / "forms.db")
    try:
        if (table, verb) == ("detail", "DELETE"):
            assert outside.execute(statement).rowcount == 1
        else:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                outside.execute(statement)
    finally:
        outside.rollback()
        outside.close()


def test_a_hundred_at_once_make_one_contact_one_request_and_one_mail(store: Store) -> None:
    """Law 6. The addresses differ in case: they are one person's."""
    asked = submission("newsletter")
    spellings = [
        replace(asked, address=parse_address(name))
        for name in ("Ana@example.org", "ana@EXAMPLE.org")
    ]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: request(store, spellings[number % 2]), range(100)))
    with store.database.reading() as connection:
        for table, number in (("contact", 1), ("pending", 1), ("outbox", 1)):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == number
        kinds = connection.execute(text("SELECT kind FROM ledger WHERE subject <> 'system'"))
        assert kinds.scalars().all() == ["permission.requested"]


def test_a_transaction_holds_the_write_lock_from_its_beginning(
    store: Store, tmp_path: Path
) -> None:
    """What is read in it stays true until it is written."""
    outside = sqlite3.connect(tmp_path / "forms.db", timeout=0)
    try:
        with store.database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            outside.execute("UPDATE contact SET asked = asked")
        outside.execute("UPDATE contact SET asked = asked")
    finally:
        outside.close()


def test_the_migrations_speak_postgresql_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Their text only; a real PostgreSQL is another test's matter."""
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True})
    with Operations.context(context):
        v0001_first.upgrade()
    said = capsys.readouterr().out
    for table in (*metadata.tables, "ledger_seq"):
        assert f" {table}" in said
    assert said.count("CREATE TRIGGER") == 10
    assert "because BIGINT NOT NULL" in said


def test_a_decision_that_fails_leaves_nothing(store: Store) -> None:
    def broken(_record: Record) -> Decision:
        entry = Entry(kind=Kind.REQUESTED, purpose="newsletter")
        return Decision(entries=(entry,), notices=(Notice(template="none", about=(7,)),))  # type: ignore[arg-type]

    with pytest.raises(IndexError):
        store.for_address(parse_address("ana@example.org"), broken, now=NOW)
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM contact")).scalar() == 0
        assert (
            connection.execute(text("SELECT count(*) FROM ledger WHERE detail <> ''")).scalar() == 0
        )


def test_a_mail_without_a_because_cannot_be_written(store: Store) -> None:
    committed = request(store, submission("newsletter"))
    with pytest.raises(DBAPIError, match="NOT NULL"), store.database.writing() as connection:
        connection.execute(text("UPDATE outbox SET because = NULL"))
    with pytest.raises(DBAPIError, match="FOREIGN KEY"), store.database.writing() as connection:
        connection.execute(text("UPDATE outbox SET because = 999"))
    assert committed.events[0].seq > 0


def test_an_error_does_not_name_the_address(store: Store) -> None:
    query = text("INSERT INTO contact (address) VALUES (:address)")
    with pytest.raises(DBAPIError) as caught, store.database.writing() as connection:
        connection.execute(query, {"address": "ana@example.org"})
    assert "ana@example.org" not in str(caught.value)


def test_what_was_ever_loaded_is_kept(store: Store) -> None:
    old = CATALOGUE.wording("newsletter", "en")
    purpose = CATALOGUE.purposes["newsletter"]
    changed = purpose.model_copy(update={"wording": {"en": "Other words."}, "version": 4})
    newer = CATALOGUE.model_copy(update={"purposes": {**CATALOGUE.purposes, "newsletter": changed}})
    store.load(newer, now=NOW)
    store.load(newer, now=NOW)
    digests = [old.digest, newer.wording("newsletter", "en").digest, "0" * 64]
    known = store.wordings(digests)
    assert [known[digest].text for digest in digests[:2]] == [old.text, "Other words."]
    assert digests[2] not in known


def test_one_server_on_one_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    refused = pytest.raises(LockedError, match="in use by another handler")
    with sole_writer(url), refused, sole_writer(url):
        pass
    with sole_writer(url):
        pass
