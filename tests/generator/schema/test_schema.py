"""YAML as authors write it: what they mean, or where and how it is wrong."""

import json
import time
from typing import Annotated, Any

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, BeforeValidator, ConfigDict

from generator.errors import InvalidValueError
from generator.schema.scalar import parse_scalar
from generator.schema.validate import validate
from generator.schema.yaml_text import Parsed, load_flat, parse, parse_any

SCRAPS = st.one_of(
    st.sampled_from(
        ["a: ", "b: ", "title: ", ": ", "- ", "? ", "\n", "  ", "\t", "x", "no", "1.10"]
    ),
    st.sampled_from(
        ["&a ", "*a", "!!int ", "!x ", "[", "]", "{", "}", ",", "#", '"', "'", "|\n", ">"]
    ),
    st.sampled_from(
        ["---\n", "...\n", "%YAML 1.2\n", "<<: ", "\\x00", "é", "\x07", "\ufffe", "@", "`"]
    ),
)
TEXTS = st.one_of(st.lists(SCRAPS, max_size=25).map("".join), st.text(max_size=80))


def values(text: str, *typed: str) -> dict[str, object]:
    parsed, findings = parse(text, path="a.yaml", typed=typed)
    assert findings == []
    assert parsed is not None
    return parsed.values


def wrong(text: str, **options: Any) -> list[str]:
    """What is said, without the name of the file."""
    _, findings = parse(text, path="a.yaml", **options)
    return [str(found).removeprefix("a.yaml:") for found in findings]


@given(TEXTS)
def test_any_text_is_read_or_said_to_be_wrong_at_a_place(text: str) -> None:
    parsed, findings = parse(text, path="a.yaml")
    assert parsed is not None or findings
    for found in findings:
        assert found.at is not None
        assert found.at.path == "a.yaml"
        assert 1 <= found.at.line <= text.count("\n") + 2


@given(TEXTS)
def test_any_text_is_data_or_said_to_be_wrong(text: str) -> None:
    value, findings = parse_any(text, path="data/a.yaml")
    assert value is None or not [f for f in findings if f.code != "duplicate-key"]


WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")))


@given(st.dictionaries(WORDS, WORDS))
def test_what_is_quoted_comes_back(texts: dict[str, str]) -> None:
    quoted = json.dumps(texts, ensure_ascii=False, indent=0)
    assert values(quoted) == texts


def test_scalars_stay_as_they_are_written() -> None:
    text = (
        "a: no\nb: yes\nc: 1.10\nd: 2026-11-21\ne: 010\nf: 12:30:00\ng: true\nh: 1_000\ni: 0x1F\n"
    )
    assert list(values(text).values()) == [
        *("no", "yes", "1.10", "2026-11-21", "010", "12:30:00", "true", "1_000", "0x1F"),
    ]


def test_below_typed_keys_numbers_and_truths_are_made() -> None:
    text = (
        'x:\n  a: [true, 1, 1.5, "1", no, 1.10.2, -3, .5, 1e3, 010, 123456789012345678901]\ny: 1\n'
    )
    assert values(text, "x") == {
        "x": {
            "a": [
                True,
                1,
                1.5,
                "1",
                "no",
                "1.10.2",
                -3,
                0.5,
                1000.0,
                "010",
                "123456789012345678901",
            ]
        },
        "y": "1",
    }


@given(st.text())
def test_the_core_schema_takes_any_text(text: str) -> None:
    assert parse_scalar(text) is not None


def test_nothing_is_null_and_an_empty_text_is_not() -> None:
    assert values('a:\nb: ~\nc: null\nd: ""\ne: ""\n') == {
        "a": None,
        "b": None,
        "c": None,
        "d": "",
        "e": "",
    }
    assert values("") == values("# only a comment\n") == {}


def test_tags_and_types_mean_nothing() -> None:
    text = 'a: !!int "3"\nb: !!python/object:os.system x\nc: !mine d\ne: !!binary aGk=\n'
    assert values(text) == {"a": "3", "b": "x", "c": "d", "e": "aGk="}


def test_tabs_do_no_harm_where_they_are_seen_as_spaces() -> None:
    assert values("a: b\t\nc:\td\n  \t\ne: |\n  x\t\n") == {"a": "b", "c": "d", "e": "x\n"}


def test_an_anchor_may_be_used() -> None:
    assert values("a: &x [1]\nb: *x\n") == {"a": ["1"], "b": ["1"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'title:"x"\n',
            "1:1: error: expected lines of the form `key: value` (put a space after `title:`)"
            " [yaml-mapping]",
        ),
        (
            'date: 2026-11-21\ntitle:"x"\ntags: a\n',
            "2:1: error: not YAML: could not find expected ':' (put a space after `title:`)"
            " [yaml-syntax]",
        ),
        (
            "title: Permission: a story\n",
            "1:18: error: not YAML: mapping values are not allowed in this context"
            ' (put quotes around the value: title: "Permission: a story") [yaml-syntax]',
        ),
        (
            'a: b\ntitle: He said: "no"\n',
            "2:15: error: not YAML: mapping values are not allowed in this context"
            r' (put quotes around the value: title: "He said: \"no\"") [yaml-syntax]',
        ),
        (
            "extra:\n\ta: b\n",
            "2:1: error: not YAML: found character that cannot start any token"
            " (indent with spaces, not with a tab) [yaml-syntax]",
        ),
        (
            "title: @home\n",
            "1:8: error: not YAML: found character that cannot start any token"
            ' (put quotes around the value: title: "@home") [yaml-syntax]',
        ),
        (
            "title: *bold* words\n",
            "1:13: error: not YAML: did not find expected alphabetic or numeric character"
            ' (put quotes around the value: title: "*bold* words") [yaml-syntax]',
        ),
        ("- a\n- b\n", "1:1: error: expected lines of the form `key: value` [yaml-mapping]"),
        ("just words\n", "1:1: error: expected lines of the form `key: value` [yaml-mapping]"),
        ("a: b\n[x]: c\n", "2:1: error: a key must be a word (put quotes around it) [yaml-key]"),
        (
            "a: é\nb: \x07\n",
            "2: error: a character that YAML does not allow: U+0007 (delete it) [yaml-syntax]",
        ),
    ],
)
def test_a_fault_has_its_place_and_a_way_out(text: str, said: str) -> None:
    assert wrong(text) == [said]


def test_places_count_from_the_first_line_of_the_text() -> None:
    assert wrong("title: a: b\n", first_line=2)[0].startswith("2:9: ")


def test_a_key_that_stands_twice_names_both_lines() -> None:
    assert wrong("a: 1\nb: 2\na: 3\nx:\n  c: 1\n  c: 2\n") == [
        "3:1: error: 'a' is already set on line 1 (keep one of them) [duplicate-key]",
        "6:3: error: 'c' is already set on line 5 (keep one of them) [duplicate-key]",
    ]


def test_what_stands_twice_hides_no_other_fault() -> None:
    parsed, findings = parse("a: 1\na: 2\nnumber: x\n", path="a.yaml")
    assert parsed is not None
    assert [f.code for f in findings] == ["duplicate-key"]
    assert parsed.values == {"a": "1", "number": "x"}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: &a [*a]\n",
        "a: " + "[" * 200_000,
        "a: " + "{a: " * 50_000,
        "a:\n" + "- " * 100_000 + "x\n",
        "? " * 100_000,
        "a: " + "[" * 40 + "]" * 40,
        "\n".join(" " * i + f"k{i}:" for i in range(40)),
    ],
)
def test_more_yaml_than_makes_sense_is_refused(text: str) -> None:
    began = time.process_time()
    assert [line.partition("[")[2] for line in wrong(text)] == ["yaml-size]"]
    assert time.process_time() - began < 2


@pytest.mark.parametrize("piece", [" ", "\t", "a: ", '"', "- ", "[]", "#", "\n", "&a ", "x"])
def test_hostile_yaml_is_read_in_one_go(piece: str) -> None:
    began = time.process_time()
    parse("a: b" + piece * (100_000 // len(piece)) + "x", path="a.yaml")
    assert time.process_time() - began < 3


class Small(BaseModel):
    """A model for the tests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = 0
    name: str
    parts: dict[str, int] = {}
    word: Annotated[str, BeforeValidator(lambda v: _refuse(v))] = ""


def _refuse(value: str) -> str:
    if value == "bad":
        raise InvalidValueError("a bad word", hint="use a good one")
    return value


def judged(text: str, *, lenient: bool = False) -> list[str]:
    parsed, findings = parse(text, path="a.yaml")
    assert parsed is not None
    assert findings == []
    value, found = validate(Small, parsed, lenient=lenient)
    assert (value is None) == any(f.severity == "error" for f in found)
    return [str(f).removeprefix("a.yaml:") for f in found]


def test_every_fault_of_a_mapping_is_said_at_once() -> None:
    assert judged("number: many\nparts:\n  a: 1\n  b: x\nword: bad\n") == [
        "1:1: error: number: input should be a valid integer, unable to parse string as an integer"
        " (got 'many') [bad-value]",
        "1: error: 'name' is missing [missing-key]",
        "4:3: error: parts.b: input should be a valid integer, unable to parse string as an integer"
        " (got 'x') [bad-value]",
        "5:1: error: word: a bad word (use a good one) [bad-value]",
    ]


def test_an_unknown_key_has_the_nearest_known_one() -> None:
    assert judged("name: x\nnumbr: 1\nzzz: 1\n") == [
        "2:1: error: unknown key 'numbr' (did you mean 'number'?) [unknown-key]",
        "3:1: error: unknown key 'zzz' [unknown-key]",
    ]


def test_an_unknown_key_may_be_a_warning_alone() -> None:
    assert judged("name: x\nnumbr: 1\nempty:\n", lenient=True) == [
        "2:1: warning: unknown key 'numbr' (did you mean 'number'?) [unknown-key]",
        "3:1: warning: unknown key 'empty' [unknown-key]",
    ]


def test_the_place_of_what_is_not_there_is_what_would_hold_it() -> None:
    parsed, _ = parse("a:\n  b: 1\n", path="a.yaml")
    assert isinstance(parsed, Parsed)
    assert str(parsed.at("a", "c")) == "a.yaml:1:1"
    assert str(parsed.at("x")) == "a.yaml:1"


def test_translations_are_texts_alone() -> None:
    assert load_flat("a: yes\nb: 1\n", path="en.yaml") == {"a": "yes", "b": "1"}
    with pytest.raises(ValueError, match=r"en\.yaml:1:1: error: a: expected a text"):
        load_flat("a: [b]\n", path="en.yaml")
    with pytest.raises(ValueError, match=r"en\.yaml:2:1: error: 'a' is already set on line 1"):
        load_flat("a: b\na: c\n", path="en.yaml")


def test_data_may_have_any_shape() -> None:
    assert parse_any("---\n- 1\n- a: no\n", path="data/a.yaml") == ([1, {"a": "no"}], [])
    assert parse_any("", path="data/a.yaml") == (None, [])
    assert parse_any("true", path="data/a.yaml") == (True, [])


def test_a_fault_in_data_has_its_place() -> None:
    _, (found,) = parse_any("- a\n- b: c: d\n", path="data/a.yaml")
    assert str(found.at) == "data/a.yaml:2:7"
