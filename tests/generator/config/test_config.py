"""site.yaml: what it says, and everything that is wrong with it at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from generator.config.config import load_config
from generator.config.site_yaml import SiteFile
from generator.errors import ConfigError, ContentError, SiteError
from generator.model.settings import Language, MenuItem, Settings

from ...site import NOW, SmallSite


def settings(root: Path, text: str) -> Settings:
    made = SmallSite(root)
    made.put("site.yaml", text)
    return made.config().settings


def said(root: Path, text: str | bytes) -> list[str]:
    SmallSite(root).put("site.yaml", text)
    with pytest.raises(SiteError) as refused:
        load_config(root, now=NOW)
    return [str(found).removeprefix("site.yaml:") for found in refused.value.diagnostics]


def test_a_title_is_enough(tmp_path: Path) -> None:
    read = settings(tmp_path, "title: My site\n")
    assert read.languages == (
        Language(code="en", name="English", title="My site", description="", prefix=""),
    )
    assert (read.base_url, read.taxonomies, read.page_size, read.feed_limit) == (
        "http://localhost:8000/",
        ("tags",),
        10,
        20,
    )


def test_languages_have_their_own_names_and_the_first_has_no_prefix(tmp_path: Path) -> None:
    read = settings(
        tmp_path,
        "title: T\nlanguage: es\nlanguages:\n  en: {name: Inglés, title: U}\n  es:\n  pt-BR:\n",
    )
    assert [(each.code, each.name, each.title, each.prefix) for each in read.languages] == [
        ("es", "Español", "T", ""),
        ("en", "Inglés", "U", "en"),
        ("pt-BR", "Português", "T", "pt-BR"),
    ]


def test_everything_has_its_place(tmp_path: Path) -> None:
    read = settings(
        tmp_path,
        """
title: 1984
base_url: https://example.org/blog
time_zone: Europe/Madrid
taxonomies: [tags, series]
permalinks: {/blog/: /:year/:slug/}
page_size: 5
feed: {limit: 0}
menu:
  - about.md
  - https://example.com/
  - {page: blog/_index.md, title: {en: News}}
forms: {url: "https://forms.example.org/"}
controller: {name: Ana, address: 1 Street, email: }
theme_options: {mark: false, count: 3}
""",
    )
    assert read.languages[0].title == "1984"
    assert read.base_url == "https://example.org/blog/"
    assert read.time_zone == ZoneInfo("Europe/Madrid")
    assert read.permalinks == {"blog": "/:year/:slug/"}
    assert read.menu == (
        MenuItem(page="about.md"),
        MenuItem(url="https://example.com/"),
        MenuItem(page="blog/_index.md", title={"en": "News"}),
    )
    assert (read.page_size, read.feed_limit) == (5, 0)
    assert read.forms_url == "https://forms.example.org"
    assert read.controller is not None
    assert read.options == {"mark": False, "count": 3}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("language: en\n", "1: error: 'title' is missing [missing-key]"),
        ("", "1: error: 'title' is missing [missing-key]"),
        (
            "title: T\nbase_url: example.org\n",
            "2:1: error: base_url: the URL is incomplete (write it as https://example.org/)"
            " [bad-value]",
        ),
        (
            "title: T\nbase_url: https://example.org/?a\n",
            "2:1: error: base_url: the URL can't have `?` or `#` (write it as https://example.org/)"
            " [bad-value]",
        ),
        (
            "title: T\ntime_zone: Madrid\n",
            "2:1: error: time_zone: unknown time zone 'Madrid' (for example Europe/Madrid or UTC)"
            " [bad-value]",
        ),
        (
            "title: T\ntime_zone: ../../etc/passwd\n",
            "2:1: error: time_zone: unknown time zone '../../etc/passwd'"
            " (for example Europe/Madrid or UTC) [bad-value]",
        ),
        (
            "title: T\npermalinks: {blog: /:yaer/}\n",
            "2:1: error: permalinks: unknown placeholder :yaer (use :day, :filename, :month,"
            " :section, :slug, :year) [bad-value]",
        ),
        (
            "title: T\nlanguage: english\n",
            "2:1: error: language: unknown language 'english'"
            " (for example en, es or pt-BR) [bad-value]",
        ),
        (
            "title: T\nlanguages: {xx: }\n",
            "2:1: error: languages: unknown language 'xx'"
            " (for example en, es or pt-BR) [bad-value]",
        ),
        (
            "title: T\npage_size: 0\n",
            "2:1: error: page_size: input should be greater than or equal to 1 (got '0')"
            " [bad-value]",
        ),
        (
            "title: T\ntaxonomies: [tags, date]\n",
            "2:20: error: taxonomies.1: 'date' is a key of front matter"
            " (choose another name) [bad-value]",
        ),
        (
            "title: T\ntaxonomies: [a/b]\n",
            "2:14: error: taxonomies.0: string should match pattern '^[a-z0-9][a-z0-9_-]*$'"
            " (got 'a/b') [bad-value]",
        ),
        (
            "title: T\nmenu: [{title: {en: X}}]\n",
            "2:8: error: menu.0: an entry needs either `page` or `url`"
            " (for example `page: about.md`) [bad-value]",
        ),
        (
            "title: T\ncontroller: {name: Ana}\n",
            "2:1: error: 'controller.address' is missing [missing-key]",
        ),
        (
            "title: T\nfeed: {limti: 5}\n",
            "2:8: error: unknown key 'feed.limti' [unknown-key]",
        ),
        (
            "titel: T\n",
            "1:1: error: unknown key 'titel' (did you mean 'title'?) [unknown-key]",
        ),
        ("title: A: B\n", "1:9: error: not YAML: mapping values are not allowed in this context"),
    ],
)
def test_a_fault_has_its_place_and_a_way_out(tmp_path: Path, text: str, complaint: str) -> None:
    assert any(found.startswith(complaint) for found in said(tmp_path, text))


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = "title: T\ntitle: U\npage_size: x\nthem: y\n"
    assert [found.partition(" ")[0] for found in said(tmp_path, text)] == ["2:1:", "3:1:", "4:1:"]


def test_what_is_not_utf_8_is_said(tmp_path: Path) -> None:
    assert "site.yaml is not UTF-8" in said(tmp_path, b"title: \xff\n")[0]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    SmallSite(tmp_path).put("site.yaml", b"\xef\xbb\xbftitle: T\r\n")
    assert load_config(tmp_path, now=NOW).settings.languages[0].title == "T"


def test_what_is_given_goes_over_what_is_written(tmp_path: Path) -> None:
    made = SmallSite(tmp_path)
    made.put("site.yaml", "title: T\nbase_url: https://example.org/\ntime_zone: Asia/Tokyo\n")
    config = made.config(base_url="http://127.0.0.1:8000", now=datetime(2026, 11, 21, 9))
    assert config.settings.base_url == "http://127.0.0.1:8000/"
    assert config.now.astimezone(UTC).hour == 0
    with pytest.raises(ConfigError, match="'example' is not a complete URL"):
        made.config(base_url="example")


@given(
    st.dictionaries(
        st.sampled_from(sorted(SiteFile.model_fields)),
        st.sampled_from(
            ["", "x", "[x]", "{x: y}", "[{x: y}]", "1", "https://x.org/", "[[x]]", "en"]
        ),
    )
)
def test_any_settings_are_read_or_said_to_be_wrong(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    made = SmallSite(tmp_path_factory.mktemp("settings"))
    made.put("site.yaml", "".join(f"{key}: {value}\n" for key, value in values.items()))
    try:
        read: Sequence[object] = made.config().settings.languages
    except ContentError as wrong:
        read = wrong.diagnostics
    assert read
