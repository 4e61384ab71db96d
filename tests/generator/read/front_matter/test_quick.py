"""Plain front matter is read without YAML, and means what YAML says."""

import time

import pytest
from hypothesis import example, given, settings, strategies as st

from generator.read.front_matter.keys import KEYS, FrontMatter
from generator.read.front_matter.quick import MAX_LENGTH, read_lines
from generator.read.front_matter.values import read_values

TAXONOMIES = ("tags", "series", "authors")
NAMES = st.sampled_from([*(key.name for key in KEYS), "series", "layout", "unknown", "Title"])
WORDS = st.one_of(
    st.sampled_from(["a", "é", "C#", "no", "null", "~", "1.10", "true", "2026-11-21", "09:30"]),
    st.sampled_from(
        ["/a/b.html", "https://x.org/?a=b#c", "a:b", "a: b", "a #b", "b:", ":b", "-", "-3"]
    ),
    st.sampled_from(['"a b"', "'c: d'", '"', "'", "\\", '"\\n"', "''", '" "', "it's", "{a: b}"]),
    st.sampled_from(["[a, b]", "[", "]", ",", "&a", "*a", "!b", "%", "@", "|", ">", "?", "`", "="]),
    st.text("ab :#-,'\"[]{}|>&*!%@`\\\t\u00a0\u0085\u2028\ufeffé漢😀", max_size=6),
)
VALUES = st.one_of(
    WORDS,
    st.lists(WORDS, max_size=3).map(" ".join),
    st.lists(WORDS, max_size=3).map(", ".join),
    st.lists(WORDS, max_size=3).map(lambda words: f"[{', '.join(words)}]"),
    st.lists(WORDS, max_size=3).map(lambda words: "".join(f"\n- {word}" for word in words)),
    st.lists(WORDS, max_size=3).map(lambda words: "".join(f"\n  - {word}" for word in words)),
)
ENDS = st.sampled_from(["\n", "\n", "\n", " \n", "\n\n", "\n  b\n", "\n - b\n", ""])
LINES = st.lists(
    st.tuples(NAMES, st.sampled_from([": ", ": ", ":  ", ":", " : "]), VALUES, ENDS).map("".join),
    max_size=5,
).map("".join)

TEXTS = st.sampled_from(["title", "description", "image", "tags", "series", "authors", "slug"])
USUAL = st.dictionaries(TEXTS, VALUES, max_size=2).map(
    lambda values: "".join(f"{key}: {value}\n" for key, value in values.items())
)
"""Most keys take any text."""


def both(front: str) -> FrontMatter | None:
    """What is read the quick way, which is what is read the other way."""
    quick = read_lines(front, taxonomies=TAXONOMIES)
    if quick is not None:
        values, findings = read_values(front, path="a.md", taxonomies=TAXONOMIES)
        assert findings == []
        assert values == quick
        assert list(values.terms) == list(quick.terms)
        assert list(values.places) == list(quick.places)
    return quick


@given(st.one_of(USUAL, LINES))
@settings(max_examples=400)
@example("title: a\ntitle: b\n")
@example(f"title: {'a ' * 2000}b\n")
def test_it_means_what_yaml_says(front: str) -> None:
    both(front)


@given(st.text())
def test_any_text_means_what_yaml_says(text: str) -> None:
    both(text)
    both(f"title: {text}\n")
    both(f"tags: [{text}]\n")


@given(st.characters(), st.sampled_from(["a{}b", "{}", "a {} b", '"{}"', "'{}'", "[a, b{}]"]))
def test_any_sign_means_what_yaml_says(sign: str, around: str) -> None:
    both(f"description: {around.format(sign)}\nweight: 1\n")
    both(f"tags: {around.format(sign)}\n")


def test_what_is_mostly_written_is_read_so() -> None:
    front = """title: A "title", of C# and ½ — isn't it?
date: 2026-11-21T09:30:00+01:00

description: "Quoted: with a colon"
image_alt: 'and # a sign'
summary:
tags: [one, "two words", 'C++']
series: part one, part two
authors:
  - Ana Ruiz
  - Bo
aliases:
- /a,b/
draft: false
weight: -3
slug: a-b
"""
    read = both(front.replace("/a,b/", "/a/"))
    assert read is not None
    assert (read.title, read.weight) == ('A "title", of C# and ½ — isn\'t it?', -3)
    assert read.terms == {
        "tags": ("one", "two words", "C++"),
        "authors": ("Ana Ruiz", "Bo"),
        "series": ("part one", "part two"),
    }
    assert (read.places["date"], read.places["draft"]) == ((3, 1), (15, 1))
    assert both(front) is None, "a comma within an alias is left to YAML"


@pytest.mark.parametrize("piece", [" ", "a", "a ", "[a", "a, ", "- a\n", "\n", '"', "a: ", "a:b#"])
def test_hostile_lines_are_read_in_one_go(piece: str) -> None:
    text = piece * (MAX_LENGTH // len(piece) - 10)
    began = time.process_time()
    for before in ("title: ", "tags: [", "tags:\n", 'title: "', ""):
        read_lines(f"{before}{text}", taxonomies=TAXONOMIES)
    assert time.process_time() - began < 1


def test_none_at_all_is_plain_too() -> None:
    assert both("") == FrontMatter(terms={"tags": (), "authors": (), "series": ()})


def test_what_may_be_more_than_makes_sense_is_left_to_yaml() -> None:
    assert both(f"title: {'a' * MAX_LENGTH}\n") is None
