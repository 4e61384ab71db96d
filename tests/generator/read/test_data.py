"""data/ -> values for templates."""

import pytest

from generator.read.data import parse_data

from ...conftest import MakeSite


def test_each_kind_is_read_as_what_it_is() -> None:
    assert parse_data("---\n- name: Ana\n  age: 41\n", path="data/a.yaml")[0] == [
        {"name": "Ana", "age": 41}
    ]
    assert parse_data('{"a": [1, null]}', path="data/a.json")[0] == {"a": [1, None]}
    assert parse_data('a,b\n1,"x, y"\n', path="data/a.csv")[0] == [{"a": "1", "b": "x, y"}]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "data/a.json",
            '{"a": }',
            "data/a.json:1:7: error: not JSON: Expecting value [json-syntax]",
        ),
        ("data/a.json", "[" * 100_000, "data/a.json: error: not JSON: "),
        ("data/a.json", "9" * 5000, "data/a.json: error: not JSON: "),
        ("data/a.yaml", "- a: b: c\n", "data/a.yaml:1:7: error: not YAML: "),
        ("data/a.csv", "a\n" + "x" * 200_000, "data/a.csv:2: error: not CSV: "),
        ("data/a.toml", "", "data/a.toml: error: unknown data format '.toml'"),
    ],
)
def test_a_fault_has_its_place(path: str, text: str, said: str) -> None:
    value, (found,) = parse_data(text, path=path)
    assert value is None
    assert str(found).startswith(said)


def test_a_template_asks_for_data_by_its_path(tiny: MakeSite) -> None:
    made = tiny("""
-- data/team/people.yaml --
- Ana
- Eva
-- data/prices.csv --
what,price
tea,2
-- content/a.md --
x
-- templates/page.html --
{{ view.data("team/people")|join(" ") }} {{ view.data("prices")[0].price }}
""")
    made.build()
    assert made.read("a/index.html") == "Ana Eva 2"


def test_two_files_of_one_name_are_an_error(tiny: MakeSite) -> None:
    made = tiny("-- data/a.yaml --\n1\n-- data/a.json --\n1\n")
    assert made.said() == [
        "data/a.yaml: error: two files have the name 'a' (rename one of them) [data-name]"
    ]
