"""The clock jumps a day forward and back: nothing is lost, and nobody waits for a day."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Connection

from forms.mail.smtp import Permitted
from forms.store.verify import verify

from ..laws.handler import House, house
from ..world import link
from .test_mail_server import states, subscribe

DAY = timedelta(days=1)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house(database_url, tmp_path) as made:
        yield made


class Post:
    """Keeps what leaves."""

    def __init__(self, home: House) -> None:
        self.messages: list[EmailMessage] = []
        home.deliver = self

    def __call__(self, message: EmailMessage, permitted: Permitted) -> str:
        assert permitted()
        self.messages.append(message)
        return "250 ok"


def whole(connection: Connection) -> bool:
    return [str(each) for each in verify(connection)] == []


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_between_a_request_and_its_mail(home: House, jump: timedelta) -> None:
    """A mail that is owed since a moment that has not come yet is owed now."""
    post = Post(home)
    subscribe(home, "ana@example.org")
    home.now += jump
    assert home.worker.deliver_one()
    subscribe(home, "bob@example.org")
    assert home.worker.deliver_one()
    assert states(home) == {"ana@example.org": "sent", "bob@example.org": "sent"}
    assert len(post.messages) == 2
    for message in post.messages:
        assert home.send("POST", link(message, "confirm"), {"do": "confirm"}) == 303
    home.now -= jump
    while home.worker.deliver_one():
        pass
    assert set(states(home).values()) == {"sent"}
    assert len(post.messages) == 4
    with home.store.database.reading() as connection:
        assert whole(connection)


def test_a_jump_back_after_a_failure_does_not_make_it_wait_a_day(home: House) -> None:
    subscribe(home, "ana@example.org")
    home.now += DAY
    home.deliver = _fails
    assert home.worker.deliver_one()
    home.now -= DAY
    Post(home)
    assert home.worker.deliver_one()
    assert states(home) == {"ana@example.org": "sent"}


def _fails(_message: EmailMessage, _permitted: Permitted) -> str:
    raise OSError


def test_a_jump_back_lets_people_ask_again(home: House) -> None:
    """A request that seems to come from tomorrow is no reason to say nothing all day."""
    post = Post(home)
    home.now += DAY
    subscribe(home, "ana@example.org")
    assert home.worker.deliver_one()
    home.now -= DAY
    subscribe(home, "ana@example.org")
    assert home.worker.deliver_one()
    assert len(post.messages) == 2
