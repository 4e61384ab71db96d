"""A database in which people asked, confirmed, left and were erased, sealed twice on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from forms.declared.address import parse_address
from forms.evidence.checkpoint import Checkpoint
from forms.evidence.signing import signing_key
from forms.permission.ledger import Method
from forms.permission.optin import confirm, request, withdraw
from forms.permission.record import Limits
from forms.permission.subject_requests import erase
from forms.permission.submission import Submission
from forms.settings.environment import SuppressionKey
from forms.store.database.engine import Database, open_engine
from forms.store.people.erase import erase_own_data
from forms.store.queues.lease import Result
from forms.store.queues.outbox import Outbox
from forms.store.records.checkpoints import Sealer
from forms.store.records.store import Store
from forms.store.records.writing import QueueState
from forms.store.verify import Trust, verify

from ..declared import NOW, catalogue

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYzA"
KEY = signing_key(SECRET)
OTHER = signing_key("b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q")
OWNER = "owner@example.org"
CATALOGUE = catalogue()


@dataclass
class Lived:
    """The store, and what was sealed."""

    store: Store
    now: datetime = NOW
    sealed: list[Checkpoint] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.store.database

    def ask(self, email: str, *purposes: str, language: str = "en") -> str:
        """Somebody sends the form; answers the contact."""
        self.now += timedelta(minutes=11)
        asked = submission(email, *purposes, language=language)
        return self.store.commit_for_address(
            asked.address,
            lambda record: request(
                asked, record, now=self.now, pending=self.store.new_id(), limits=Limits()
            ),
            now=self.now,
        ).contact

    def confirm(self, email: str, *purposes: str) -> str:
        """The whole way; answers the contact."""
        contact = self.ask(email, *purposes)
        self.drain()
        asked = [
            e for e in self.store.current_record(contact).events if e.kind == "permission.requested"
        ]
        self.now += timedelta(minutes=1)
        self.store.commit_for_contact(
            contact,
            lambda record: confirm(
                asked,
                record,
                expires=self.now + timedelta(days=1),
                now=self.now,
                answers={"question": "¿qué?"},
            ),
            now=self.now,
        )
        self.drain()
        return contact

    def leave(self, contact: str, *purposes: str) -> None:
        self.now += timedelta(minutes=1)
        self.store.commit_for_contact(
            contact,
            lambda record: withdraw(purposes, record, method=Method.BUTTON, language="en"),
            now=self.now,
        )

    def erase(self, contact: str) -> None:
        self.now += timedelta(minutes=1)
        decide = partial(erase, method=Method.LINK, language="en")
        assert erase_own_data(self.store, contact, decide, now=self.now)

    def drain(self) -> None:
        """Every mail that is owed leaves."""
        queue = Outbox(self.store)
        while owed := queue.claim(now=self.now, lease=timedelta(minutes=5)):
            assert queue.settle(owed, Result(QueueState.SENT, "250 kept"), now=self.now)

    def seal(self) -> Checkpoint:
        self.now += timedelta(hours=1)
        made = Sealer(self.store, KEY, OWNER).seal(now=self.now)
        assert made is not None
        self.sealed.append(made)
        return made

    def found(self, trust: Trust | None = None) -> list[str]:
        """What `verify` says."""
        with self.database.reading() as connection:
            return findings(connection, trust)


def findings(connection: Connection, trust: Trust | None = None) -> list[str]:
    return [str(finding) for finding in verify(connection, trust or Trust(keys=(KEY.public,)))]


@contextmanager
def lived(url: str) -> Iterator[Lived]:
    """Three people and three checkpoints; all but the last sealing is sealed."""
    key = SuppressionKey(b"a-key-for-the-tests-that-is-long-enough")
    store = Store(Database(open_engine(url)), key=key, mail_domain="example.org")
    try:
        store.prepare()
        store.add_catalogue(CATALOGUE, now=NOW)
        here = Lived(store)
        ana = here.confirm("ana@example.org", "guide", "newsletter")
        here.seal()
        here.leave(ana, "newsletter")
        here.ask("Bob@Example.org", "newsletter", language="es")
        cleo = here.confirm("cleo@example.org", "newsletter")
        here.seal()
        here.erase(cleo)
        here.seal()
        here.drain()
        yield here
    finally:
        store.database.close()


@contextmanager
def tampered(database: Database) -> Iterator[Connection]:
    """A connection of somebody to whom no trigger and no foreign key applies; undone afterwards."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).scalars()
            for name in list(names):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        transaction.rollback()


def submission(email: str, *purposes: str, language: str) -> Submission:
    form = CATALOGUE.forms["guide"]
    return Submission(
        form=form.id,
        form_version=form.version,
        page="/articles/one/",
        language=language,
        address=parse_address(email),
        answers={"name": "José"},
        wordings=tuple(CATALOGUE.wording(purpose, language) for purpose in purposes),
        trapped=False,
    )
