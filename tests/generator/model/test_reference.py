"""What an author's link means."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, strategies as st

from generator.model.reference import Reference, is_internal, resolve, split
from generator.model.site import Site

from ...conftest import MakeSite

SITE = """
-- site.yaml --
title: T
languages: {en: , es: }
permalinks: {blog: /:year/:slug/}
-- content/about.md --
# About
-- content/about.es.md --
# Sobre
-- content/only.es.md --
# Solo
-- content/blog/_index.md --
# Blog
-- content/blog/2026-05-01-one.md --
# One
-- content/blog/2026-05-02-two.md --
# Two
-- content/blog/plan.pdf --
x
-- content/guides/first/index.md --
# First
-- content/guides/first/index.es.md --
# Primera
-- content/guides/first/a b.png --
x
-- content/guides/first/img/c.png --
x
"""
BLOG = "content/blog/2026-05-01-one.md"
GUIDE = "content/guides/first/index.md"


@pytest.fixture
def made(tiny: MakeSite) -> Site:
    return tiny(SITE).plan().site


def meant(site: Site, source: str, target: str) -> Reference:
    return resolve(site, site.by_source[source], target)


@pytest.mark.parametrize(
    ("source", "target", "url"),
    [
        (BLOG, "2026-05-02-two.md", "/2026/two/"),
        (BLOG, "./2026-05-02-two.md", "/2026/two/"),
        (BLOG, "../about.md", "/about/"),
        (BLOG, "/about.md", "/about/"),
        (BLOG, "../guides/first/index.md", "/guides/first/"),
        (BLOG, "_index.md", "/blog/"),
        (BLOG, "plan.pdf", "/blog/plan.pdf"),
        (BLOG, "/guides/first/a%20b.png", "/guides/first/a b.png"),
        (GUIDE, "a%20b.png", "/guides/first/a b.png"),
        (GUIDE, "a b.png", "/guides/first/a b.png"),
        (GUIDE, "img/c.png", "/guides/first/img/c.png"),
    ],
)
def test_a_source_is_named_from_the_folder_or_from_content(
    made: Site, source: str, target: str, url: str
) -> None:
    found = meant(made, source, target)
    assert (found.url, found.known, found.tail) == (url, True, "")


@pytest.mark.parametrize(
    ("source", "target", "url"),
    [
        ("content/about.es.md", "blog/2026-05-01-one.md", "/2026/one/"),
        ("content/about.es.md", "guides/first/index.md", "/es/guides/first/"),
        ("content/about.es.md", "about.md", "/es/about/"),
        ("content/about.md", "about.es.md", "/about/"),
        ("content/about.es.md", "only.md", "/es/only/"),
        ("content/guides/first/index.es.md", "a b.png", "/guides/first/a b.png"),
    ],
)
def test_a_source_is_shown_in_the_language_of_the_page_where_it_can(
    made: Site, source: str, target: str, url: str
) -> None:
    assert meant(made, source, target).url == url


def test_a_source_that_only_another_language_has_is_not_found(made: Site) -> None:
    assert not meant(made, BLOG, "../only.md").known


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/2026/two/", "/2026/two/"),
        ("../two/", "/2026/two/"),
        ("missing.md", "/2026/one/missing.md"),
        ("../../../../x", "/x"),
        ("/a%2Fb%3Fc", "/a/b?c"),
    ],
)
def test_anything_else_is_a_url_and_counts_from_the_page(made: Site, target: str, url: str) -> None:
    found = meant(made, BLOG, target)
    assert (found.url, found.known, found.document) == (url, False, None)


@pytest.mark.parametrize(
    ("target", "url", "anchor", "tail"),
    [
        ("../about.md#part", "/about/", "part", "#part"),
        ("../about.md?a=1&b=%20#ñ%20x", "/about/", "ñ x", "?a=1&b=%20#ñ%20x"),
        ("#part", "/2026/one/", "part", "#part"),
        ("?a=1", "/2026/one/", "", "?a=1"),
        ("", "/2026/one/", "", ""),
        ("../about.md#:~:text=so%20it%20is", "/about/", "", "#:~:text=so%20it%20is"),
        ("../about.md#part:~:text=so", "/about/", "part", "#part:~:text=so"),
    ],
)
def test_what_follows_the_path_stays_as_it_is(
    made: Site, target: str, url: str, anchor: str, tail: str
) -> None:
    found = meant(made, BLOG, target)
    assert (found.url, found.anchor, found.tail) == (url, anchor, tail)
    assert found.document is not None


@pytest.mark.parametrize(
    ("target", "internal"),
    [
        ("a.md", True),
        ("/a", True),
        ("#a", True),
        ("", True),
        ("www.example.org", True),
        ("https://x.org", False),
        ("//x.org/a", False),
        ("mailto:a@x.org", False),
        ("javascript:x()", False),
        ("http://[bad", False),
    ],
)
def test_a_link_stays_on_the_site_without_scheme_and_host(target: str, internal: bool) -> None:
    assert is_internal(target) is internal


@given(st.text(alphabet="/a9é:?#[]@.\\\t\n ", max_size=12))
def test_a_short_look_says_what_the_standard_library_says(target: str) -> None:
    try:
        parts = urlsplit(target)
    except ValueError:
        assert not is_internal(target)
        return
    elsewhere = parts.scheme or parts.netloc or target.startswith("//")
    assert is_internal(target) is not bool(elsewhere)


@given(st.text(alphabet="/a9_é.-:?#%~ ", max_size=12).filter(is_internal))
def test_a_path_alone_is_not_taken_apart(target: str) -> None:
    parts = urlsplit(target)
    path, tail, anchor = split(target)
    assert path == unquote(parts.path)
    assert bool(tail) == bool(parts.query or parts.fragment)
    assert anchor == unquote(parts.fragment.partition(":~:")[0])
