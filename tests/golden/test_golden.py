"""Golden cases: the build makes the expected result of each page."""

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

from generator.read.markdown import reference_engine, to_html

from .build import find, finding_cases, html_cases, render
from .cases import FOLDER, Case, FormatError, parse, update

HTML_CASES = html_cases()
FINDING_CASES = finding_cases()
CASES = [*HTML_CASES, *FINDING_CASES]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What the build makes of each case, by the case's id."""
    html = render(HTML_CASES, tmp_path_factory.mktemp("html"))
    findings = find(FINDING_CASES, tmp_path_factory.mktemp("findings"))
    return dict(zip(map(_id, CASES), [*html, *findings], strict=True))


def _id(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_case(case: Case, results: Mapping[str, str]) -> None:
    result = results[case.id]
    if result != case.expected:
        pytest.fail(_difference(case, result), pytrace=False)


def _difference(case: Case, result: str) -> str:
    expected, built = case.expected.splitlines(), result.splitlines()
    lines = unified_diff(expected, built, "expected", "built", lineterm="", n=100)
    place = f"{case.path.relative_to(FOLDER.parents[1])}:{case.line}: {case.title}"
    return "\n".join([place, "", case.text, *lines])


def test_every_title_is_used_once() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


def test_both_engines_agree() -> None:
    pytest.importorskip("markdown_it_pyrs", reason="the extra `fast` is not installed")
    engine = reference_engine()
    assert [case.id for case in HTML_CASES if to_html(case.text) != engine(case.text)] == []


TWO_CASES = """\
Green
.
*tea*

hot
.
<p>
.


Black
.
.
.
"""


def test_updating_changes_only_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "tea.md"
    file.write_text(TWO_CASES, encoding="utf-8")
    green, black = parse(file)
    assert (green.line, green.title, green.text, green.expected) == (
        1,
        "Green",
        "*tea*\n\nhot\n",
        "<p>\n",
    )
    assert (black.line, black.title, black.text, black.expected) == (11, "Black", "", "")
    update([green, black], ["<b>\n", "<i>\n"])
    updated = list(parse(file))
    assert [case.expected for case in updated] == ["<b>\n", "<i>\n"]
    assert [case.text for case in updated] == [green.text, black.text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Green\n*tea*\n", "tea.md:1: put a line with '.' below the title 'Green'"),
        ("Green\n.\n*tea*\n", "tea.md:2: this '.' has no '.' that ends its part"),
        ("Green\n.\n*tea*\n.\n<p>\n", "tea.md:4: this '.' has no '.' that ends its part"),
    ],
)
def test_a_missing_dot_is_an_error_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "tea.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as error:
        list(parse(file))
    assert str(error.value).endswith(message)
