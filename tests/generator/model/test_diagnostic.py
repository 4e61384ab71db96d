"""What is found wrong, as it is said."""

from generator.model.diagnostic import Diagnostic, Location, error, in_order, nearest, warning


def test_a_place_says_as_much_as_it_knows() -> None:
    assert str(Location(path="a.md")) == "a.md"
    assert str(Location(path="a.md", line=3)) == "a.md:3"
    assert str(Location(path="a.md", line=3, column=5)) == "a.md:3:5"


def test_a_finding_names_the_place_the_fault_and_the_way_out() -> None:
    at = Location(path="a.md", line=3)
    found = warning("dead-link", "'x' leads nowhere", at=at, hint="did you mean 'y'?")
    assert str(found) == "a.md:3: warning: 'x' leads nowhere (did you mean 'y'?) [dead-link]"
    assert str(Diagnostic(code="c", message="m")) == "error: m [c]"


def test_findings_have_one_order() -> None:
    findings = [
        error("b", "m", at=Location(path="b.md")),
        error("a", "n", at=Location(path="a.md", line=10)),
        error("a", "m", at=Location(path="a.md", line=10)),
        error("z", "m", at=Location(path="a.md", line=9)),
        Diagnostic(code="x", message="m"),
    ]
    ordered = in_order(findings)
    assert in_order(reversed(findings)) == ordered
    assert [f"{f.at or ''} {f.code} {f.message}" for f in ordered] == [
        *(" x m", "a.md:9 z m", "a.md:10 a m", "a.md:10 a n", "b.md b m"),
    ]


def test_the_nearest_word_is_near_or_none() -> None:
    assert nearest("titel", ["title", "date"]) == "did you mean 'title'?"
    assert nearest("zzz", ["title", "date"]) == ""
