"""The store on both databases: append-only, one contact however many ask at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms.declared.address import parse_address
from forms.permission import optin
from forms.permission.ledger import Entry, Kind
from forms.permission.record import Decision, Limits, Record, Template, owe
from forms.permission.submission import Submission
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.database.migrate import HEAD, SchemaError, check_schema, migrate
from forms.store.database.tables import metadata
from forms.store.records.store import Committed, Store, WrongKeyError

from ...contact_history import CATALOGUE, submission
from ...databases import rows
from ...declared import NOW
from ...world import SUPPRESSION

KEY = SuppressionKey(SUPPRESSION.encode())


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    database = Database(open_engine(database_url))
    made = Store(database, key=KEY, mail_domain="example.org")
    made.prepare()
    made.add_catalogue(CATALOGUE, now=NOW)
    yield made
    database.close()


def request(store: Store, asked: Submission) -> Committed:
    def decide(record: Record) -> Decision:
        return optin.request(asked, record, now=NOW, pending=store.new_id(), limits=Limits())

    return store.commit_for_address(asked.address, decide, now=NOW)


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
    other = Store(store.database, key=SuppressionKey(b"x" * 40), mail_domain="example.org")
    with pytest.raises(WrongKeyError, match="ATRAE_SUPPRESSION_KEY"):
        other.prepare()


@pytest.mark.parametrize("table", ["ledger", "wording", "form", "detail"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "REPLACE"])
def test_evidence_is_append_only(store: Store, database_url: str, table: str, verb: str) -> None:
    request(store, submission("newsletter"))
    key = {"ledger": "seq", "wording": "digest", "form": "version", "detail": "event"}[table]
    statement = {
        "UPDATE": f"UPDATE {table} SET {key} = {key}",
        "DELETE": f"DELETE FROM {table}",
        "REPLACE": f"INSERT INTO {table} SELECT * FROM {table} WHERE true "
        f"ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}",
    }[verb]
    if (table, verb) == ("detail", "DELETE"):
        rows(database_url, statement)
        assert rows(database_url, f"SELECT * FROM {table}") == []
    else:
        with pytest.raises(DBAPIError, match="append-only"):
            rows(database_url, statement)


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


def test_a_decision_that_fails_leaves_nothing(store: Store) -> None:
    def broken(_record: Record) -> Decision:
        entry = Entry(kind=Kind.REQUESTED, purpose="newsletter")
        unwritten = Entry(kind=Kind.CONFIRMED, purpose="newsletter")
        return Decision(entries=(entry,), notices=owe(Template.RECEIPT, (unwritten,)))

    with pytest.raises(ValueError, match="not in tuple"):
        store.commit_for_address(parse_address("ana@example.org"), broken, now=NOW)
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM contact")).scalar() == 0
        assert (
            connection.execute(text("SELECT count(*) FROM ledger WHERE detail <> ''")).scalar() == 0
        )


def test_a_mail_without_a_because_cannot_be_written(store: Store) -> None:
    committed = request(store, submission("newsletter"))
    with pytest.raises(DBAPIError, match=r"(?i)not.null"), store.database.writing() as connection:
        connection.execute(text("UPDATE outbox SET because = NULL"))
    with (
        pytest.raises(DBAPIError, match=r"(?i)foreign key"),
        store.database.writing() as connection,
    ):
        connection.execute(text("UPDATE outbox SET because = 999"))
    assert committed.events[0].seq > 0


def test_an_error_does_not_name_the_address(store: Store) -> None:
    query = text("INSERT INTO contact (address) VALUES (:address)")
    # Put together here, so that the traceback's own lines do not hold it.
    address = "@".join(("ana", "example.org"))
    with pytest.raises(DBAPIError) as caught, store.database.writing() as connection:
        connection.execute(query, {"address": address})
    assert address not in "".join(format_exception(caught.value))


def test_what_was_ever_loaded_is_kept(store: Store) -> None:
    old = CATALOGUE.wording("newsletter", "en")
    purpose = CATALOGUE.purposes["newsletter"]
    changed = purpose.model_copy(update={"wording": {"en": "Other words."}, "version": 4})
    newer = CATALOGUE.model_copy(update={"purposes": {**CATALOGUE.purposes, "newsletter": changed}})
    store.add_catalogue(newer, now=NOW)
    store.add_catalogue(newer, now=NOW)
    digests = [old.digest, newer.wording("newsletter", "en").digest, "0" * 64]
    known = store.wordings(digests)
    assert [known[digest].text for digest in digests[:2]] == [old.text, "Other words."]
    assert digests[2] not in known
