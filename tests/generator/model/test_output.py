"""Outputs: planned, before one is rendered."""

import pytest
from hypothesis import given, strategies as st

from generator.model.diagnostic import Location
from generator.model.output import Output, Tree, conflicts, unfit

from ...conftest import MakeSite

SEGMENTS = st.text("ab./ \\\0é", max_size=5)


def output(path: str, origin: str = "content/a.md", tree: Tree = Tree.PUBLIC) -> Output:
    return Output(path=path, recipe="page", origin=origin, tree=tree, at=Location(path=origin))


def test_two_outputs_on_one_path_are_an_error_that_names_both_sources() -> None:
    first, second = output("a/index.html", "content/a.md"), output("a/index.html", "content/b.md")
    assert list(map(str, conflicts([first, second]))) == [
        "content/b.md: error: content/a.md and content/b.md would both be published as a/index.html"
        " (give one of them another name, slug or permalink) [output-conflict]"
    ]


def test_a_path_cannot_be_a_file_and_a_folder() -> None:
    found = conflicts([output("a/b/c", "content/c.md"), output("a", "static/a")])
    assert [str(conflict.message) for conflict in found] == [
        "static/a and content/c.md would both be published as a"
    ]


def test_two_trees_do_not_conflict() -> None:
    assert conflicts([output("a"), output("a", tree=Tree.HANDLER)]) == []


@given(st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join))
def test_a_path_that_fits_stays_in_its_tree(path: str) -> None:
    from pathlib import Path

    if not unfit([output(path)]):
        assert Path("/tree", path).resolve().is_relative_to("/tree")
        assert path == Path("/tree", path).relative_to("/tree").as_posix()


@pytest.mark.parametrize(
    "path", ["../a", "a/../../b", "/a", "a//b", "./a", "a/.", "é" * 128, "a\\b"]
)
def test_a_path_that_no_file_should_have_is_refused(path: str) -> None:
    assert [found.code for found in unfit([output(path)])] == ["output-path"]
    assert unfit([output("a/é.b/index.html")]) == []


@pytest.mark.parametrize(
    "front",
    [
        "permalink: /../../outside/",
        "permalink: /a/%2e%2e/%2E%2E/b/",
        "slug: ..",
        f"slug: {'a' * 256}",
        f"tags: [{'a' * 256}]",
        'permalink: "/a\\\\..\\\\b/"',
    ],
)
def test_nothing_an_author_writes_leaves_the_tree(tiny: MakeSite, front: str) -> None:
    made = tiny(f"-- content/blog/a.md --\n---\n{front}\n---\nx\n")
    (found,) = made.diagnostics()
    assert found.code == "output-path"
    assert found.at is not None
    assert found.at.path == "content/blog/a.md"


def test_a_page_and_a_static_file_on_one_path_are_named(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\nx\n-- static/a/index.html --\nx\n")
    (found,) = made.diagnostics()
    assert (found.code, found.at) == ("output-conflict", Location(path="static/a/index.html"))
    assert "content/a.md and static/a/index.html" in found.message


def test_two_files_on_one_path_are_named(tiny: MakeSite) -> None:
    made = tiny("-- content/blog/pic.svg --\n<svg/>\n-- static/blog/pic.svg --\n<svg/>\n")
    (found,) = made.diagnostics()
    assert "content/blog/pic.svg and static/blog/pic.svg" in found.message


def test_two_sources_of_one_section_are_named(tiny: MakeSite) -> None:
    made = tiny("-- content/_index.md --\n# A\n-- content/index.md --\n# B\n")
    (found,) = made.diagnostics()
    assert found.code == "two-sources"
    assert "content/_index.md" in str(found)
    assert "content/index.md" in str(found)


def test_two_sources_of_one_document_are_named(tiny: MakeSite) -> None:
    made = tiny("""
-- content/a.md --
---
translation_key: x
---
-- content/b.md --
---
translation_key: x
---
""")
    (found,) = made.diagnostics()
    assert found.code == "two-sources"
    assert "content/b.md and content/a.md are the same document in 'en'" in str(found) or (
        "content/a.md and content/b.md are the same document in 'en'" in str(found)
    )


def test_a_section_and_a_bundle_on_one_path_are_named(tiny: MakeSite) -> None:
    made = tiny("-- content/a/index.md --\n# A\n-- content/a/b.md --\n# B\n")
    assert made.codes() == ["output-conflict"]


def test_an_alias_of_a_document_to_itself_is_nothing(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\naliases: [/a, /a/, /old, /old/]\n---\nx\n")
    made.build()
    assert made.codes() == []
    assert "old/index.html" in made.files()
