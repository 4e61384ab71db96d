"""What a form has to show before it counts: a proof of work, or a few seconds' wait."""

import csv
import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import altcha
import httpx
import pytest
from click.testing import CliRunner

from forms.cli import forms
from forms.permission.ledger import Method
from forms.web.screening.proof_of_work import Challenges
from forms.web.screening.signals import FASTEST, OLDEST, WAIT
from forms.web.screening.signed_time import SignedTimes

from ...world import SECRET, World, world
from ..test_responses import bytes_of

SOLVER = "/assets/solver.0123.js"
EMAIL = "ana@example.org"
LUCKY = (208, 328, 339, 590)
"""Numbers that make a nonce whose first key solves it, with this salt: tests need not work."""
SALT = "ab" * 16


@pytest.fixture
def asking(here: World) -> World:
    """A handler whose site asks for a proof of work."""
    here.catalogue = here.catalogue.model_copy(update={"solver": SOLVER})
    here.declare(here.catalogue)
    return here


def challenge(here: World, form: str = "newsletter") -> altcha.Challenge:
    answer = here.client.get(f"/f/{form}/challenge")
    assert answer.status_code == 200
    return altcha.Challenge.from_dict(answer.json())


def solved(given: altcha.Challenge) -> str:
    solution = altcha.solve_challenge(given)
    assert solution is not None
    return altcha.Payload(given, solution).to_base64()


def earlier(seconds: float, form: str = "newsletter", number: int = 0) -> str:
    """A solution of a challenge that the handler gave out some time ago."""
    now = datetime.now(UTC) - timedelta(seconds=seconds)
    nonce = f"{LUCKY[number]:032x}"
    made = Challenges((SECRET,)).make(form, now=now, nonce=nonce, salt=SALT)
    return solved(altcha.Challenge.from_dict(made))


def action(answer: httpx.Response) -> str:
    found = re.search(r'action="([^"]+)"', answer.text)
    assert found
    return unescape(found[1])


def sent_to(here: World, where: str, email: str = EMAIL, **fields: str) -> httpx.Response:
    data = {"language": "en", "email": email, "purpose": here.digest("newsletter"), **fields}
    return here.client.post(where, data=data)


def waited(age: timedelta, email: str = EMAIL) -> str:
    stamp = SignedTimes((SECRET,)).make(datetime.now(UTC) - age, "newsletter", email)
    return f"/f/newsletter?shown={stamp}"


def methods(here: World) -> list[str]:
    query = "select method from ledger where subject <> 'system' order by seq"
    return [str(method) for (method,) in here.rows(query)]


def test_without_the_option_nothing_is_asked_for(here: World) -> None:
    assert here.client.get("/f/newsletter/challenge").status_code == 404
    assert here.submit(EMAIL, altcha="whatever").status_code == 303


def test_the_challenge_may_be_read_by_a_page_of_the_site_alone(asking: World) -> None:
    answer = asking.client.get("/f/newsletter/challenge")
    assert answer.headers["access-control-allow-origin"] == asking.settings.site_origin
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert asking.client.get("/f/nothing/challenge").status_code == 404


def test_giving_out_challenges_writes_nothing(asking: World) -> None:
    # The first one brings the catalogue into the record.
    challenge(asking)
    before = asking.dump()
    challenges = {challenge(asking).parameters.nonce for _ in range(20)}
    assert len(challenges) == 20
    assert asking.dump() == before


def test_a_form_with_a_solution_counts(asking: World) -> None:
    proof = solved(challenge(asking))
    time.sleep(FASTEST.total_seconds())
    assert asking.submit(EMAIL, altcha=proof).status_code == 303
    assert asking.kinds(EMAIL) == ["permission.requested"]
    asking.inbox.wait(1)


def test_a_solution_is_not_taken_for_a_second_address(asking: World) -> None:
    proof = earlier(3)
    assert asking.submit(EMAIL, altcha=proof).status_code == 303
    assert asking.submit(EMAIL, altcha=proof).status_code == 303
    asking.settled()
    before = asking.dump()
    assert asking.submit("eve@example.org", altcha=proof).status_code == 422
    assert asking.dump() == before


def test_of_many_addresses_at_once_one_gets_through(asking: World) -> None:
    proof = earlier(3)
    with ThreadPoolExecutor(12) as several:
        answers = several.map(
            lambda n: asking.submit(f"a{n}@example.org", altcha=proof).status_code, range(12)
        )
        assert sorted(answers) == [303, *[422] * 11]


@pytest.mark.parametrize("form", ["guide", "newsletter"])
def test_a_solution_for_another_form_or_one_too_old_does_not_count(
    asking: World, form: str
) -> None:
    proof = earlier(3 if form == "guide" else 3600, form)
    assert asking.submit(EMAIL, altcha=proof).status_code == 422
    assert methods(asking) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_without_a_solution_the_form_is_shown_again_as_it_was_filled_in(
    asking: World, language: str
) -> None:
    answer = asking.submit(EMAIL, language=language)
    assert answer.status_code == 422
    assert {"en": "wait 5 seconds", "es": "espera 5 segundos"}[language] in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert answer.text.count(" checked") == 1
    # It needs no JavaScript, so it loads none.
    assert SOLVER not in answer.text
    assert methods(asking) == []


def test_who_waits_gets_through_and_who_does_not_goes_on_waiting(asking: World) -> None:
    first = asking.submit(EMAIL)
    second = sent_to(asking, action(first))
    assert second.status_code == 422
    # The time goes on: it does not begin anew.
    assert action(second) == action(first)
    assert sent_to(asking, waited(WAIT)).status_code == 303
    assert asking.kinds(EMAIL) == ["permission.requested"]


def test_the_wait_of_one_address_is_not_that_of_another(asking: World) -> None:
    assert sent_to(asking, waited(WAIT), email="eve@example.org").status_code == 422
    stamp = SignedTimes((SECRET,)).make(datetime.now(UTC) - WAIT, "newsletter")
    assert sent_to(asking, f"/f/newsletter?shown={stamp}").status_code == 422
    assert methods(asking) == []


def test_a_mistake_is_said_first_and_the_form_asks_again_for_work(asking: World) -> None:
    answer = asking.submit("ana@", altcha=earlier(3))
    assert answer.status_code == 422
    assert f'<script src="{SOLVER}" defer>' in answer.text
    assert 'data-challenge="/f/newsletter/challenge"' in answer.text


def test_a_solution_faster_than_a_person_is_asked_to_wait(asking: World) -> None:
    assert asking.submit(EMAIL, altcha=earlier(0)).status_code == 422
    assert sent_to(asking, waited(WAIT)).status_code == 303


@pytest.mark.parametrize("website", ["", "https://spam.example"])
@pytest.mark.parametrize("worked", [True, False])
def test_the_answer_is_the_same_for_every_address(
    asking: World, website: str, worked: bool
) -> None:
    """Law 7, with the option on."""
    confirmed = asking.catalogue.model_copy(update={"solver": ""})
    asking.declare(confirmed)
    asking.confirmed("knwn1@example.org")
    asking.subscribe("pend2@example.org")
    asking.declare(asking.catalogue)
    names = ("knwn1", "pend2", "frsh3")
    shapes = set()
    for number, name in enumerate(names):
        proof = earlier(3, number=number) if worked else ""
        answer = asking.submit(f"{name}@example.org", website=website, altcha=proof)
        assert answer.status_code == (303 if worked else 422)
        shapes.add(str(bytes_of(answer)).replace(name, "name"))
    assert len(shapes) == 1


def signs(here: World) -> list[list[str]]:
    query = "select body from detail join ledger on event = seq where method = ? order by seq"
    return [
        json.loads(str(body)).get("signs", []) for (body,) in here.rows(query, Method.QUARANTINED)
    ]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ATRAE_BLOCKED_DOMAINS="spam.example") as made:
        yield made


def test_the_quarantine_says_why(guarded: World) -> None:
    def shown(age: timedelta) -> str:
        stamp = SignedTimes((SECRET,)).make(datetime.now(UTC) - age, "newsletter")
        return f"/f/newsletter?shown={stamp}"

    old = shown(OLDEST + timedelta(minutes=1))
    assert sent_to(guarded, old, "a@example.org", website="x").status_code == 303
    assert sent_to(guarded, old, "b@spam.example").status_code == 303
    assert guarded.submit("c@spam.example", website="x").status_code == 303
    assert sent_to(guarded, old, "d@example.org").status_code == 303
    assert signs(guarded) == [
        ["honeypot", "too-old"],
        ["blocked-domain", "too-old"],
        ["honeypot", "blocked-domain"],
    ]
    assert methods(guarded) == [*[Method.QUARANTINED] * 3, "form"]
    url = guarded.settings.database_url.get_secret_value()
    listed = CliRunner().invoke(forms, ["quarantine"], env={"ATRAE_DATABASE_URL": url})
    assert listed.exit_code == 0, listed.output
    header, *lines = csv.reader(listed.stdout.splitlines())
    assert header == ["id", "at", "address", "purpose", "form", "page", "signs"]
    assert [(line[2], line[-1]) for line in lines] == [
        ("a@example.org", "honeypot, too-old"),
        ("b@spam.example", "blocked-domain, too-old"),
        ("c@spam.example", "honeypot, blocked-domain"),
    ]


def test_a_form_that_was_shown_again_and_came_at_once_is_asked_to_wait(here: World) -> None:
    wrong = here.submit("ana@")
    assert sent_to(here, action(wrong)).status_code == 422
    stamp = SignedTimes((SECRET,)).make(datetime.now(UTC) - FASTEST, "newsletter")
    assert sent_to(here, f"/f/newsletter?shown={stamp}").status_code == 303


def test_a_stamp_that_is_not_ours_says_nothing(here: World) -> None:
    for shown in ("", "x", "1." + "0" * 64, "%00", "é" * 900):
        assert sent_to(here, f"/f/newsletter?shown={shown}").status_code == 303


def test_a_payload_that_is_none_is_like_none(asking: World) -> None:
    for junk in ("x", "\x00", "A" * 3000, b64encode(b"[" * 900).decode()):
        assert asking.submit(EMAIL, altcha=junk).status_code == 422
    assert methods(asking) == []
