"""509 real articles that nobody wrote to suit this program."""

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from generator.build import BuildResult
from generator.model.permalink import slugify

from .shared import CORPUS, articles, needs_corpus
from .site import SmallSite

ATOM = "{http://www.w3.org/2005/Atom}"

SETTINGS = """
title: 18F
base_url: https://18f.example/
time_zone: America/New_York
permalinks: {blog: /:year/:month/:day/:slug/}
feed: {limit: 0}
"""

FIGURES = {
    # Keys of the articles' first generator: 509 `excerpt`, 85 `hero`, 27 `tumblr_url`, and such as
    # `redirect_from` and `image_figcaption`; one is a text that lost its quotes.
    "unknown-key": 645,
    # `layout: post`: the default theme calls it `page`, and shows it so.
    "unknown-layout": 133,
    # Of the pictures, 173 are in the corpus; each of these was looked for there.
    "missing-image": 538,
    # Pages beside the blog (/about/, /consulting/), pages of authors, presentations; and articles
    # by an address with capitals, or with the date as in another time zone.
    "dead-link": 125,
    # Spelled as another generator does: `usa-gov` for what is `usagov` here.
    "dead-anchor": 3,
    # What shows posts of twitter.com (8) and instagram.com (1): the pages' policy loads neither.
    "third-party-script": 9,
    # Videos of youtube.com.
    "tracking-embed": 2,
}

pytestmark = needs_corpus


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    site = SmallSite(tmp_path_factory.mktemp("corpus") / "site")
    site.put("site.yaml", SETTINGS)
    for folder in ("content", "static"):
        (site.root / folder).symlink_to(CORPUS / folder)
    return site


@pytest.fixture(scope="module")
def report(made: SmallSite) -> BuildResult:
    return made.build()


def test_every_article_is_a_page(made: SmallSite, report: BuildResult) -> None:
    pages = {o.path: o.origin for o in made.plan().outputs if o.recipe == "page"}
    assert len(pages) == len(articles()) == 509
    assert set(pages) <= made.files()
    assert report.hidden == {}


def test_its_files_are_published_byte_for_byte(made: SmallSite, report: BuildResult) -> None:
    files = [file for file in (CORPUS / "static").rglob("*") if file.is_file()]
    assert len(files) == 173
    for file in files:
        published = made.public / file.relative_to(CORPUS / "static")
        assert published.read_bytes() == file.read_bytes()


def test_the_feed_has_every_article_under_an_id_of_its_own(
    made: SmallSite, report: BuildResult
) -> None:
    root = ET.fromstring(made.read("feed.xml"))
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 509


def test_every_distinct_tag_has_a_page(made: SmallSite, report: BuildResult) -> None:
    site = made.plan().site
    written = {tag for document in site.documents for tag in document.terms["tags"]}
    assert {tag.casefold() for tag in written} == set(site.terms["en", "tags"])
    assert len(site.terms["en", "tags"]) == len({slugify(tag) for tag in written})
    files = made.files()
    for tag in written:
        assert f"tags/{slugify(tag)}/index.html" in files


def test_no_error_and_every_warning_is_known(report: BuildResult) -> None:
    assert {found.severity for found in report.diagnostics} == {"warning"}
    assert Counter(found.code for found in report.diagnostics) == FIGURES
    assert all(found.at and found.at.line for found in report.diagnostics)


def test_no_missing_image_is_there(made: SmallSite, report: BuildResult) -> None:
    there = {file.relative_to(CORPUS / "static").as_posix().lower()
             for file in (CORPUS / "static").rglob("*")}  # fmt: skip
    missing = [f.message.split("'")[1] for f in report.diagnostics if f.code == "missing-image"]
    assert not [name for name in missing if name.lstrip("/").lower() in there]


def test_what_a_warning_names_stands_on_its_line(made: SmallSite, report: BuildResult) -> None:
    lines: dict[str, list[str]] = {}
    for found in report.diagnostics:
        assert found.at is not None
        path = found.at.path
        if path not in lines:
            lines[path] = Path(made.root, path).read_text(encoding="utf-8-sig").split("\n")
        named = found.message.split("'")[1].rstrip("…")
        assert named in lines[path][found.at.line - 1], str(found)


def test_a_second_build_changes_nothing(made: SmallSite, report: BuildResult) -> None:
    before = {path: (made.public / path).stat().st_ino for path in made.files()}
    assert made.build().changed == 0
    assert {path: (made.public / path).stat().st_ino for path in made.files()} == before
