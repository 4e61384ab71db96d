"""The handler from outside: what it answers to whom, and what it never does."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from forms.app import create_app
from forms.permission.ledger import Method
from forms.store.database.file_lock import LockedError
from forms.web.routes import owns

from ..declared import GUIDE, catalogue, pages
from ..world import Inbox, World, link, text_of, until, world


def test_a_get_of_any_mailed_link_changes_nothing(here: World) -> None:
    """Law 3: GET, HEAD and OPTIONS, twenty times each, on every link of every mail."""
    here.confirmed("ana@example.org", form="guide", purposes=("guide", "newsletter"))
    here.submit("ana@example.org")
    here.inbox.wait(3)
    here.subscribe("bob@example.org")
    mails = "".join(text_of(mail) + text_of(mail, "html") for mail in here.inbox.messages)
    found = re.findall(r"https?://[^\s\"<]+/(?:confirm|unsubscribe|resource)/[^\s\"<]+", mails)
    links = sorted(set(found))
    assert {url.split("/")[3] for url in links} == {"confirm", "unsubscribe", "resource"}
    here.settled()
    before = here.dump()
    for url in links:
        for method in ("GET", "HEAD", "OPTIONS"):
            for _ in range(20):
                answer = here.client.request(method, url)
                assert answer.status_code == (405 if method == "OPTIONS" else 200)
    assert here.dump() == before
    assert len(here.inbox.messages) == 4
    assert here.client.post(links[0], data={"do": "confirm"}).status_code == 303


def test_a_hundred_equal_submissions_in_parallel(here: World) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: here.submit("ana@example.org"), range(100)))
    assert {answer.status_code for answer in answers} == {303}
    assert here.kinds("ana@example.org") == ["permission.requested"]
    assert here.rows("select count(*) from contact") == [(1,)]
    until(lambda: here.rows("select state from outbox") == [("sent",)], "the mail")
    assert len(here.inbox.messages) == 1


def test_the_honeypot_is_kept_apart_and_answered_by_no_mail(here: World) -> None:
    assert here.submit("ana@example.org", website="x").status_code == 303
    assert here.rows("select kind, method from ledger where subject <> 'system'") == [
        ("permission.requested", Method.QUARANTINED)
    ]
    assert here.rows("select count(*) from outbox") == [(0,)]


def test_wrong_fields_come_back_with_their_values(here: World) -> None:
    answer = here.submit(
        "ana@", form="guide", purposes=("guide",), name='<b>"Ana"</b>', topic="nothing"
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "&lt;b&gt;&#34;Ana&#34;&lt;/b&gt;" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    digest = here.digest("guide")
    assert re.search(rf'value="{digest}" checked', answer.text)
    assert here.rows("select count(*) from contact") == [(0,)]


def test_nothing_ticked_is_nothing_asked(here: World) -> None:
    answer = here.submit("ana@example.org", purposes=())
    assert answer.status_code == 422
    assert "Tick at least one box" in answer.text
    assert " checked" not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [{"purpose": "0" * 64}, {"purpose": "nonsense"}, {"version": "0" * 64}, {"purpose": "news"}],
)
def test_a_form_that_has_changed_is_shown_again(here: World, wrong: dict[str, Any]) -> None:
    if wrong.get("purpose") == "news":
        wrong = {"purpose": here.digest("news")}
    answer = here.submit("ana@example.org", **wrong)
    assert answer.status_code == 422
    assert "has changed" in answer.text
    assert " checked" not in answer.text
    assert here.digest("newsletter") in answer.text


def test_yesterdays_page_is_recorded_with_yesterdays_text(tmp_path: Path) -> None:
    """The catalogue changes under a running handler; the old digest is still known."""
    inbox, old = Inbox(), catalogue()
    purpose = old.purposes["newsletter"].model_copy(
        update={"wording": {"en": "New words.", "es": "Otras."}, "version": 4}
    )
    new = old.model_copy(update={"purposes": {**old.purposes, "newsletter": purpose}})
    with world(tmp_path, inbox=inbox) as here:
        here.submit("ana@example.org")
        inbox.wait(1)
        here.declare(new)
        here.submit("bob@example.org")
        assert "Send me the monthly newsletter" in text_of(inbox.wait(2)[1])
        here.catalogue = new
        here.submit("cleo@example.org")
        assert "New words." in text_of(inbox.wait(3)[2])


def test_who_is_here_already_reads_the_words_that_they_agreed_to(here: World) -> None:
    here.confirmed("ana@example.org")
    purpose = here.catalogue.purposes["newsletter"].model_copy(
        update={"wording": {"en": "Quite other words.", "es": "Otras."}, "version": 4}
    )
    purposes = {**here.catalogue.purposes, "newsletter": purpose}
    here.catalogue = here.catalogue.model_copy(update={"purposes": purposes})
    here.declare(here.catalogue)
    assert here.submit("ana@example.org").status_code == 303
    mail = here.inbox.wait(3)[2]
    assert mail["Subject"] == "You're already subscribed: The newsletter"
    assert "Send me the monthly newsletter." in text_of(mail)
    assert "Quite other words." not in text_of(mail)
    assert mail["List-Id"] == "<newsletter.127.0.0.1>"


def test_a_visitor_is_answered_in_their_language(here: World) -> None:
    answer = here.submit("ana@example.org", language="es")
    assert answer.headers["location"] == "/es/check-your-inbox/"
    (mail,) = here.inbox.wait(1)
    assert mail["Subject"] == "Confirma tu solicitud: El boletín"
    assert mail["Content-Language"] == "es"
    shown = here.client.get(link(mail, "confirm"))
    assert '<html lang="es">' in shown.text
    assert "Sí, confirmo" in shown.text
    assert "Envíame el boletín mensual" in shown.text
    done = here.client.post(link(mail, "confirm"), data={"do": "confirm"})
    assert done.headers["location"] == "/es/confirmed/"


def test_a_form_leads_where_it_says(here: World) -> None:
    answer = here.submit("ana@example.org", form="news", purposes=("news",))
    assert answer.headers["location"] == "/news/inbox/"
    path = link(here.inbox.wait(1)[0], "confirm")
    done = here.client.post(path, data={"do": "confirm"})
    assert done.headers["location"] == "/news/welcome/"


def test_it_was_not_me(here: World) -> None:
    path = here.subscribe("ana@example.org")
    done = here.client.post(path, data={"do": "decline"})
    assert (done.status_code, done.headers["location"]) == (303, "/declined/")
    assert here.client.get(path).status_code == 410
    later = here.client.post(path, data={"do": "confirm"})
    assert (
        here.client.get(
            httpx.URL(str(later.request.url)).join(later.headers["location"])
        ).status_code
        == 410
    )
    assert here.kinds("ana@example.org") == ["permission.requested", "permission.declined"]


def test_a_post_without_a_choice_changes_nothing(here: World) -> None:
    path = here.subscribe("ana@example.org")
    for data in ({"x": ""}, {"do": "x"}, {"do": ["confirm", "decline"]}):
        assert here.client.post(path, data=data).status_code == 400
    assert here.kinds("ana@example.org") == ["permission.requested"]


def test_the_answer_to_the_question_is_kept(here: World) -> None:
    path = here.subscribe("ana@example.org", form="guide", purposes=("guide",))
    assert "What brought you here?" in here.client.get(path).text
    here.client.post(path, data={"do": "confirm", "answer": "a search\r\nengine"})
    bodies = here.rows("select body from detail order by event desc limit 1")
    assert bodies == [('{"answer":"a search\\nengine"}',)]


def test_one_click_of_a_mail_program_leaves(here: World) -> None:
    """RFC 8058: both encodings, from another origin, no redirect, no cookie."""
    for number, files in enumerate((None, {"List-Unsubscribe": (None, "One-Click")})):
        receipt = here.confirmed(f"ana{number}@example.org")
        url = receipt["List-Unsubscribe"].strip("<>")
        assert receipt["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        data = None if files else {"List-Unsubscribe": "One-Click"}
        headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
        answer = here.client.post(url, data=data, files=files, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
        assert here.kinds(f"ana{number}@example.org")[-1] == "permission.withdrawn"
        assert "already" in here.client.get(url).text


def test_the_guide_is_delivered_in_ranges_and_never_counted(here: World) -> None:
    receipt = here.confirmed("ana@example.org", form="guide", purposes=("guide",))
    path = link(receipt, "resource")
    whole = here.client.get(path)
    assert whole.content == GUIDE
    assert whole.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
    part = here.client.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, GUIDE[10:20])
    head = here.client.head(path)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(GUIDE)))
    beyond = here.client.get(path, headers={"Range": f"bytes={len(GUIDE)}-"})
    assert beyond.status_code == 416
    assert whole.headers["x-robots-tag"].startswith("noindex")


def test_a_resource_is_bound_to_its_name(here: World) -> None:
    receipt = here.confirmed("ana@example.org", form="guide", purposes=("guide",))
    token = link(receipt, "resource").split("/")[2]
    for name in ("other.pdf", "..%2f..%2fforms.db", "%2e%2e", "forms.db"):
        assert here.client.get(f"/resource/{token}/{name}").status_code == 404


@pytest.mark.parametrize("action", ["confirm", "unsubscribe"])
def test_a_token_of_another_action_opens_nothing(here: World, action: str) -> None:
    path = here.subscribe("ana@example.org")
    token = path.split("/")[2]
    if action != "confirm":
        assert here.client.get(f"/{action}/{token}").status_code == 404
        assert here.client.post(f"/{action}/{token}", data={"do": "leave"}).status_code == 404
    assert here.client.get(f"/{action}/{token}x").status_code == 404
    assert here.client.get(f"/resource/{token}/x").status_code == 404


def test_site_and_handler_on_two_hosts(tmp_path: Path) -> None:
    with world(tmp_path, ATRAE_SITE_URL="https://www.example.org/blog/") as here:
        answer = here.submit("ana@example.org", headers={"Origin": "https://www.example.org"})
        assert answer.headers["location"] == "https://www.example.org/check-your-inbox/"
        policy = answer.headers["content-security-policy"]
        public = here.settings.public_origin
        assert f"form-action 'self' https://www.example.org {public};" in policy
        again = here.submit("ana@", form="guide")
        assert f'action="{public}/f/guide?shown=' in again.text
        assert 'href="https://www.example.org/privacy/"' in again.text


def test_pages_with_a_token_in_their_address_keep_it(here: World) -> None:
    answer = here.client.get(here.subscribe("ana@example.org"))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in answer.headers


def test_ready_when_database_and_catalogue_are(here: World) -> None:
    assert here.client.get("/healthz").text == "ok\n"
    assert here.client.get("/readyz").text == "ready\n"


def test_a_second_server_on_the_file_does_not_start(here: World) -> None:
    declared, theme = catalogue(), pages()
    second = create_app(
        here.settings,
        catalogue=lambda: declared,
        pages=lambda: theme,
        files=lambda _resource: None,
        deliver=Inbox(),
    )
    with pytest.raises(LockedError, match="One SQLite file has one server"):
        start(second)


def start(app: Starlette) -> None:
    async def enter() -> None:
        async with app.router.lifespan_context(app):
            pass

    anyio.run(enter)


def test_the_handler_knows_its_own_addresses() -> None:
    assert all(owns(path) for path in ("/f/x", "/confirm/x", "/unsubscribe/x", "/healthz"))
    assert not any(owns(path) for path in ("/", "/f", "/form/", "/articles/f/x"))
