"""Gated files: ranges, links that are too old, and the second guide with one press."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from forms.links.tokens import GuideLink, Tokens, UnsubscribeLink
from forms.store.database.engine import Database, open_engine
from forms.store.verify import verify

from ..declared import GUIDE, GUIDE_NAME, catalogue
from ..production import production
from ..world import SECRET, World, link, text_of, world

WHOLE = len(GUIDE)


def guided(here: World, email: str = "ana@example.org") -> str:
    """Subscribe to the guide and confirm; answers the path of the link."""
    return link(here.confirmed(email, form="guide", purposes=("guide",)), "resource")


def old_link(here: World, contact: str, *, days: int = 1, purpose: str = "guide") -> str:
    """A genuine link whose time is over."""
    expires = datetime.now(UTC) - timedelta(days=days)
    old = GuideLink(contact, purpose, "en", GUIDE_NAME)
    token = Tokens((SECRET,)).issue(old, expires=expires)
    return f"/resource/{token}/{quote(GUIDE_NAME, safe='')}"


def contact_of(here: World, email: str) -> str:
    ((found,),) = here.rows("select id from contact where key = ?", email)
    return str(found)


def holds(here: World) -> bool:
    database = Database(open_engine(here.settings.database_url.get_secret_value(), read_only=True))
    try:
        with database.reading() as connection:
            return list(verify(connection)) == []
    finally:
        database.close()


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A world, and the link to a guide in it."""
    with world(tmp_path_factory.mktemp("guide")) as made:
        yield made, guided(made)


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-0", 206, GUIDE[:1]),
        ("bytes=10-19", 206, GUIDE[10:20]),
        ("bytes=10-", 206, GUIDE[10:]),
        ("bytes=-10", 206, GUIDE[-10:]),
        (f"bytes=0-{WHOLE * 10}", 206, GUIDE),
        (f"bytes={WHOLE}-", 416, b""),
        ("bytes=0-1,3-4", 200, GUIDE),
        ("bytes=" + ",".join(f"{n}-" for n in range(2000)), 200, GUIDE),
        ("bytes=5-2", 400, None),
        ("bytes=x-y", 400, None),
        ("lines=1-2", 400, None),
        ("bytes=-", 400, None),
        ("bytes=" + "9" * 5000 + "-", 400, None),
    ],
)
def test_one_range_is_served_and_several_are_the_whole(
    guide: tuple[World, str], asked: str, status: int, content: bytes | None
) -> None:
    here, path = guide
    answer = here.client.get(path, headers={"Range": asked})
    assert answer.status_code in ({status, 416, 200} if status == 400 else {status})
    if content is not None:
        assert answer.content == content
    if status == 206:
        last = int(answer.headers["content-range"].partition("-")[2].partition("/")[0])
        assert answer.headers["content-range"].endswith(f"/{WHOLE}")
        assert last < WHOLE
    head = here.client.head(path, headers={"Range": asked})
    assert head.status_code == answer.status_code
    assert head.content == b""


def test_a_download_goes_on_only_where_the_file_is_the_same(here: World) -> None:
    path = guided(here)
    whole = here.client.get(path)
    tag = whole.headers["etag"]
    assert tag == f'"{catalogue().purposes["guide"].resource["en"].digest}"'
    ranged = {"Range": "bytes=100-"}
    for same in (tag, whole.headers["last-modified"]):
        answer = here.client.get(path, headers={**ranged, "If-Range": same})
        assert (answer.status_code, answer.content) == (206, GUIDE[100:])
    for other in ('"another"', "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense", ""):
        answer = here.client.get(path, headers={**ranged, "If-Range": other})
        assert (answer.status_code, answer.content) == (200, GUIDE)


def test_an_old_link_shows_a_button_that_mails_a_fresh_one(here: World) -> None:
    guided(here)
    old = old_link(here, contact_of(here, "ana@example.org"))
    before = here.dump()
    shown = here.client.get(old)
    assert shown.status_code == 410
    assert "Send me a new link" in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert here.dump() == before
    answer = here.client.post(old, data={"do": "again"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-inbox/")
    mail = here.inbox.wait(3)[-1]
    assert mail["Subject"] == "Your new link: The guide"
    assert str(mail["To"]) == "ana@example.org"
    assert "List-Unsubscribe" not in mail
    assert here.client.get(link(mail, "resource")).content == GUIDE
    here.settled()
    assert holds(here)


def test_the_answer_is_the_same_whosever_link_it_was(here: World) -> None:
    """Confirmed, left, suppressed for good, never there: nobody learns which."""
    guided(here)
    guided(here, "left@example.org")
    left = contact_of(here, "left@example.org")
    leave = Tokens((SECRET,)).issue(UnsubscribeLink(left, "en", ("guide",)))
    here.client.post(f"/unsubscribe/{leave}", data={"do": "leave"})
    contacts = [contact_of(here, "ana@example.org"), left, "0" * 32]
    here.settled()
    before = len(here.inbox.messages)
    for look in (here.client.get, press(here)):
        answers = [look(old_link(here, contact)) for contact in contacts]
        shapes = {
            (a.status_code, a.headers.get("location"), a.content.replace(b"\n", b""))
            for a in answers
        }
        assert len(shapes) == 1
    here.inbox.wait(before + 1)
    here.settled()
    assert len(here.inbox.messages) == before + 1


def press(here: World) -> Callable[[str], httpx.Response]:
    def pressed(path: str) -> httpx.Response:
        return here.client.post(path, data={"do": "again"})

    return pressed


def test_pressing_again_and_again_is_one_mail(here: World) -> None:
    guided(here)
    old = old_link(here, contact_of(here, "ana@example.org"))
    for _ in range(20):
        assert here.client.post(old, data={"do": "again"}).status_code == 303
    here.settled()
    assert [str(m["Subject"]) for m in here.inbox.messages].count("Your new link: The guide") == 1


def test_an_old_link_that_was_altered_offers_nothing(here: World) -> None:
    guided(here)
    old = old_link(here, contact_of(here, "ana@example.org"))
    token = old.split("/")[2]
    for path in (old.replace(token, token[:-2] + "AA"), f"/resource/{token}/other.pdf"):
        assert here.client.get(path).status_code == 404
        assert here.client.post(path, data={"do": "again"}).status_code == 404
    assert here.client.post(old, data={"do": "x"}).status_code == 400


def test_a_known_person_gets_the_second_guide_with_one_press(here: World) -> None:
    """One click on a page, no form: asked for and confirmed, with the words that were shown."""
    receipt = here.confirmed("ana@example.org")
    more = link(receipt, "more")
    here.settled()
    before = here.dump()
    shown = here.client.get(more)
    assert shown.status_code == 200
    assert "Send me the guide &lt;once&gt;." in shown.text
    assert "email" not in re.findall(r'name="(\w+)"', shown.text)
    (digest,) = set(re.findall(r'name="purpose" value="([0-9a-f]{64})"', shown.text))
    assert here.dump() == before
    answer = here.client.post(more, data={"purpose": digest})
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-inbox/")
    mail = here.inbox.wait(3)[-1]
    assert "Send me the guide <once>." in text_of(mail)
    assert here.client.get(link(mail, "resource")).content == GUIDE
    said = here.rows(
        "select kind, wording, method from ledger"
        " where purpose = 'guide' and subject <> 'system' order by seq"
    )
    assert said == [
        ("permission.requested", digest, "offer"),
        ("permission.confirmed", digest, "link"),
    ]
    assert here.client.post(more, data={"purpose": digest}).status_code == 303
    here.settled()
    assert len(here.inbox.messages) == 3
    assert holds(here)


@pytest.mark.parametrize(
    ("language", "button"), [("en", "Send me: The guide"), ("es", "Quiero recibir: La guía")]
)
def test_the_preference_centre_offers_the_guides_too(
    here: World, language: str, button: str
) -> None:
    """With the same words and the same press, for whoever may have them; to nobody else."""
    path = here.subscribe("ana@example.org", language=language)
    unconfirmed = here.client.get(link(here.inbox.messages[-1], "me")).text
    assert button not in unconfirmed
    assert here.client.post(path, data={"do": "confirm"}).status_code == 303
    receipt = here.inbox.wait(2)[-1]
    shown = here.client.get(link(receipt, "me")).text
    assert button in shown
    offered = re.search(r'<form [^>]*action="([^"]*/more/[^"]*)">(.*?)</form>', shown, re.DOTALL)
    assert offered
    digest = here.digest("guide", language)
    assert f'name="purpose" value="{digest}"' in offered[2]
    answer = here.client.post(urlsplit(offered[1]).path, data={"purpose": digest})
    assert answer.status_code == 303
    assert here.client.get(link(here.inbox.wait(3)[-1], "resource")).content == GUIDE


def test_it_never_makes_a_standing_permission(here: World) -> None:
    guided(here)
    more = link(here.inbox.messages[-1], "more")
    assert here.digest("newsletter") not in here.client.get(more).text
    for wrong in (here.digest("newsletter"), "0" * 64, "x", ""):
        answer = here.client.post(more, data={"purpose": wrong})
        assert answer.status_code in (400, 404)
    both = {"purpose": [here.digest("guide"), here.digest("newsletter")]}
    assert here.client.post(more, data=both).status_code == 400
    query = "select purpose from ledger where subject <> 'system'"
    assert ("newsletter",) not in here.rows(query)


def test_who_has_left_everything_has_to_ask_anew(here: World) -> None:
    receipt = here.confirmed("ana@example.org")
    more = link(receipt, "more")
    here.client.post(link(receipt, "unsubscribe"), data={"do": "leave"})
    assert here.client.get(more).status_code == 410
    assert here.client.post(more, data={"purpose": here.digest("guide")}).status_code == 410


def test_in_their_language(here: World) -> None:
    receipt = here.confirmed("ana@example.org", language="es")
    shown = here.client.get(link(receipt, "more"))
    assert '<html lang="es">' in shown.text
    assert "Quiero recibir: La guía" in shown.text


def test_a_large_file_takes_no_memory_even_for_many(tmp_path: Path) -> None:
    large = bytes(range(256)) * (4096 * 32)
    with production(tmp_path, guide=large) as running:
        token = running.token(GuideLink("c1", "guide", "en", GUIDE_NAME))
        url = f"http://127.0.0.1:{running.port}/resource/{token}/{quote(GUIDE_NAME)}"
        assert httpx.get(url, headers={"Range": "bytes=0-9"}).content == large[:10]
        running.forget_memory()
        before = running.most_memory()
        with httpx.Client() as client:
            for _ in range(3):
                assert client.get(url).content == large
        assert running.most_memory() - before < 16 * 1024 * 1024
