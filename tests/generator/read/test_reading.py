"""What is loaded to read a document, and what an earlier reading saves."""

import json
import pickle
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from generator.model.document import Source, SourceKind
from generator.model.settings import Language, Settings
from generator.read.documents import Reading, read_document

SOURCE = Source(path="content/blog/a.md", kind=SourceKind.DOCUMENT, location="/nowhere/a.md")
SETTINGS = Settings(
    base_url="https://example.org/",
    languages=(Language(code="en", name="English", title="T", description="", prefix=""),),
    time_zone=ZoneInfo("UTC"),
    taxonomies=("tags",),
    permalinks={},
    page_size=10,
    feed_limit=20,
    menu=(),
    forms_url="",
    controller=None,
    privacy="",
    content_security_policy={},
    options={},
)
PLAIN = b"---\ntitle: One\ntags: [a, b]\n---\nText.\n"
FOLDED = b"---\ntitle: One\ndescription: >-\n  Two\n  lines.\nextra: {nav: 1}\n---\nText.\n"


def reading(
    raw: bytes, settings: Settings = SETTINGS, shortcodes: frozenset[str] = frozenset()
) -> Reading:
    return read_document(SOURCE, raw, settings, shortcodes)


def test_a_plain_front_matter_is_not_worth_keeping() -> None:
    assert reading(PLAIN).front is None


def test_what_was_kept_of_a_front_matter_changes_nothing() -> None:
    first = reading(FOLDED)
    edited = FOLDED.replace(b"Text.", b"Another.")
    again = read_document(SOURCE, edited, SETTINGS, frozenset(), first.front)
    assert again == reading(edited)
    assert again.document
    assert (again.document.description, again.document.extra) == ("Two lines.", {"nav": 1})
    assert again.document.places["extra"] == (6, 1)


def test_what_was_kept_is_taken_for_the_same_text_alone() -> None:
    first = reading(FOLDED)
    for raw in (FOLDED.replace(b"Two", b"Ten"), b"Text.\n", PLAIN):
        assert read_document(SOURCE, raw, SETTINGS, frozenset(), first.front) == reading(raw)
    others = replace(SETTINGS, taxonomies=("tags", "topics"))
    assert read_document(SOURCE, FOLDED, others, frozenset(), first.front) == reading(
        FOLDED, others
    )


def test_a_front_matter_with_findings_is_never_kept() -> None:
    warned = FOLDED.replace(b"extra", b"extras")
    assert reading(warned).document
    assert [found.code for found in reading(warned).findings] == ["unknown-key"]
    assert reading(warned).front is None
    assert reading(FOLDED.replace(b"extra:", b"draft:")).front is None


ASK = """
import json, pickle, sys
from generator.read.documents import read_document
arguments = pickle.loads(sys.stdin.buffer.read())
assert read_document(*arguments).document
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {"pydantic", "yaml", "markdown_it", "forms.catalogue", "generator.schema.yaml_text"}


@pytest.mark.parametrize("raw", [PLAIN, FOLDED])
def test_to_read_an_edited_text_nothing_heavy_is_loaded(raw: bytes) -> None:
    pytest.importorskip("markdown_it_pyrs", reason="the extra `fast` is not installed")
    arguments = (SOURCE, raw, SETTINGS, frozenset[str](), reading(raw).front)
    ran = subprocess.run(
        [sys.executable, "-c", ASK],
        input=pickle.dumps(arguments),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert not HEAVY & set(json.loads(ran.stdout))


def test_a_summary_is_looked_for_where_the_author_gives_none() -> None:
    bare, said = reading(PLAIN).document, reading(FOLDED).document
    assert bare
    assert said
    assert (bare.summary, bare.body.summary) == ("Text.", "Text.")
    assert (said.summary, said.body.summary) == ("Two lines.", "")
