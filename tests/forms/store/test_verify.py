"""Every altered byte is found, and its place is named."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forms.store.database.engine import Database, open_engine
from forms.store.database.tables import ledger
from forms.store.verify import Trust

from ..evidence.history import findings, tampered
from ..world import World, link, world


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with people who confirmed and left, and one who only asked."""
    directory = tmp_path_factory.mktemp("lived")
    with world(directory) as here:
        receipt = here.confirmed("ana@example.org", form="guide", purposes=("guide", "newsletter"))
        assert receipt["Subject"]
        leave(here)
        here.confirmed("cleo@example.org")
        leave(here)
        here.subscribe("bob@example.org", language="es")
    return directory / "forms.db"


def leave(here: World) -> None:
    path = link(here.inbox.messages[-1], "unsubscribe")
    assert here.client.post(path, data={"do": "leave"}).status_code == 303


@contextmanager
def altered(lived: Path, tmp_path: Path, *statements: str) -> Iterator[list[str]]:
    """What `verify` says after `statements`, for which there are no triggers; undone afterwards."""
    database = Database(open_engine(f"sqlite:///{lived}"))
    try:
        with tampered(database) as connection:
            for statement in statements:
                assert connection.exec_driver_sql(statement).rowcount > 0, statement
            yield findings(connection, Trust())
    finally:
        database.close()


def test_what_nobody_touched_holds(lived: Path, tmp_path: Path) -> None:
    with altered(lived, tmp_path) as found:
        assert found == []


LEDGER = [column.name for column in ledger.columns if column.name != "seq"]


@pytest.mark.parametrize("column", LEDGER)
def test_every_altered_byte_of_an_event_is_found(lived: Path, tmp_path: Path, column: str) -> None:
    """Each column of each event in turn: a letter more."""
    connection = sqlite3.connect(lived)
    events = [seq for (seq,) in connection.execute("select seq from ledger")]
    connection.close()
    for seq in events:
        statement = f"update ledger set {column} = {column} || 'x' where seq = {seq}"
        with altered(lived, tmp_path, statement) as found:
            assert any(f"event {seq}:" in line for line in found), (seq, found)


def test_an_event_with_another_number_is_found(lived: Path, tmp_path: Path) -> None:
    last = "(select max(seq) from ledger)"
    with altered(lived, tmp_path, f"update ledger set seq = 500 where seq = {last}") as found:
        assert any("ledger event 500" in line for line in found)


@pytest.mark.parametrize("column", ["salt", "body"])
def test_every_altered_detail_is_found(lived: Path, tmp_path: Path, column: str) -> None:
    connection = sqlite3.connect(lived)
    rows = connection.execute(f"select event, {column} from detail").fetchall()
    connection.close()
    assert rows
    for event, value in rows:
        for position in range(0, len(value), 7):
            other = "0" if value[position] != "0" else "1"
            new = (value[:position] + other + value[position + 1 :]).replace("'", "''")
            statement = f"update detail set {column} = '{new}' where event = {event}"
            with altered(lived, tmp_path, statement) as found:
                assert any(f"detail of event {event}:" in line for line in found)


@pytest.mark.parametrize(
    ("table", "key", "columns"),
    [
        ("wording", "digest", "digest purpose language text body first_seen"),
        ("form", "version", "version id body first_seen"),
    ],
)
def test_every_altered_wording_and_form_is_found(
    lived: Path, tmp_path: Path, table: str, key: str, columns: str
) -> None:
    for column in columns.split():
        rows = f"update {table} set {column} = {column} || ' '"
        with altered(lived, tmp_path, rows) as found:
            assert any(line.startswith(f"{table} ") for line in found), column


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("delete from ledger where seq = (select min(event) from detail)", "ledger event"),
        ("delete from detail where event = (select min(event) from detail)", "detail of event"),
        ("delete from wording", "wording"),
        ("delete from form", "form"),
        ("delete from contact", "contact"),
        ("update contact set address = 'eve@example.org'", "contact"),
        ("update contact set address = 'eve@example.org', key = address", "contact"),
        ("update contact set address = null, key = null", "contact"),
        ("update outbox set because = because + 1", "mail"),
        ("update outbox set template = 'receipt' where template = 'confirm'", "mail"),
        ("update outbox set events = '[1]'", "mail"),
        ("update outbox set checked = 0", "mail"),
        ("update outbox set dedupe = id", "mail"),
        ("update pending set events = '[1]'", "pending"),
    ],
)
def test_what_was_cut_or_bent_is_found(
    lived: Path, tmp_path: Path, statement: str, place: str
) -> None:
    if "key = address" in statement:
        statement = statement.replace("key = address", "key = 'eve@example.org'")
        statement += " where key = 'ana@example.org'"
    with altered(lived, tmp_path, statement) as found:
        assert any(line.startswith(place) for line in found), found


def test_a_mail_that_left_after_a_withdrawal_is_found(lived: Path, tmp_path: Path) -> None:
    """The record says which event was the last when the permission was asked."""
    last = "(select max(l.seq) from ledger l where l.subject = outbox.contact)"
    cleo = "contact = (select id from contact where key = 'cleo@example.org')"
    statement = f"update outbox set checked = {last} where template = 'receipt' and {cleo}"
    with altered(lived, tmp_path, statement) as found:
        assert any("without a permission" in line for line in found), found
