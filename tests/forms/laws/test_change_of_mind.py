"""Law 1, where a mail speaks of several purposes and one is left while it is under way."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from forms.address import parse_address
from forms.app import Permitted, WithdrawnError
from forms.store.transfer import import_grants
from forms.transfer import Grant

from ..world import link, text_of
from .house import CATALOGUE, House, house

EMAIL = "ana@example.org"
WORDS = {each: CATALOGUE.wording(each, "en").text for each in ("guide", "newsletter")}


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[House]:
    with house(database_url, tmp_path) as made:
        yield made


def asked(home: House, form: str, *purposes: str) -> str:
    """Somebody asks; the link of the confirmation."""
    post = Post()
    home.deliver = post
    sent = home.subscribe_form(EMAIL, purposes, form, trapped=False)
    assert home.send("POST", f"/f/{form}", sent) == 303
    assert home.worker.send_one()
    return link(post.messages[-1], "confirm")


class Post:
    """Keeps what leaves; `meanwhile` happens before the permission is asked again."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.meanwhile = lambda: None

    def __call__(self, message: EmailMessage, permitted: Permitted) -> str:
        self.meanwhile()
        if not permitted():
            raise WithdrawnError
        self.messages.append(message)
        return "250 ok"


def test_a_mail_that_is_under_way_is_written_again(home: House) -> None:
    first = asked(home, "newsletter", "newsletter")
    home.now += timedelta(minutes=11)
    second = asked(home, "guide", "guide", "newsletter")
    assert home.send("POST", second, {"do": "confirm"}) == 303
    post = Post()
    home.deliver = post
    post.meanwhile = lambda: home.send("POST", first, {"do": "decline"})
    assert home.worker.send_one()
    assert post.messages == []
    post.meanwhile = lambda: None
    home.now += timedelta(minutes=1)
    assert home.worker.send_one()
    said = text_of(post.messages[-1])
    assert WORDS["guide"] in said
    assert WORDS["newsletter"] not in said
    assert home.rows("SELECT state FROM outbox WHERE template = 'receipt'") == [("sent",)]


def test_asking_again_holds_nothing_up(home: House) -> None:
    """Law 2: a stranger who types the address at that moment does not delay the mail."""
    path = asked(home, "newsletter", "newsletter")
    assert home.send("POST", path, {"do": "confirm"}) == 303
    post = Post()
    home.deliver = post
    sent = home.subscribe_form(EMAIL, ("news",), "news", trapped=False)
    post.meanwhile = lambda: home.send("POST", "/f/news", sent)
    assert home.worker.send_one()
    assert WORDS["newsletter"] in text_of(post.messages[-1])


def test_a_stranger_who_types_the_address_opens_no_door_to_an_import(home: House) -> None:
    """Law 2: who left is not brought in again because somebody asked in their name."""
    path = asked(home, "newsletter", "newsletter")
    assert home.send("POST", path, {"do": "decline"}) == 303
    asked(home, "newsletter", "newsletter")
    grant = Grant(
        line=1,
        address=parse_address(EMAIL),
        wording=CATALOGUE.wording("newsletter", "en"),
        source="another tool",
        date=home.now,
        evidence="a form on paper",
    )
    done = import_grants(home.store, [grant], now=home.now)
    assert done.permitted == 0
    assert "only the person themselves can come back" in done.left_out[0].message
