"""Whatever comes in is read or refused, and nothing else happens: parser, validation, catalogue."""

import json
from urllib.parse import urlencode

from hypothesis import given, settings as thoroughly, strategies as st
from pydantic import ValidationError

from forms.catalogue import Catalogue
from forms.links.tokens import LINKS, LONGEST, Link, TokenError, Tokens
from forms.permission.submission import FieldErrors, Submission, validate
from forms.web.request_body import MOST_FIELDS, read_form

from ..declared import NOW, catalogue

URLENCODED = "application/x-www-form-urlencoded"
CATALOGUE = catalogue()
FORM = CATALOGUE.forms["guide"]
WORDINGS = CATALOGUE.wordings()
NAMES = st.one_of(
    st.sampled_from(["email", "name", "topic", "message", "purpose", "page", "version", "website"]),
    st.text(max_size=10),
)
ODD = st.sampled_from(
    ["a@b.org\r\nBcc: c@d.org", "\0", "a\0@b.org", "<script>", "..", "//evil.example", "ana@b.org"]
)
VALUES = st.one_of(st.text(max_size=300), ODD, st.sampled_from([*WORDINGS]))
TOKENS = Tokens(("a-key-of-the-tests-a-key-of-the-tests",))


@given(st.lists(st.tuples(NAMES, VALUES), max_size=MOST_FIELDS))
def test_what_a_browser_can_send_arrives_as_it_was(pairs: list[tuple[str, str]]) -> None:
    said: dict[str, list[str]] = {}
    for name, value in pairs:
        said.setdefault(name, []).append(value)
    encoded = [
        (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        for name, value in pairs
    ]
    assert read_form(URLENCODED, urlencode(encoded).encode()) == said


@given(st.lists(st.tuples(NAMES, VALUES), max_size=20))
@thoroughly(max_examples=300)
def test_a_submission_is_clean_or_comes_back(pairs: list[tuple[str, str]]) -> None:
    raw: dict[str, list[str]] = {}
    for name, value in pairs:
        raw.setdefault(name, []).append(value)
    verdict = validate(FORM, raw, language="en", wordings=WORDINGS, versions=frozenset())
    assert isinstance(verdict, Submission | FieldErrors)
    if isinstance(verdict, Submission):
        told = [verdict.address.typed, verdict.address.deliverable, verdict.address.key]
        assert not any(letter in text for text in told for letter in "\r\n\0, <>")
        assert not any("\r" in text or "\0" in text for text in verdict.answers.values())
        assert "\n" not in verdict.answers.get("name", "")
    assert verdict.page == "" or (verdict.page[0] == "/" and verdict.page[:2] != "//")


@given(st.text(max_size=LONGEST + 50), st.sampled_from(list(LINKS.values())))
def test_any_text_is_no_token(text: str, kind: type[Link]) -> None:
    try:
        TOKENS.read(kind, text, now=NOW)
        raise AssertionError("a text was taken for a token")
    except TokenError:
        pass


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=20,
)


def read(text: bytes) -> Catalogue | None:
    try:
        return Catalogue.from_json(text)
    except ValidationError:
        return None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_catalogue_or_refused(text: bytes) -> None:
    assert read(text) is None


@given(st.data())
@thoroughly(max_examples=200)
def test_a_catalogue_with_anything_changed_is_one_or_refused(data: st.DataObject) -> None:
    """Whatever is changed at whatever place; what is still one is spelled the same again."""
    whole = json.loads(CATALOGUE.to_json())
    place: object = whole
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    found = read(json.dumps(whole).encode())
    if found is not None:
        assert Catalogue.from_json(found.to_json()) == found


@given(st.data())
def test_a_catalogue_that_was_cut_is_refused(data: st.DataObject) -> None:
    text = CATALOGUE.to_json()
    assert read(text[: data.draw(st.integers(0, len(text) - 1))]) is None
