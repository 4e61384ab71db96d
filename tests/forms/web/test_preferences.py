"""The person's control, over real HTTP: from the link in every mail, without an account."""

import json
import re
from collections.abc import Mapping
from html import unescape

import httpx
import pytest

from forms.catalogue import Option

from ..world import World, link, text_of

ANA = "ana@example.org"
NEW = "ana.new@example.org"
KEEP = {"topics-newsletter": "shown", "topic-newsletter": ["seo", "mail"]}


def centre(here: World, email: str = ANA, **how: object) -> str:
    """The preference centre of somebody who confirmed the newsletter (path only)."""
    return link(here.confirmed(email, **how), "me")


def saved(here: World, me: str, *purposes: str, **fields: object) -> httpx.Response:
    """Press *Save* with the boxes of `purposes` ticked, as the page showed them."""
    shown = here.client.get(me).text
    data: dict[str, object] = {
        "do": "save",
        "on": re.findall(r'name="on" value="([^"]+)"', shown),
        "purpose": [here.digest(each) for each in purposes],
        **KEEP,
        **fields,
    }
    return here.client.post(me, data=data)


def asked(here: World, me: str, what: str, **fields: str) -> str:
    """Press a button that is confirmed by a fresh mail; answers the path of its link."""
    here.settled()
    before = len(here.inbox.messages)
    answer = here.client.post(me, data={"do": what, **fields})
    assert answer.status_code == 303
    assert "on its way" in here.client.get(followed(me, answer)).text
    return link(here.inbox.wait(before + 1)[-1], "fresh")


def followed(base: str, answer: httpx.Response) -> str:
    """Where a relative redirect leads."""
    return str(httpx.URL("http://x" + base).join(answer.headers["location"]).raw_path.decode())


def details(here: World, kind: str) -> list[Mapping[str, object]]:
    query = "select body from detail join ledger on event = seq where kind = ? order by seq"
    return [json.loads(str(body)) for (body,) in here.rows(query, kind)]


def test_every_mail_has_the_link_and_the_page_shows_what_she_chose(here: World) -> None:
    path = here.subscribe(ANA)
    assert link(here.inbox.messages[-1], "me")
    assert here.client.post(path, data={"do": "confirm"}).status_code == 303
    receipt = here.inbox.wait(2)[-1]
    assert "Change your preferences" in text_of(receipt)
    assert "/me/" in text_of(receipt, "html")
    page = here.client.get(link(receipt, "me"))
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "Send me the monthly newsletter." in page.text
    assert page.text.count('type="checkbox"') == 4
    assert re.search(r'id="newsletter" name="purpose"[^>]* checked', page.text)
    assert not re.search(r'id="news" name="purpose"[^>]* checked', page.text)


def test_the_page_speaks_her_language(here: World) -> None:
    page = here.client.get(centre(here, language="es"))
    assert "Tus preferencias" in page.text
    assert "Envíame el boletín mensual." in page.text
    assert "Cada artículo" in page.text


def test_neither_the_page_nor_its_address_names_her(here: World) -> None:
    me = centre(here)
    shown = here.client.get(me).text
    assert "ana@" not in shown
    assert "example.org" not in shown.replace("hello@example.org", "")
    assert "@" not in me


def test_saving_what_is_there_writes_nothing(here: World) -> None:
    me = centre(here)
    before = here.kinds(ANA)
    assert saved(here, me, "newsletter", pause="", **{"frequency-newsletter": "every"}).is_redirect
    assert here.kinds(ANA) == before


def test_frequency_and_topics_are_recorded_and_shown(here: World) -> None:
    me = centre(here)
    chosen = {"frequency-newsletter": "weekly", "topic-newsletter": ["mail"]}
    answer = saved(here, me, "newsletter", **chosen)
    assert details(here, "permission.changed") == [{"frequency": "weekly", "topics": ["mail"]}]
    page = here.client.get(followed(me, answer)).text
    assert 'role="status"' in page
    assert re.search(r'value="weekly" checked', page)
    assert re.search(r'value="mail" checked', page)
    assert not re.search(r'value="seo" checked', page)


def test_no_topic_at_all_is_said_beside_the_field_and_changes_nothing(here: World) -> None:
    me = centre(here)
    answer = saved(here, me, "newsletter", **{"topic-newsletter": []})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="newsletter-error"' in answer.text
    assert here.kinds(ANA)[-1] == "permission.confirmed"


def test_a_cleared_box_leaves_and_a_ticked_one_is_an_opt_in_with_the_words_shown(
    here: World,
) -> None:
    me = centre(here)
    assert saved(here, me, "news").is_redirect
    receipt = here.inbox.wait(3)[-1]
    assert "Tell me what is new." in text_of(receipt)
    assert link(receipt, "unsubscribe")
    query = "select kind, purpose, wording, method from ledger where method = 'preferences'"
    assert here.rows(query + " order by seq") == [
        ("permission.withdrawn", "newsletter", "", "preferences"),
        ("permission.confirmed", "news", here.digest("news"), "preferences"),
    ]


def test_a_box_that_was_not_shown_as_ticked_leaves_nothing(here: World) -> None:
    """Two windows: what one has added, the other does not take away by being older."""
    me = centre(here)
    assert saved(here, me, "newsletter", "news").is_redirect
    stale = {"do": "save", "on": ["newsletter"], "purpose": [here.digest("newsletter")], **KEEP}
    assert here.client.post(me, data=stale).is_redirect
    assert "permission.withdrawn" not in here.kinds(ANA)


def test_a_wording_that_is_not_for_ticking_here_is_refused(here: World) -> None:
    me = centre(here)
    unknown, once = ["f" * 64], [here.digest("guide")]
    twice = [here.digest("news"), here.digest("news", "es")]
    for purposes in (unknown, once, twice):
        answer = here.client.post(me, data={"do": "save", "purpose": purposes, **KEEP})
        assert answer.status_code == 422
        assert "has changed since" in answer.text
    assert here.kinds(ANA)[-1] == "permission.confirmed"


def test_who_confirmed_nothing_yet_gets_the_usual_confirmation(here: World) -> None:
    """Law 2: the link may have come with a mail that a stranger asked for."""
    here.subscribe(ANA)
    me = link(here.inbox.messages[-1], "me")
    assert here.client.post(me, data={"do": "save", "purpose": [here.digest("news")]}).is_redirect
    mail = here.inbox.wait(2)[-1]
    assert "permission.confirmed" not in here.kinds(ANA)
    assert here.client.post(link(mail, "confirm"), data={"do": "confirm"}).is_redirect
    assert here.kinds(ANA)[-1] == "permission.confirmed"


def test_a_pause_is_shown_with_its_end_and_can_be_ended(here: World) -> None:
    me = centre(here)
    assert saved(here, me, "newsletter", pause="3").is_redirect
    page = here.client.get(me).text
    assert "Paused until" in page
    assert "End the pause now" in page
    assert saved(here, me, "newsletter", pause="0").is_redirect
    assert "Paused until" not in here.client.get(me).text
    assert len(details(here, "permission.paused")) == 2


def test_during_a_pause_the_link_of_an_email_still_unsubscribes(here: World) -> None:
    me = centre(here)
    assert saved(here, me, "newsletter", pause="3").is_redirect
    leave = link(here.inbox.messages[1], "unsubscribe")
    assert "Yes, unsubscribe me" in here.client.get(leave).text
    assert here.client.post(leave, data={"do": "leave"}).is_redirect
    assert "already unsubscribed" in here.client.get(leave).text


@pytest.mark.parametrize("months", ["2", "-1", "x", "1000000"])
def test_a_pause_that_is_not_offered_is_refused(here: World, months: str) -> None:
    me = centre(here)
    assert saved(here, me, "newsletter", pause=months).status_code == 422
    assert here.kinds(ANA)[-1] == "permission.confirmed"


def test_one_button_stops_everything(here: World) -> None:
    me = centre(here)
    saved(here, me, "newsletter", "news")
    assert here.client.post(me, data={"do": "leave"}).is_redirect
    assert here.kinds(ANA)[-2:] == ["permission.withdrawn"] * 2
    assert "Stop everything" not in here.client.get(me).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_never_again_ends_everything_with_one_press(here: World, language: str) -> None:
    me = centre(here, language=language)
    before = here.dump()
    shown = here.client.get(me).text
    assert here.dump() == before
    assert 'value="never" aria-describedby="never-hint"' in shown
    answer = here.client.post(me, data={"do": "never"})
    done = here.client.get(followed(me, answer)).text
    assert {"en": "Done. We&#39;ll never email", "es": "Hecho. No volveremos"}[language] in done
    # What would be confirmed by mail, and what is left already, is not offered any more.
    assert not re.search(r'value="(never|reveal|erase|move|leave)"', done)
    assert here.kinds(ANA)[-1] == "permission.withdrawn"
    assert here.rows("select scope, reason from suppression") == [
        ("all", "never again, said by themselves")
    ]
    number = len(here.inbox.messages)
    assert here.submit(ANA).status_code == 303
    for what in ("never", "reveal", "erase"):
        assert here.client.post(me, data={"do": what}).is_redirect
    here.settled()
    assert len(here.inbox.messages) == number
    assert here.rows("select count(*) from ledger where kind = 'suppression.added'") == [(1,)]
    assert findings(here) == []


def test_who_confirmed_nothing_can_say_never_again(here: World) -> None:
    """A stranger typed the address: the first mail is the last one."""
    path = here.subscribe(ANA)
    me = link(here.inbox.messages[-1], "me")
    assert here.client.post(me, data={"do": "never"}).is_redirect
    here.client.post(path, data={"do": "confirm"})
    assert "permission.confirmed" not in here.kinds(ANA)
    here.submit(ANA, form="news", purposes=("news",))
    here.settled()
    assert len(here.inbox.messages) == 1


def test_she_sees_and_downloads_all_that_we_know(here: World) -> None:
    me = centre(here, form="guide", purposes=("guide", "newsletter"), name="Ana <b>", topic="seo")
    path = asked(here, me, "reveal")
    assert ANA not in here.client.get(path).text
    page = here.client.post(path, data={"do": "yes"})
    assert page.status_code == 200
    said = unescape(page.text)
    for known in (ANA, "Ana <b>", "Send me the guide <once>.", "/articles/one/", "Receipt"):
        assert known in said
    assert "Ana <b>" not in page.text
    file = here.client.post(path, data={"do": "download"})
    assert file.headers["content-disposition"].startswith("attachment")
    record = json.loads(file.content)
    assert record["address"] == ANA
    assert [event["kind"] for event in record["events"]] == here.kinds(ANA)
    assert here.kinds(ANA).count("access.given") == 1


def test_erasure_is_confirmed_by_a_fresh_mail_and_leaves_no_address(here: World) -> None:
    me = centre(here)
    path = asked(here, me, "erase")
    assert "Erase your data?" in here.client.get(path).text
    assert "permission.erased" not in here.kinds(ANA)
    assert here.client.post(path, data={"do": "yes"}).is_redirect
    assert "Your data is erased" in here.client.get(path).text
    assert here.rows("select address, key from contact") == [(None, None)]
    assert here.rows(
        "select count(*) from detail join ledger on event = seq join contact on subject = id"
        " where id <> 'system'"
    ) == [(0,)]
    assert here.rows("select scope, reason from suppression") == [("marketing", "erased")]
    assert here.client.get(me).status_code == 410
    assert here.client.post(me, data={"do": "leave"}).status_code == 410


def test_a_move_is_confirmed_on_both_ends_and_takes_everything_along(here: World) -> None:
    me = centre(here)
    before = here.kinds(ANA)
    old = asked(here, me, "move", email=NEW)
    assert here.inbox.messages[-1]["To"] == ANA
    assert here.client.post(old, data={"do": "yes"}).is_redirect
    mail = here.inbox.wait(4)[-1]
    assert mail["To"] == NEW
    assert "/me/" not in text_of(mail)
    assert here.kinds(ANA)
    new = link(mail, "fresh")
    assert here.client.post(new, data={"do": "yes"}).is_redirect
    assert "Your address has changed" in here.client.get(new).text
    assert here.kinds(ANA) == []
    assert here.kinds(NEW)[: len(before)] == before
    # What was mailed to the old address steers nothing any more, but leaving always works.
    assert here.client.get(me).status_code == 410
    leave = link(here.inbox.messages[1], "unsubscribe")
    assert here.client.post(leave, data={"do": "leave"}).is_redirect
    assert here.kinds(NEW)[-1] == "permission.withdrawn"


def test_who_moves_to_an_address_that_was_erased_has_come_back(anywhere: World) -> None:
    here = anywhere
    gone = centre(here, NEW)
    here.client.post(asked(here, gone, "erase"), data={"do": "yes"})
    assert here.rows("select scope from suppression") == [("marketing",)]
    me = centre(here)
    here.client.post(asked(here, me, "move", email=NEW), data={"do": "yes"})
    here.settled()
    new = link(here.inbox.messages[-1], "fresh")
    assert here.rows("select scope from suppression") == [("marketing",)]
    assert here.client.post(new, data={"do": "yes"}).is_redirect
    assert here.rows("select scope from suppression") == []
    before = len(here.inbox.messages)
    here.submit(NEW)
    assert here.inbox.wait(before + 1)[-1]["To"] == NEW
    here.settled()
    assert findings(here) == []


def test_the_old_address_can_stop_a_move(here: World) -> None:
    me = centre(here)
    old = asked(here, me, "move", email=NEW)
    assert here.client.post(old, data={"do": "no"}).is_redirect
    assert here.client.get(old).status_code == 410
    assert here.client.post(old, data={"do": "yes"}).is_redirect
    assert here.rows("select count(*) from outbox where template = 'arrive'") == [(0,)]
    assert here.kinds(ANA)[-1] == "access.stopped"


def test_nobody_is_moved_onto_an_address_that_is_with_us(here: World) -> None:
    here.confirmed(NEW)
    me = centre(here)
    old = asked(here, me, "move", email=NEW)
    here.client.post(old, data={"do": "yes"})
    new = link(here.inbox.wait(6)[-1], "fresh")
    answer = here.client.post(new, data={"do": "yes"})
    assert answer.status_code == 409
    assert "We already have this address" in answer.text
    assert here.kinds(ANA)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "x" * 300 + "@example.org", "a\r\nb@c.de"]
)
def test_a_wrong_new_address_is_said_beside_the_field(here: World, email: str) -> None:
    me = centre(here)
    answer = here.client.post(me, data={"do": "move", "email": email})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert here.kinds(ANA)[-1] == "permission.confirmed"


def test_a_forwarded_link_reveals_and_destroys_nothing(here: World) -> None:
    """Whatever is pressed at the link of a mail: her record is whole, and mails go to her alone."""
    me = centre(here)
    for what in ("reveal", "erase", "move", "reveal", "erase"):
        answer = here.client.post(me, data={"do": what, "email": "eve@example.net"})
        assert ANA not in here.client.get(followed(me, answer)).text
    here.settled()
    assert {mail["To"] for mail in here.inbox.messages} == {ANA}
    assert len(here.inbox.messages) == 5
    assert here.rows("select count(*) from contact where address is not null") == [(1,)]
    # A link of one kind is no link of another.
    token = me.rpartition("/")[2]
    assert here.client.get(f"/fresh/{token}").status_code == 404
    assert here.client.post(f"/fresh/{token}", data={"do": "yes"}).status_code == 404


def test_a_get_of_either_link_changes_nothing(here: World) -> None:
    me = centre(here)
    fresh = asked(here, me, "erase")
    here.settled()
    before = here.dump()
    for path in (me, f"{me}?done=left", fresh):
        for method in ("GET", "HEAD", "OPTIONS"):
            for _ in range(3):
                here.client.request(method, path)
    assert here.dump() == before
    assert here.client.post(fresh, data={"do": "yes"}).is_redirect
    assert "erased" in here.client.get(fresh).text


def test_another_sites_page_can_press_nothing(here: World) -> None:
    me = centre(here)
    for path in (me, asked(here, me, "erase")):
        answer = here.client.post(
            path, data={"do": "leave"}, headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 403
    assert "permission.withdrawn" not in here.kinds(ANA)


@pytest.mark.parametrize("choice", ["", "everything", "yes"])
def test_a_button_that_there_is_not_is_said(here: World, choice: str) -> None:
    me = centre(here)
    assert here.client.post(me, data={"do": choice}).status_code == 400


def test_a_whole_life_verifies(anywhere: World) -> None:
    """On both databases."""
    here = anywhere
    me = centre(here)
    saved(here, me, "newsletter", "news", pause="1", **{"frequency-newsletter": "monthly"})
    here.client.post(asked(here, me, "move", email=NEW), data={"do": "yes"})
    here.settled()
    new = link(here.inbox.messages[-1], "fresh")
    here.client.post(new, data={"do": "yes"})
    assert here.submit(NEW).status_code == 303
    here.settled()
    me = link(here.inbox.messages[-1], "me")
    assert here.client.get(me).status_code == 200
    here.client.post(asked(here, me, "reveal"), data={"do": "yes"})
    here.settled()
    assert findings(here) == []
    here.client.post(asked(here, me, "erase"), data={"do": "yes"})
    here.settled()
    assert findings(here) == []


def findings(here: World) -> list[str]:
    from forms.store.database.read_only import open_records
    from forms.store.verify import verify

    with open_records(here.settings.database_url.get_secret_value()) as connection:
        return [str(finding) for finding in verify(connection)]


def test_somebody_may_choose_among_many_topics(here: World) -> None:
    me = centre(here)
    many = tuple(Option(value=f"t{n}", label={"en": f"Topic {n}"}) for n in range(200))
    topical = here.catalogue.purposes["newsletter"].model_copy(update={"topics": many})
    purposes = {**here.catalogue.purposes, "newsletter": topical}
    here.declare(here.catalogue.model_copy(update={"purposes": purposes}))
    chosen = [f"t{n}" for n in range(199)]
    answer = saved(here, me, "newsletter", **{"topic-newsletter": chosen})
    assert answer.status_code == 303
    assert here.client.get(me).text.count(" checked") >= len(chosen)
