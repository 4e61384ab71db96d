"""Answers that tell nothing, and requests that get nowhere."""

import logging
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from forms.mail.smtp import RefusedError
from forms.site.templates import Pages

from ..declared import pages
from ..world import World, link, until, world


def bytes_of(answer: httpx.Response) -> object:
    headers = [(k, v) for k, v in answer.headers.multi_items() if k != "date"]
    # A form that is shown again says when, as the header `Date` does.
    content = re.sub(rb"\?shown=[0-9]+\.[0-9a-f]{64}", b"", answer.content)
    return answer.status_code, headers, content


def suppressed(here: World, email: str) -> None:
    def refuse(_message: object, _permitted: object) -> str:
        raise RefusedError("550 5.1.1 no such user")

    before, kept = len(here.inbox.messages), here.inbox
    kept.refuse = refuse
    here.submit(email)
    until(lambda: here.rows("select state from outbox order by id desc")[0] == ("refused",), "it")
    kept.refuse = None
    assert len(here.inbox.messages) == before


@pytest.mark.parametrize("website", ["", "https://spam.example"])
@pytest.mark.parametrize("typed", ["{}", "{}@", ""])
def test_every_address_gets_the_same_answer(here: World, website: str, typed: str) -> None:
    """Law 7: known, unknown, pending, withdrawn, suppressed; valid, invalid, honeypot."""
    here.confirmed("knwn1@example.org")
    here.subscribe("pend2@example.org")
    receipt = here.confirmed("left3@example.org")
    here.client.post(link(receipt, "unsubscribe"), data={"do": "leave"})
    suppressed(here, "blck4@example.org")
    states = ("knwn1", "pend2", "left3", "blck4", "frsh5")
    answers = [here.submit(typed.format(f"{name}@example.org"), website=website) for name in states]
    shapes = {
        str(bytes_of(answer)).replace(name, "name")
        for name, answer in zip(states, answers, strict=True)
    }
    assert len(shapes) == 1
    assert answers[0].status_code == (303 if typed == "{}" else 422)


ODD: list[tuple[int, Callable[[httpx.Client], httpx.Response]]] = [
    (415, lambda c: c.post("/f/newsletter", json={"email": "a@b.org"})),
    (415, lambda c: c.post("/f/newsletter", files={"email": (None, "a@b.org")})),
    (413, lambda c: c.post("/f/newsletter", data={"email": "x" * 17000})),
    (400, lambda c: c.post("/f/newsletter", data={f"f{n}": "" for n in range(100)})),
    (400, lambda c: form(c, b"email=%ff%fe")),
    (400, lambda c: form(c, b"email=\xff\xfe")),
    (404, lambda c: c.post("/f/nothing", data={"email": "a@b.org"})),
    (404, lambda c: c.get("/confirm/nothing")),
    (404, lambda c: c.get("/nothing")),
    (405, lambda c: c.get("/f/newsletter")),
    (405, lambda c: c.put("/confirm/x")),
    (422, lambda c: c.post("/f/newsletter", data={"email": "a\0@b.org"})),
    (422, lambda c: c.post("/f/newsletter", data={"email": "a@b.org\r\nBcc: c@d.org"})),
]


def form(client: httpx.Client, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post("/f/newsletter", content=body, headers=headers)


def test_odd_requests_are_refused_with_a_page_and_change_nothing(here: World) -> None:
    here.client.get("/readyz")
    before = here.dump()
    for status, send in ODD:
        answer = send(here.client)
        assert answer.status_code == status
        assert "<h1>" in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert here.dump() == before


def test_a_body_without_an_end_is_cut(here: World) -> None:
    def endless() -> object:
        for _ in range(10_000):
            yield b"x" * 1024

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        status = here.client.post("/f/newsletter", content=endless(), headers=headers).status_code  # type: ignore[arg-type]
    except httpx.WriteError:
        status = 413
    assert status == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{site}", "Sec-Fetch-Site": "cross-site"}, 303),
        ({"Origin": "{site}.evil.example"}, 403),
    ],
)
def test_other_sites_cannot_send_our_forms(
    here: World, headers: dict[str, str], status: int
) -> None:
    site = here.settings.site_origin
    sent = {name: value.replace("{site}", site) for name, value in headers.items()}
    assert here.submit("ana@example.org", headers=sent).status_code == status


def test_what_cannot_be_written_is_never_promised(here: World) -> None:
    here.client.get("/readyz")
    outside = sqlite3.connect(here.database)
    try:
        outside.execute("ALTER TABLE pending RENAME TO elsewhere")
        answer = here.submit("ana@example.org")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "nothing was recorded" in answer.text
        outside.execute("ALTER TABLE elsewhere RENAME TO pending")
    finally:
        outside.close()
    assert here.rows("select count(*) from contact") == [(0,)]
    assert here.submit("ana@example.org").status_code == 303


def test_nobodys_address_is_in_the_log(here: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        receipt = here.confirmed("ana@example.org", form="guide", purposes=("guide",))
        here.client.get(link(receipt, "resource"))
        here.submit("ana@", form="guide")
        here.settled()
    ours = [record for record in caplog.records if record.name.startswith("atrae")]
    said = "\n".join(record.getMessage() for record in ours)
    assert "state=sent" in said
    assert "ana@example.org" not in said
    assert link(receipt, "resource").split("/")[2] not in said


@pytest.mark.parametrize("broken", ["page/form.html", "page/message.html"])
def test_a_broken_template_is_our_fault_and_said_politely(tmp_path: Path, broken: str) -> None:
    theme = pages()
    templates = {**theme.templates, "page/form.html": "{{ nowhere }}", broken: "{{ nowhere }}"}
    with world(tmp_path, theme=Pages(templates, theme.shells, theme.texts)) as here:
        answer = here.submit("ana@")
        assert answer.status_code == 500
        said = "on our side" if broken == "page/form.html" else "Inténtalo de nuevo"
        assert said in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
