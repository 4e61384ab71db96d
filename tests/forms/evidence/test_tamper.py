"""Law 8: any altered byte, and any row cut off before the last checkpoint, is found and named."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from forms.permission.ledger import START, digest_of_event
from forms.store.database.tables import (
    checkpoint,
    contact,
    detail,
    form,
    ledger,
    outbox,
    pending,
    setting,
    suppression,
    wording,
)
from forms.store.verify import Trust

from ..databases import EmptyDatabase
from .history import KEY, OTHER, Lived, findings, lived, tampered

BESIDE = (outbox, pending, suppression)
"""What stands beside the ledger, and is vouched for by it."""
SEALED = (ledger, wording, form, detail, checkpoint)
"""Whatever of these is altered, in whichever column, is found."""
PLACES = {ledger: "ledger event", detail: "detail of event"}
"""How `verify` names a row; the others go by the table's own name."""


@pytest.fixture(scope="module")
def here(empty_database: EmptyDatabase) -> Iterator[Lived]:
    with empty_database() as url, lived(url) as made:
        yield made


def test_what_nobody_touched_holds(here: Lived) -> None:
    assert here.found() == []
    assert here.found(Trust(keys=(KEY.public,), mailed=here.sealed[0])) == []
    assert len(here.sealed) == 3


def other(value: str | int, draw: st.DataObject) -> str | int:
    """Another value, one byte or one step away."""
    if isinstance(value, int):
        return value + draw.draw(st.sampled_from([-1, 1, 1000]))
    at = draw.draw(st.integers(0, len(value)), label="where")
    letter = draw.draw(st.sampled_from("0aZ ñ\\\"'\t"), label="letter")
    changes = [value[:at] + letter + value[at:]]
    if at < len(value):
        changes += [value[:at] + letter + value[at + 1 :], value[:at] + value[at + 1 :]]
    return draw.draw(st.sampled_from([change for change in changes if change != value]))


def key_of(table: Table) -> Any:
    (column,) = table.primary_key.columns
    return column


def rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(key_of(table))
    return [dict(row) for row in connection.execute(query).mappings()]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(draw=st.data())
def test_any_altered_byte_is_found(here: Lived, draw: st.DataObject) -> None:
    alter_one(here, draw)


@pytest.mark.slow
@settings(
    max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(draw=st.data())
def test_any_altered_byte_is_found_in_thousands(here: Lived, draw: st.DataObject) -> None:
    alter_one(here, draw)


def alter_one(here: Lived, draw: st.DataObject) -> None:
    table = draw.draw(st.sampled_from(SEALED), label="table")
    with tampered(here.database) as connection:
        there = rows(connection, table)
        row = draw.draw(st.sampled_from(there), label="row")
        column = draw.draw(st.sampled_from(table.columns.keys()), label="column")
        key = key_of(table)
        new = other(row[column], draw)
        if column == key.name and new in [each[column] for each in there]:
            return
        connection.execute(update(table).where(key == row[key.name]).values({column: new}))
        found = findings(connection)
    assert found, f"{table.name}.{column}: {row[column]!r} -> {new!r}"
    if column != key.name:
        named = f"{PLACES.get(table, table.name)} {row[key.name]}:"
        assert any(line.startswith(named) for line in found), (named, found)


def is_sealed(table: Table, row: dict[str, Any], last: int) -> bool:
    number = {"ledger": "seq", "detail": "event"}.get(table.name)
    return number is None or row[number] <= last


def test_any_row_cut_off_before_the_last_checkpoint_is_found(here: Lived) -> None:
    last = here.sealed[-1].last
    cut = 0
    for table in SEALED:
        with here.database.reading() as connection:
            there = rows(connection, table)
        for row in there:
            if not is_sealed(table, row, last):
                continue
            key = key_of(table)
            with tampered(here.database) as connection:
                connection.execute(delete(table).where(key == row[key.name]))
                found = findings(connection)
            assert found, f"{table.name} {row[key.name]} was cut unseen"
            cut += 1
    assert cut > 30


def test_any_row_beside_the_ledger_is_missed_when_it_is_cut(here: Lived) -> None:
    """Of the open requests those that still wait: what was answered may go, and goes in time."""
    bob = select(contact.c.id).where(contact.c.key == "bob@example.org").scalar_subquery()
    cut = 0
    for table in BESIDE:
        keys = list(table.primary_key.columns)
        query = select(table)
        if table is pending:
            query = query.where(pending.c.contact == bob)
        with here.database.reading() as connection:
            there = [dict(row) for row in connection.execute(query).mappings()]
        assert there, table.name
        for row in there:
            mine = and_(*(key == row[key.name] for key in keys))
            with tampered(here.database) as connection:
                assert connection.execute(delete(table).where(mine)).rowcount == 1
                found = findings(connection)
            place, word = "ledger event", "missing"
            if table is suppression:
                place, word = "suppression", "gone"
            assert found
            assert all(line.startswith(f"{place} ") and word in line for line in found), found
            cut += 1
    assert cut > 7


@pytest.mark.parametrize("column", [column.name for column in suppression.columns])
def test_a_suppression_that_was_bent_is_found(here: Lived, column: str) -> None:
    with tampered(here.database) as connection:
        connection.execute(update(suppression).values({column: "other"}))
        found = findings(connection)
    assert found
    assert all(line.startswith("suppression ") for line in found)


def test_a_suppression_that_nobody_asked_for_is_found(here: Lived) -> None:
    """Somebody is kept silent by a row that was slipped in."""
    row = {"address": "0" * 64, "scope": "all", "key_id": "", "reason": "complained", "at": ""}
    with tampered(here.database) as connection:
        connection.execute(insert(suppression).values(row))
        assert findings(connection) == [
            f"suppression {'0' * 64} all: no event in the ledger added it"
        ]


def test_a_chain_cut_at_its_end_is_found_by_the_checkpoint(here: Lived) -> None:
    """The chain itself cannot tell; the checkpoint names the number that is gone."""
    with tampered(here.database) as connection:
        bob = select(contact.c.id).where(contact.c.key == "bob@example.org").scalar_subquery()
        (seq,) = connection.scalars(select(ledger.c.seq).where(ledger.c.subject == bob))
        for statement in (
            delete(outbox).where(outbox.c.because == seq),
            delete(pending).where(pending.c.contact == bob),
            delete(detail).where(detail.c.event == seq),
            delete(ledger).where(ledger.c.seq == seq),
            delete(contact).where(contact.c.key == "bob@example.org"),
        ):
            assert connection.execute(statement).rowcount == 1
        found = findings(connection)
    assert len(found) == 1, "nothing else is off: the cut was a clean one"
    assert found[0].startswith("checkpoint 2: the events from ")
    assert f"event {seq} is missing" in found[0]


def test_a_chain_written_anew_is_found_by_the_checkpoint(here: Lived) -> None:
    """Who owns the database can make a chain that holds in itself; the signature they cannot."""
    with tampered(here.database) as connection:
        ana = select(contact.c.id).where(contact.c.key == "ana@example.org").scalar_subquery()
        chain = connection.execute(
            select(ledger).where(ledger.c.subject == ana).order_by(ledger.c.seq)
        ).mappings()
        prev = START
        for row in list(chain):
            changed = {**row, "page": "/another/", "prev": prev}
            changed["digest"] = prev = digest_of_event(changed)
            connection.execute(update(ledger).where(ledger.c.seq == row["seq"]).values(changed))
        found = findings(connection)
    assert [line.split(":")[0] for line in found] == ["checkpoint 1", "checkpoint 2"]


def test_a_past_that_was_rolled_back_is_found_by_the_mail(here: Lived) -> None:
    """All after the first checkpoint is cut: it holds in itself, and not against the mail."""
    first = here.sealed[0]
    with tampered(here.database) as connection:
        later = select(ledger.c.seq).where(ledger.c.seq > first.last)
        sealing = connection.scalar(later.order_by(ledger.c.seq).limit(1))
        connection.execute(delete(outbox).where(outbox.c.because > sealing))
        connection.execute(delete(pending))
        connection.execute(delete(detail).where(detail.c.event > sealing))
        connection.execute(delete(ledger).where(ledger.c.seq > sealing))
        connection.execute(delete(checkpoint).where(checkpoint.c.id > 1))
        connection.execute(delete(suppression))
        kept = select(ledger.c.subject)
        connection.execute(delete(contact).where(contact.c.id.not_in(kept)))
        assert findings(connection) == []
        mailed = findings(connection, Trust(keys=(KEY.public,), mailed=here.sealed[1]))
    assert mailed == [
        "checkpoint 2: it was mailed, but the database does not have it: rows were cut"
    ]


def test_a_checkpoint_by_somebody_elses_key_is_found(here: Lived) -> None:
    """Who rewrites everything and signs it themselves has another key."""
    assert here.found(Trust(keys=(OTHER.public,))) == [
        f"checkpoint 3: it was signed with key {KEY.public.id}, which is not one that you trust "
        f"({OTHER.public.id})"
    ]


def test_a_public_key_that_was_altered_is_found(here: Lived) -> None:
    with tampered(here.database) as connection:
        mine = setting.c.name.startswith("checkpoint-key-")
        connection.execute(update(setting).where(mine).values(value=OTHER.public.hex))
        assert "its key" in findings(connection, Trust())[0]
        assert findings(connection) == [], "the owner's own key does not come from the database"
