"""Nothing personal is forgotten: what a column can hold is in the export, and gone when erased.

Each text column that is not declared here gets a mark. Whoever adds a column either exports and
erases it, or says here why not.
"""

import json
import sqlite3
from pathlib import Path

from sqlalchemy import Text

from forms.permission import subject_requests
from forms.store.database import tables
from forms.store.people.erase import erase_own_data
from forms.store.people.export import read_own_data

from ...declared import NOW
from ...delivery.test_email import opened

NOBODYS = {"setting", "wording", "form", "checkpoint", "webhook"}
"""Tables that say nothing of a person. A webhook's row names an event; its reply is a status, and
never what the other side wrote."""

FORMAL = {
    "contact.id": "drawn at random",
    "contact.created": "a time",
    "contact.asked": "a time",
    "ledger.at": "a time",
    "ledger.subject": "the contact's id",
    "ledger.kind": "one of ours",
    "ledger.wording": "a digest of a text of ours",
    "ledger.form_version": "a digest of a form of ours",
    "ledger.detail": "a salted digest",
    "ledger.prev": "a digest",
    "ledger.digest": "a digest",
    "detail.salt": "drawn at random",
    "pending.id": "drawn at random",
    "pending.contact": "the contact's id",
    "pending.events": "numbers",
    "pending.expires": "a time",
    "suppression.address": "an HMAC",
    "suppression.scope": "one of ours",
    "suppression.key_id": "of our key",
    "suppression.at": "a time",
    "outbox.dedupe": "a template and a number",
    "outbox.template": "one of ours",
    "outbox.contact": "the contact's id",
    "outbox.events": "numbers",
    "outbox.pending": "drawn at random",
    "outbox.created": "a time",
    "outbox.due": "a time",
    "outbox.state": "one of ours",
    "outbox.at": "a time",
    "spent.nonce": "drawn at random",
    "spent.contact": "the contact's id",
    "spent.expires": "a time",
}
"""Columns that cannot hold what somebody typed, or what is said of them: and why."""

KEPT = {
    "ledger.purpose": "what was asked for: the evidence itself",
    "ledger.form": "a name that the owner gave",
    "ledger.page": "a path of the site without a query",
    "ledger.language": "of the page",
    "ledger.campaign": "a name that the owner gave",
    "ledger.method": "one of ours",
    "suppression.reason": "one of ours; survives so that nobody is imported again",
    "outbox.message_id": "drawn at random; in the mail that they have",
}
"""Columns that outlive an erasure, for they name nobody: and why. They are exported as well."""


ADDRESS = "a-mark@example.org"


def columns() -> set[str]:
    """Every text column of a table that is about people."""
    return {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if table.name not in NOBODYS and isinstance(column.type, Text)
    }


def test_every_exception_is_a_column_that_there_is() -> None:
    assert FORMAL.keys() <= columns()
    assert KEPT.keys() <= columns()
    assert not FORMAL.keys() & KEPT.keys()


def test_what_a_column_can_hold_of_a_person_is_exported_and_erased(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        contact = office.request()
        office.request()
        office.withdraw(contact)
        key = office.store.key.conceal(ADDRESS)
        marks = planted(tmp_path / "forms.db", key, columns() - FORMAL.keys())
        exported = json.dumps(read_own_data(office.store, contact))
        missing = {column for column, mark in marks.items() if mark not in exported}
        assert missing == set()

        assert erase_own_data(
            office.store, contact, lambda record: subject_requests.erase(record), now=NOW
        )
        assert read_own_data(office.store, contact) is None
    left = dump(tmp_path / "forms.db")
    kept = {column for column, mark in marks.items() if mark in left}
    assert kept <= KEPT.keys()


def planted(file: Path, concealed: str, wanted: set[str]) -> dict[str, str]:
    """Put a mark into each of `wanted`, against all triggers; answers the marks."""
    connection = sqlite3.connect(file)
    names = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"drop trigger {name}")
    connection.execute(
        "insert into suppression values (?, 'marketing', 'key', 'reason', '')", (concealed,)
    )
    marks = {}
    for column in sorted(wanted):
        table, name = column.split(".")
        # By an address and its key, which are one, the person is found.
        marks[column] = mark = ADDRESS if table == "contact" else f"a mark in {column}"
        value = json.dumps({"said": mark}) if column == "detail.body" else mark
        only = " where subject <> 'system'" if table == "ledger" else ""
        done = connection.execute(f"update {table} set {name} = ?{only}", (value,))
        assert done.rowcount > 0, f"there is no row of {table} to be tried"
    connection.commit()
    connection.close()
    return marks


def dump(file: Path) -> str:
    connection = sqlite3.connect(file)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()
