"""Fields, boxes, pages: what is taken, and what comes back with which error."""

import pytest
from hypothesis import given, strategies as st

from forms.catalogue import Field, Kind, Option
from forms.declared.address import parse_address
from forms.permission.submission import FieldErrors, Submission, fault_of, page_path, validate

from ..contact_history import CATALOGUE, WORDINGS

FORM = CATALOGUE.forms["guide"]
GUIDE = CATALOGUE.wording("guide", "en").digest


def judged(**fields: str | list[str]) -> Submission | FieldErrors:
    raw = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
    return validate(FORM, raw, language="en", wordings=WORDINGS, versions=frozenset())


def test_a_form_filled_in_rightly() -> None:
    made = judged(
        email=" Ana@Example.org ", purpose=[GUIDE, GUIDE], message="a\r\nb", topic="seo", page="/a/"
    )
    assert isinstance(made, Submission)
    assert (made.address.typed, made.address.key) == ("Ana@Example.org", "ana@example.org")
    assert made.answers == {"topic": "seo", "message": "a\nb"}
    assert [wording.purpose for wording in made.wordings] == ["guide"]
    assert (made.page, made.trapped, made.form_version) == ("/a/", False, FORM.version)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        (Field(name="f", required=True), "", "error_required"),
        (Field(name="f"), "", ""),
        (Field(name="f", kind=Kind.EMAIL), "", "error_required"),
        (Field(name="f", max_length=3), "four", "error_long"),
        (Field(name="f"), "a\0b", "error_characters"),
        (Field(name="f"), "a\nb", "error_characters"),
        (Field(name="f", kind=Kind.TEXTAREA), "a\nb", ""),
        (Field(name="f", kind=Kind.TEXTAREA), "a\x1bb", "error_characters"),
        (Field(name="f", kind=Kind.TEL), "+34 600 00 00 00", ""),
        (Field(name="f", kind=Kind.TEL), "call me", "error_tel"),
        (Field(name="f", kind=Kind.URL), "https://example.org/x", ""),
        (Field(name="f", kind=Kind.URL), "javascript:alert(1)", "error_url"),
        (Field(name="f", kind=Kind.URL), "https://[", "error_url"),
        (
            Field(name="f", kind=Kind.SELECT, options=(Option(value="a", label={}),)),
            "b",
            "error_choice",
        ),
    ],
)
def test_each_kind_has_its_faults(field: Field, value: str, fault: str) -> None:
    assert fault_of(field, value) == fault


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=30), max_size=3)))
def test_whatever_comes_is_judged_and_never_breaks(raw: dict[str, list[str]]) -> None:
    made = validate(FORM, raw, language="en", wordings=WORDINGS, versions=frozenset())
    assert isinstance(made, FieldErrors | Submission)


@given(st.text(), st.text(), st.text())
def test_what_is_taken_is_clean(name: str, message: str, page: str) -> None:
    made = judged(email="a@b.org", purpose=GUIDE, name=name, message=message, page=page)
    if isinstance(made, Submission):
        assert all("\0" not in value and "\r" not in value for value in made.answers.values())
        assert made.page == "" or made.page.startswith("/")


def test_two_languages_of_one_purpose_are_no_honest_form() -> None:
    both = [GUIDE, CATALOGUE.wording("guide", "es").digest]
    made = judged(email="a@b.org", purpose=both)
    assert isinstance(made, FieldErrors)
    assert made.errors == {"purpose": "error_changed"}
    assert made.ticked == frozenset()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a/b/", "/a/b/"),
        ("/a?utm=x#y", "/a"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("/\\evil.example", ""),
        ("/a b", ""),
        ("/<script>", ""),
        ("/a\r\nb", ""),
        ("/a\n", ""),
        ("/" + "x" * 600, ""),
        ("/artículos/", "/artículos/"),
    ],
)
def test_a_page_is_a_path_on_the_site(text: str, path: str) -> None:
    assert page_path(text) == path


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ana+News@Example.ORG", "ana+news@example.org"),
        ("a.n.a@example.org", "a.n.a@example.org"),
        ("ana@español.es", "ana@xn--espaol-zwa.es"),
        ("ana@ESPAN\u0303OL.es", "ana@xn--espaol-zwa.es"),
    ],
)
def test_the_key_tells_people_apart(typed: str, key: str) -> None:
    assert parse_address(typed).key == key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "@b.org",
        "a b@c.org",
        "a@b.org,c@d.org",
        "a@b.org\nBcc: c@d.org",
        "ñ@example.org",
        "a\0@b.org",
        '"a b"@c.org',
        "a@" + "b" * 260 + ".org",
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_address(typed)


@given(st.emails())
def test_a_key_is_its_own_key(email: str) -> None:
    try:
        address = parse_address(email)
    except ValueError:
        return
    assert parse_address(address.key).key == address.key
    assert parse_address(email.swapcase()).key == address.key
