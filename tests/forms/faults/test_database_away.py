"""PostgreSQL goes away between a mail server's 250 and the record of it: hardly a mail twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from signal import SIGQUIT

import pytest
from sqlalchemy.exc import OperationalError

from forms.delivery.email import BACKOFF, EmailSender
from forms.delivery.engine import Worker
from forms.mail.smtp import Permitted, smtp_delivery
from forms.store.queues.outbox import ClaimedEmail, Outbox
from forms.store.verify import verify

from ..databases import PostgreSQL, postgresql_server
from ..laws.handler import House, house
from ..peer import Peer, listening
from .test_mail_server import states, subscribe, until_nothing_is_due

EMAIL = "ana@example.org"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """One of our own, for it is stopped; the disk below it never is, so it need not wait for it."""
    with postgresql_server(fsync="off", full_page_writes="off") as made:
        yield made


@contextmanager
def owing(server: PostgreSQL, directory: Path) -> Iterator[tuple[House, Peer]]:
    """A handler that owes one mail, and a mail server."""
    with (
        server.empty_database() as url,
        house(url, directory) as home,
        listening(Peer()) as peer,
    ):
        home.deliver = smtp_delivery(peer.url, seconds=5)
        subscribe(home, EMAIL)
        yield home, peer


def then_away(server: PostgreSQL, home: House) -> None:
    """The database is away as soon as the mail has been taken."""
    deliver = home.deliver
    assert deliver is not None

    def and_gone(message: object, permitted: Permitted) -> str:
        reply: str = deliver(message, permitted)  # type: ignore[arg-type]
        server.stop(SIGQUIT)
        return reply

    home.deliver = and_gone
    with pytest.raises(OperationalError):
        home.worker.deliver_one()
    home.deliver = deliver


def of_another(home: House) -> Worker[ClaimedEmail]:
    """A worker that knows nothing of what the first one did."""
    outbox = Outbox(home.store)
    return Worker(
        outbox,
        EmailSender(outbox, home.compose, home.hand_over),
        clock=lambda: home.now,
        backoff=BACKOFF,
        chance=lambda: 0.5,
    )


def whole(home: House) -> bool:
    with home.store.database.reading() as connection:
        return [str(each) for each in verify(connection)] == []


def test_who_sent_it_writes_it_down_as_soon_as_that_can_be_done(
    server: PostgreSQL, tmp_path: Path
) -> None:
    """However long that takes, and though the lease is over: nothing is sent twice."""
    with owing(server, tmp_path) as (home, peer):
        then_away(server, home)
        with pytest.raises(OperationalError):
            home.worker.deliver_one()
        server.start()
        home.now += timedelta(hours=5)
        until_nothing_is_due(home)
        assert states(home) == {EMAIL: "sent"}
        assert len(peer.messages) == 1
        assert whole(home)


def test_where_it_cannot_be_written_down_any_more_it_is_sent_twice_under_one_id(
    server: PostgreSQL, tmp_path: Path
) -> None:
    """The worker died as well, or another one was sooner: the gap of RFC 1047."""
    with owing(server, tmp_path) as (home, peer):
        then_away(server, home)
        server.start()
        another = of_another(home)
        assert not another.deliver_one(), "the lease is not over"
        home.now += BACKOFF.lease + timedelta(seconds=1)
        assert another.deliver_one()
        assert states(home) == {EMAIL: "sent"}
        # The first one comes back, and finds the mail in other hands.
        while home.worker.deliver_one() or another.deliver_one():
            home.now += timedelta(hours=5)
        ids = [message["Message-ID"] for message in peer.messages]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert home.rows("SELECT state, attempts FROM outbox") == [("sent", 2)]
        assert whole(home)
