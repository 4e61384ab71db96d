"""Two people who want one address at the same moment: one has it, and the other is told so."""

from threading import Thread

import pytest
from sqlalchemy import update

from forms.declared.address import parse_address
from forms.permission.ledger import Entry, Kind, Method
from forms.permission.record import Decision, Record
from forms.store.database.tables import contact
from forms.store.people.move_address import move_address

from ...databases import rows
from ...declared import NOW
from ...world import until
from ..database.test_postgresql import ask, faults, opened

NEW = parse_address("new@example.org")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def moving(_record: Record) -> Decision:
    entry = Entry(kind=Kind.CHANGED, method=Method.MOVE, detail={"email": NEW.typed})
    return Decision(entries=(entry,))


@pytest.mark.parametrize("keeps", [True, False])
def test_who_comes_second_is_told_and_nothing_fails(postgresql_url: str, keeps: bool) -> None:
    """The first has written and not committed: the second cannot see it, and has to wait for it.
    If the first takes it back, the second has the address."""
    moved: list[bool] = []
    with opened(postgresql_url) as store:
        ana, bob = ask(store, "ana@example.org"), ask(store, "bob@example.org")
        second = Thread(target=lambda: moved.append(move_address(store, bob, moving, NEW, now=NOW)))
        with store.database.engine.connect() as first:
            values = {"key": NEW.key, "address": NEW.typed}
            first.execute(update(contact).where(contact.c.id == ana).values(values))
            second.start()
            until(lambda: rows(postgresql_url, WAITING) != [(0,)], "the second to wait", 10)
            if keeps:
                first.commit()
            else:
                first.rollback()
        second.join(20)
        assert moved == [not keeps]
        query = "SELECT id FROM contact WHERE key = :key"
        assert rows(postgresql_url, query, key=NEW.key) == [(ana if keeps else bob,)]
        if not keeps:
            assert faults(store) == []
