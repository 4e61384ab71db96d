"""What a PostgreSQL server does with what it is told: the doctor's word against the server's."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from forms.declared.findings import Level
from forms.store.database.tables import contact
from forms.store.upkeep.health import (
    DURABILITY,
    SERVER_LOG,
    check_database,
    check_durability,
    check_server_log,
)

from ...databases import PostgreSQL, postgresql_server, rows
from ...declared import NOW
from ..database.test_postgresql import ask, opened
from ..records.test_store import KEY

AFTER = "SELECT pg_reload_conf()"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """As it comes, but for its log: that is set as the page on operations says."""
    with postgresql_server(log_error_verbosity="terse") as made:
        yield made


def levels(url: str, subject: str) -> list[Level]:
    return [line.level for line in check_database(url, KEY, now=NOW) if line.subject == subject]


def logged(server: PostgreSQL, url: str, email: str) -> bool:
    """Whether the address comes into the server's log when somebody subscribes, and when an insert
    fails because of it."""
    with opened(url) as store:
        ask(store, email)
        row = {"id": "other", "address": email, "key": email, "created": "", "asked": ""}
        with suppress(IntegrityError), store.database.writing() as connection:
            connection.execute(insert(contact).values(row))
    return email in (server.directory / "log").read_text(errors="replace")


def test_a_server_set_as_the_documentation_says_keeps_no_addresses(server: PostgreSQL) -> None:
    with server.empty_database() as url:
        assert not logged(server, url, "quiet@example.org")
        assert levels(url, DURABILITY) == levels(url, SERVER_LOG) == [Level.OK]
        server.execute("ALTER SYSTEM SET log_statement = 'all'")
        server.execute(AFTER)
        assert not logged(server, url, "still-quiet@example.org")
        assert levels(url, SERVER_LOG) == [Level.OK]
        server.execute("ALTER SYSTEM RESET log_statement")
        server.execute(AFTER)


@pytest.mark.parametrize(
    "settings", [{}, {"log_statement": "mod"}, {"log_min_duration_statement": 0}]
)
def test_what_the_doctor_warns_of_is_true(
    settings: dict[str, object], postgresql: PostgreSQL
) -> None:
    """Each of these does put the address there."""
    with postgresql.empty_database() as url:
        database = url.partition("@/")[2].partition("?")[0]
        for name, value in settings.items():
            rows(url, f"ALTER DATABASE {database} SET {name} = '{value}'")
        email = f"loud-{'-'.join(settings)}@example.org"
        assert logged(postgresql, url, email)
        assert levels(url, SERVER_LOG) == [Level.WARNING]


def test_a_server_that_does_not_wait_for_the_disk_is_an_error(postgresql_url: str) -> None:
    """The session's server: what it loses for all is an error, what we set ourselves is not."""
    with opened(postgresql_url):
        lines = {
            line.message.partition(" ")[0]: line.level
            for line in check_database(postgresql_url, KEY, now=NOW)
            if line.subject == DURABILITY
        }
    assert lines == {
        "fsync": Level.ERROR,
        "full_page_writes": Level.ERROR,
        "synchronous_commit": Level.WARNING,
    }


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, ()),
        ({"log_statement": "ddl", "log_min_duration_statement": "-1"}, ()),
        ({"log_statement": "mod", "log_min_duration_sample": "0"}, ("log_statement", "sample")),
        ({"log_transaction_sample_rate": "0.5"}, ("log_transaction_sample_rate",)),
        ({"log_parameter_max_length_on_error": "-1"}, ("log_parameter_max_length_on_error",)),
    ],
)
def test_each_setting_that_speaks_is_named(
    settings: dict[str, str], named: tuple[str, ...]
) -> None:
    line = check_server_log({"log_error_verbosity": "default", **settings})
    assert line.level is Level.WARNING
    assert all(name in line.message for name in named)
    assert ("may write every address" in line.message) == bool(named)
    line = check_server_log({"log_error_verbosity": "terse", **settings})
    assert line.level is Level.OK
    assert [line.level for line in check_durability({"fsync": "on"})] == [Level.OK]
