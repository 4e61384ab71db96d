"""Front matter: what an author means, or every fault of it at once."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from generator.model.taxonomy import RESERVED_NAMES
from generator.read.front_matter.dates import in_zone, parse_date
from generator.read.front_matter.keys import KEYS, FrontMatter
from generator.read.front_matter.split import SplitText, read_front_matter, split

NAMES = frozenset(key.name for key in KEYS)
MADRID = ZoneInfo("Europe/Madrid")
AT = datetime(2026, 11, 21, 9, 0)


def parts_of(front: str) -> SplitText:
    return SplitText(front=front, body="", body_line=0)


def read(front: str) -> FrontMatter:
    values, findings, _ = read_front_matter(parts_of(front), path="content/a.md")
    assert findings == []
    assert values is not None
    return values


def wrong(front: str, *taxonomies: str) -> list[str]:
    values, findings, _ = read_front_matter(
        parts_of(front), path="a.md", taxonomies=taxonomies or ("tags",)
    )
    assert (values is None) == any(f.severity == "error" for f in findings)
    return [str(found).removeprefix("a.md:") for found in findings]


@pytest.mark.parametrize(
    ("text", "front", "body", "line"),
    [
        ("---\na: b\n---\nText\n", "a: b\n", "Text\n", 4),
        ("---\n---\nText\n", "", "Text\n", 3),
        ("--- \na: b\n---\t\nText\n", "a: b\n", "Text\n", 4),
        ("---\na: b\n...\nText\n", "a: b\n", "Text\n", 4),
        ("---\na: b\n---", "a: b\n", "", 4),
        ("---\na: --- b\n---\n", "a: --- b\n", "", 4),
        ("Text\n---\n", "", "Text\n---\n", 1),
        ("* * *\nText\n", "", "* * *\nText\n", 1),
        ("\n---\na: b\n---\n", "a: b\n", "", 5),
        ("\ufeff \n\n---\na: b\n---\nText\n", "a: b\n", "Text\n", 6),
        ("+++\na = 1\n\n+++\nText\n", "a = 1\n\n", "Text\n", 5),
        ('{"a": "b"}\nText\n', '{"a": "b"}', "Text\n", 2),
        ('\n{\n"a": 1}\nText\n', '{\n"a": 1}', "Text\n", 4),
        ("{{< note >}}\nText\n", "", "{{< note >}}\nText\n", 1),
        ("", "", "", 1),
    ],
)
def test_it_stands_between_two_lines_of_hyphens(
    text: str, front: str, body: str, line: int
) -> None:
    parts, findings = split(text, path="a.md")
    assert findings == []
    assert parts is not None
    assert (parts.front, parts.body, parts.body_line) == (front, body, line)


@given(st.text())
def test_nothing_of_a_text_is_lost(text: str) -> None:
    parts, _ = split(f"---\n{text}\n---\nbody", path="a.md")
    assert parts is not None
    assert parts.body.endswith("body")


def test_what_is_never_closed_is_an_error_at_its_beginning() -> None:
    parts, findings = split("---\ntitle: x\n\nText\n", path="a.md")
    assert parts is None
    assert list(map(str, findings)) == [
        "a.md:1:1: error: the front matter that starts here is never closed"
        " (end it with a line of `---`) [front-matter-unclosed]"
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T09:00:00", AT),
        ("2026-11-21 9:00", AT),
        ("2026-11-21 09:00:00.000", AT),
        ("2026-11-21T09:00:00Z", AT.replace(tzinfo=UTC)),
        ("2026-11-21 09:00:00 UTC", AT.replace(tzinfo=UTC)),
        ("2026-11-21T09:00:00-04:00", AT.replace(tzinfo=timezone(timedelta(hours=-4)))),
        ("2026-11-21 09:00:00 -4", AT.replace(tzinfo=timezone(timedelta(hours=-4)))),
        ("2026-11-21 9:00:00 -4", AT.replace(tzinfo=timezone(timedelta(hours=-4)))),
        ("2026-11-21 09:00 -0430", AT.replace(tzinfo=timezone(-timedelta(hours=4, minutes=30)))),
        ("2026-11-21t09:00:00+05:30", AT.replace(tzinfo=timezone(timedelta(hours=5, minutes=30)))),
        (" 2026-11-21 ", date(2026, 11, 21)),
    ],
)
def test_dates_as_people_write_them(text: str, meant: date) -> None:
    assert parse_date(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2026", "26-11-21", "21.11.2026", "2026-13-01", "2026-02-30", ""),
        *("2026-11-21T", "2026-11-21 09", "2026-11-21T25:00", "2026-11-21T09:00+99"),
        *("0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-21 noon"),
    ],
)
def test_what_is_no_date_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date$"):
        parse_date(text)


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.sampled_from(["", "Z", "-11:30"])
)
def test_iso_dates_are_read_as_python_writes_them(at: datetime, zone: str) -> None:
    at = at.replace(microsecond=0)
    read = parse_date(at.isoformat() + zone)
    assert isinstance(read, datetime)
    assert read.replace(tzinfo=None) == at
    assert (read.tzinfo is None) == (zone == "")


@given(st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d?\d:\d\d(:\d\d)? ?([+-]\d+)?")))
def test_any_text_is_a_date_or_is_refused(text: str) -> None:
    try:
        in_zone(parse_date(text), MADRID).astimezone(ZoneInfo("Pacific/Kiritimati"))
    except ValueError as refused:
        assert "is not a date" in str(refused)  # noqa: PT017


def test_something_may_never_expire() -> None:
    assert in_zone(parse_date("9999-12-31"), MADRID).astimezone(UTC).year == 9999


def test_without_a_zone_the_sites_counts() -> None:
    assert in_zone(date(2026, 7, 1), MADRID).isoformat() == "2026-07-01T00:00:00+02:00"
    assert in_zone(AT, MADRID).isoformat() == "2026-11-21T09:00:00+01:00"
    assert in_zone(AT.replace(tzinfo=UTC), MADRID).isoformat() == "2026-11-21T09:00:00+00:00"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"True"', True),
        ("true", True),
        ("yes", True),
        ("no", False),
        ('"false"', False),
        ("off", False),
        ("", False),
    ],
)
def test_a_draft_is_one_however_it_is_said(written: str, meant: bool) -> None:
    assert read(f"draft: {written}\n").draft is meant


def test_a_draft_that_may_be_one_is_an_error() -> None:
    (said,) = wrong("title: x\ndraft: maybe\n")
    assert said.startswith("3:1: error: draft: input should be a valid boolean")
    assert said.endswith("(got 'maybe') [bad-value]")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("one", ("one",)),
        ("one, two words ,,three", ("one", "two words", "three")),
        ("[one, no, 1.10, one]", ("one", "no", "1.10")),
        ('\n- C++\n- "C#"\n- \n- " "', ("C++", "C#")),
        ("no", ("no",)),
        ("", ()),
        ("[]", ()),
    ],
)
def test_tags_may_be_one_text_or_a_list(written: str, meant: tuple[str, ...]) -> None:
    assert read(f"tags: {written}\n").terms == {"tags": meant}


@pytest.mark.parametrize("written", ["[[a]]", "[{a: b}]", "{a: b}"])
def test_tags_that_are_no_texts_are_an_error(written: str) -> None:
    assert [said.rpartition("[")[2] for said in wrong(f"tags: {written}\n")] == ["bad-value]"]
    assert [said.rpartition("[")[2] for said in wrong(f"topics: {written}\n", "topics")] == [
        "bad-value]"
    ]


def test_other_taxonomies_are_read_like_tags() -> None:
    values, findings, _ = read_front_matter(
        parts_of("tags: a\nseries: b, c\n"),
        path="",
        taxonomies=("tags", "series", "topics", "authors"),
    )
    assert values is not None
    assert values.terms == {"tags": ("a",), "series": ("b", "c"), "topics": (), "authors": ()}
    assert findings == []


def test_without_its_taxonomy_a_key_is_unknown() -> None:
    assert wrong("topics: a\n") == ["2:1: warning: unknown key 'topics' [unknown-key]"]


def test_no_taxonomy_can_have_the_name_of_a_key_that_is_no_list_of_words() -> None:
    assert set(NAMES) - {"tags", "authors"} == RESERVED_NAMES


def test_an_alias_may_stand_alone_and_hold_a_comma() -> None:
    assert read("aliases: /a,b/\n").aliases == ("/a,b/",)
    assert read("aliases:\n- /a/\n- ../b\n").aliases == ("/a/", "../b")


@pytest.mark.parametrize(
    "written",
    ["https://x.org/a", "//x.org/a", '"?p=12"', "'/a#b'", "/a b/", "mailto:x", "'http://[a'"],
)
def test_an_alias_is_a_path_on_the_site(written: str) -> None:
    (said,) = wrong(f"aliases: [{written}]\n")
    assert "is not a path on the site (write it as /blog/hello/)" in said


def test_a_permalink_begins_at_the_root() -> None:
    assert read("permalink: /a/b.html\n").permalink == "/a/b.html"
    (said,) = wrong("permalink: a/b\n")
    assert said == (
        "2:1: error: permalink: 'a/b' does not start with a slash (write it as /blog/hello/)"
        " [bad-value]"
    )


def test_extra_is_typed_and_the_rest_is_text() -> None:
    front = read("title: 1984\nweight: 3\nextra: {count: 3, nav: true, no: no}\n")
    assert (front.title, front.weight) == ("1984", 3)
    assert front.extra == {"count": 3, "nav": True, "no": "no"}


def test_empty_values_count_as_absent() -> None:
    found = read("title:\ndate:\ntags:\nextra:\naliases:\nweight:\n")
    assert replace(found, places={}) == FrontMatter(terms={"tags": ()})


def test_every_fault_is_said_at_once_with_its_place() -> None:
    said = wrong(
        "title: [a]\ndate: soon\ndraft: maybe\ndescripton: x\ndate: 2026-11-21\nslug: a/b\n"
    )
    assert [line.partition(" ")[0] for line in said] == [
        "6:1:",
        "5:1:",
        "2:1:",
        "3:1:",
        "7:1:",
        "4:1:",
    ]
    assert "unknown key 'descripton' (did you mean 'description'?)" in said[1]


@given(st.text())
def test_any_front_matter_is_read_or_said_to_be_wrong(text: str) -> None:
    wrong(text)


@given(
    st.dictionaries(
        st.sampled_from(sorted(NAMES)),
        st.sampled_from(
            ["x", "[x]", "{x: y}", "[[x]]", "1", "", "2026-11-21", "/x", "[/x, {a: b}]"]
        ),
    )
)
def test_any_values_are_read_or_said_to_be_wrong(values: dict[str, str]) -> None:
    for found in wrong("".join(f"{key}: {value}\n" for key, value in values.items())):
        assert int(found.partition(":")[0]) >= 2
