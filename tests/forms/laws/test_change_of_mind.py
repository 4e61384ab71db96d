"""Law 1, where a mail speaks of several purposes and one is left while it is under way."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from forms.declared.address import parse_address
from forms.mail.smtp import Permitted, WithdrawnError
from forms.permission.importing import Grant
from forms.permission.retention import Retention
from forms.store.people.importing import ImportResult, import_grants
from forms.store.people.purge import purge
from forms.store.verify import verify

from ..world import link, text_of
from .handler import CATALOGUE, House, house

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
    assert home.worker.deliver_one()
    return link(post.messages[-1], "confirm")


def brought_in(home: House) -> ImportResult:
    """An import of the newsletter, from another tool."""
    grant = Grant(
        line=1,
        address=parse_address(EMAIL),
        wording=CATALOGUE.wording("newsletter", "en"),
        source="another tool",
        date=home.now,
        evidence="a form on paper",
    )
    return import_grants(home.store, [grant], now=home.now)


class Post:
    """Keeps what leaves; `meanwhile` happens before the permission is asked again."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.meanwhile: Callable[[], object] = lambda: None

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
    assert home.worker.deliver_one()
    assert post.messages == []
    post.meanwhile = lambda: None
    home.now += timedelta(minutes=1)
    assert home.worker.deliver_one()
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
    assert home.worker.deliver_one()
    assert WORDS["newsletter"] in text_of(post.messages[-1])


def test_a_stranger_who_types_the_address_opens_no_door_to_an_import(home: House) -> None:
    """Law 2: who left is not brought in again because somebody asked in their name."""
    path = asked(home, "newsletter", "newsletter")
    assert home.send("POST", path, {"do": "decline"}) == 303
    asked(home, "newsletter", "newsletter")
    done = brought_in(home)
    assert done.permitted == 0
    assert "only the person can subscribe again" in done.left_out[0].message


def test_who_said_no_and_was_let_go_is_not_brought_in(home: House) -> None:
    """Their address is gone after two weeks; that they said no is not."""
    path = asked(home, "newsletter", "newsletter")
    assert home.send("POST", path, {"do": "decline"}) == 303
    home.now += timedelta(days=15)
    purge(home.store, now=home.now, keep=Retention())
    assert home.rows("SELECT address FROM contact WHERE id != 'system'") == [(None,)]
    done = brought_in(home)
    assert done.permitted == 0
    assert done.left_out[0].message == "the address is suppressed"


@pytest.mark.parametrize("purged", [True, False])
def test_a_confirmation_does_not_leave_when_its_link_is_over(home: House, purged: bool) -> None:
    """It waited for more than two weeks: below the ceiling, or for a server."""
    sent = home.subscribe_form(EMAIL, ("newsletter",), "newsletter", trapped=False)
    assert home.send("POST", "/f/newsletter", sent) == 303
    home.now += timedelta(days=14)
    if purged:
        purge(home.store, now=home.now, keep=Retention())
    post = Post()
    home.deliver = post
    assert not home.worker.deliver_one()
    assert post.messages == []
    assert home.rows("SELECT state FROM outbox") == [("cancelled",)]


def test_a_guide_that_is_under_way_follows_its_reader_to_the_new_address(home: House) -> None:
    path = asked(home, "guide", "guide")
    assert home.send("POST", path, {"do": "confirm"}) == 303
    post = Post()
    home.deliver = post
    assert home.worker.deliver_one()
    me, more = link(post.messages[-1], "me"), link(post.messages[-1], "more")
    assert home.send("POST", me, {"do": "move", "email": "ana.new@example.org"}) == 303
    assert home.worker.deliver_one()
    agree = link(post.messages[-1], "fresh")
    assert home.send("POST", agree, {"do": "yes"}) == 303
    assert home.worker.deliver_one()
    arrive = link(post.messages[-1], "fresh")
    guide = CATALOGUE.wording("guide", "en").digest
    assert home.send("POST", more, {"purpose": guide}) == 303
    post.meanwhile = lambda: home.send("POST", arrive, {"do": "yes"})
    assert home.worker.deliver_one()
    assert len(post.messages) == 3
    post.meanwhile = lambda: None
    home.now += timedelta(minutes=1)
    assert home.worker.deliver_one()
    assert post.messages[-1]["To"] == "ana.new@example.org"


def test_who_lets_requests_lapse_and_asks_again_leaves_a_record_that_holds(home: House) -> None:
    """Law 8: two overlap, the older one lapses first, and then a third is made."""
    for days in (0, 10, 5, 10):
        home.now += timedelta(days=days)
        purge(home.store, now=home.now, keep=Retention())
        asked(home, "newsletter", "newsletter")
    kinds = home.rows("SELECT kind FROM ledger WHERE kind LIKE 'permission.%' ORDER BY seq")
    assert [kind.partition(".")[2] for (kind,) in kinds] == [
        *("requested", "requested", "expired", "requested", "expired", "requested")
    ]
    with home.store.database.reading() as connection:
        assert list(verify(connection)) == []
