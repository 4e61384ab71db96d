"""Where things stand on the site."""

import re
from datetime import date

import pytest
from hypothesis import given, strategies as st

from generator.model import permalink
from generator.model.permalink import dated_name, expand, file_for, join, slugify, tidy, url_for

PATHS = st.lists(st.text("aé-_.1%", min_size=1, max_size=8).filter(lambda s: s.strip(".")))


@given(st.text())
def test_a_slug_of_a_slug_is_itself(text: str) -> None:
    assert slugify(slugify(text)) == slugify(text)


@given(st.text())
def test_case_makes_no_other_slug(text: str) -> None:
    assert slugify(text.casefold()) == slugify(text)


@given(st.from_regex(r"[a-z0-9._-]{0,8}", fullmatch=True))
def test_what_is_a_slug_already_is_the_slug_of_its_capitals(text: str) -> None:
    assert slugify(text) == slugify(f"{text} ".upper())


@given(st.text())
def test_a_slug_is_one_segment_of_a_path(text: str) -> None:
    slug = slugify(text)
    assert not set(slug) & set("/\\?#%\0 \n\t\"'<>&")
    assert slug not in (".", "..")
    assert "--" not in slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("R&D", "r-and-d"),
        (".NET 4.8", "net-4.8"),
        ("snake_case", "snake_case"),
        ("  Ünïcode  Straße ", "ünïcode-strasse"),
        ("Año nuevo", "año-nuevo"),
        ("हिन्दी", "हिन्दी"),
        ("日本語の タグ", "日本語の-タグ"),
        ("../../etc/passwd", "etc-passwd"),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_both_ways_to_write_an_accent_are_one_slug() -> None:
    assert slugify("cafe\N{COMBINING ACUTE ACCENT}") == slugify("café") == "café"


@pytest.mark.parametrize(
    ("stem", "day", "name"),
    [
        ("2026-05-01-hello", date(2026, 5, 1), "hello"),
        ("2026-5-1-hello", date(2026, 5, 1), "hello"),
        ("2026-02-30-hello", None, "2026-02-30-hello"),
        ("2026-05-01-", None, "2026-05-01-"),
        ("2026-05-01", None, "2026-05-01"),
        ("hello-2026-05-01", None, "hello-2026-05-01"),
    ],
)
def test_a_name_may_begin_with_its_day(stem: str, day: date | None, name: str) -> None:
    assert dated_name(stem) == (day, name)


def page(pattern: str, *, prefix: str = "", when: date | None = date(2026, 5, 1)) -> str:
    return expand(
        pattern, section="blog/news", slug="hello", filename="Hello", when=when, prefix=prefix
    )


def test_a_pattern_names_the_parts_of_a_url() -> None:
    assert page("/:year/:month/:day/:slug/") == "/2026/05/01/hello/"
    assert page("/:section/:filename.html") == "/blog/news/Hello.html"
    assert page("/:slug", prefix="es") == "/es/hello/"


def test_a_pattern_that_asks_for_a_date_needs_one() -> None:
    with pytest.raises(ValueError, match="needs a date"):
        page("/:year/:slug/", when=None)
    assert page("/:slug/", when=None) == "/hello/"


def test_a_slug_is_not_expanded_again() -> None:
    url = expand("/:slug/", section="", slug=":year", filename="", when=None, prefix="")
    assert url == "/:year/"


def test_unknown_placeholders_are_named() -> None:
    assert permalink.unknown_placeholders("/:yaer/:slug/") == ["yaer"]


@given(PATHS, st.sampled_from(["", "/", "index.html", "feed.xml"]))
def test_a_url_and_its_file_are_inverse(parts: list[str], end: str) -> None:
    file = "/".join([*parts, end.strip("/")]).lstrip("/")
    if permalink.is_index(file) or re.search(r"[^/]$", file):
        assert file_for(url_for(file)) == file


@given(st.text("a/.é ", max_size=12))
def test_tidy_is_settled_at_once(url: str) -> None:
    once = tidy(url)
    assert tidy(once) == once
    assert once.startswith("/")
    assert "//" not in once


def test_urls_and_files() -> None:
    assert file_for("/") == "index.html"
    assert file_for("/blog/") == "blog/index.html"
    assert file_for("/feed.xml") == "feed.xml"
    assert url_for("blog/index.html") == "/blog/"
    assert url_for("my-index.html") == "/my-index.html"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("x", "/blog/a/x"),
        ("x/", "/blog/a/x/"),
        ("../x/", "/blog/x/"),
        ("..", "/blog/"),
        (".", "/blog/a/"),
        ("/x", "/x"),
        ("//x", "/x"),
        ("../../../../x", "/x"),
        ("a:b?c#d", "/blog/a/a:b?c#d"),
    ],
)
def test_a_path_counts_from_the_page(path: str, url: str) -> None:
    assert join("/blog/a/", path) == url


@given(st.lists(st.sampled_from(["a", "b.md", "..", ".", "/", "é", " "])).map("/".join))
def test_no_path_leads_out_of_the_site(path: str) -> None:
    url = join("/blog/a/", path)
    assert url.startswith("/")
    assert ".." not in url.split("/")
