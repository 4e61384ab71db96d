"""Proof of work: what the handler gives out, what it takes back, and once for whom."""

import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import pytest
from hypothesis import given, settings, strategies as st

from forms.declared.canonical import Json
from forms.store.records.spent_proofs import VALID_FOR, Proof
from forms.web.screening.proof_of_work import LONGEST_PAYLOAD, Challenges

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYS = ("a-key-of-today-that-is-long-enough", "the-key-of-last-year-that-was-too")
OURS = Challenges(KEYS)
NONCE, SALT = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def made(form: str = "newsletter", challenges: Challenges = OURS) -> dict[str, Json]:
    return challenges.make(form, now=NOW, nonce=NONCE, salt=SALT)


def solved(challenge: dict[str, Json]) -> str:
    """By ALTCHA's own library."""
    theirs = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(theirs)
    assert solution is not None
    return altcha.Payload(theirs, solution).to_base64()


SOLVED = solved(made())


def altered(change: dict[str, Any], *path: str) -> str:
    payload = json.loads(b64decode(SOLVED))
    place = payload
    for name in path:
        place = place[name]
    place.update(change)
    return b64encode(json.dumps(payload).encode()).decode()


def test_a_challenge_that_altcha_solves_is_a_proof_of_when_it_was_given_out() -> None:
    assert OURS.read(SOLVED, "newsletter", now=NOW) == Proof(issued=NOW, nonce=NONCE)


def test_altcha_finds_our_signature_and_the_solution_right() -> None:
    now = datetime.now(UTC)
    payload = solved(OURS.make("newsletter", now=now, nonce=NONCE, salt=SALT))
    key = hmac.new(KEYS[0].encode(), b"atrae.challenge", "sha256").digest()
    assert altcha.verify_solution(payload, key).verified


def test_it_is_good_for_one_form_and_some_minutes() -> None:
    assert OURS.read(SOLVED, "guide", now=NOW) is None
    last = NOW + VALID_FOR - timedelta(milliseconds=1)
    assert OURS.read(SOLVED, "newsletter", now=last) is not None
    assert OURS.read(SOLVED, "newsletter", now=NOW + VALID_FOR) is None


def test_an_old_key_is_still_read() -> None:
    payload = solved(made(challenges=Challenges(KEYS[1:])))
    assert OURS.read(payload, "newsletter", now=NOW) is not None
    assert (
        Challenges(("somebody-elses-key-somebody-elses-key",)).read(payload, "newsletter", now=NOW)
        is None
    )


PARAMETERS = ("challenge", "parameters")


@pytest.mark.parametrize(
    "payload",
    [
        altered({"cost": 1}, *PARAMETERS),
        altered({"keyPrefix": ""}, *PARAMETERS),
        altered({"expiresAt": 2**40}, *PARAMETERS),
        altered({"more": "\ud800"}, *PARAMETERS),
        altered({"issued": 0}, *PARAMETERS, "data"),
        altered({"counter": -1}, "solution"),
        altered({"counter": 2**32}, "solution"),
        altered({"counter": 10**400}, "solution"),
        altered({"counter": 1.5}, "solution"),
        altered({"derivedKey": "00" * 32}, "solution"),
        altered({"derivedKey": "é\ud800"}, "solution"),
        altered({"signature": ""}, "challenge"),
        altered({"signature": "é\ud800" * 32}, "challenge"),
        altered({"signature": None}, "challenge"),
        altered({"challenge": []}),
        b64encode(b"[" * 1500).decode(),
        b64encode(b'{"challenge":{"parameters":{"a":' + b"[" * 600 + b"]" * 600 + b"}}}").decode(),
        b64encode(b"\xff\xfe").decode(),
        SOLVED + " ",
        SOLVED[:-4],
        "A" * (LONGEST_PAYLOAD + 4),
        "é",
        "",
    ],
)
def test_what_was_altered_proves_nothing(payload: str) -> None:
    assert OURS.read(payload, "newsletter", now=NOW) is None


@given(st.integers(0, 2**32 - 1))
def test_a_counter_that_leads_nowhere_proves_nothing(counter: int) -> None:
    right = json.loads(b64decode(SOLVED))["solution"]["counter"]
    found = OURS.read(altered({"counter": counter}, "solution"), "newsletter", now=NOW)
    assert (found is not None) == (counter == right)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_whatever_json_comes_proves_nothing_and_breaks_nothing(value: Json) -> None:
    payload = b64encode(json.dumps(value).encode()).decode()
    assert OURS.read(payload, "newsletter", now=NOW) is None
