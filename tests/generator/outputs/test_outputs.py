"""Every kind of output, in the default theme."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from generator.outputs import sitemap

from ...conftest import MakeSite
from ...site import SmallSite

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"

BLOG = """
-- site.yaml --
title: A small site
base_url: https://example.org/sub/
page_size: 2
languages: {en: , es: {title: Un sitio}}
-- content/about.md --
# About
-- content/blog/_index.md --
---
title: Blog
aliases: [/news/]
---
All of it.
-- content/blog/2026-01-01-one/index.md --
---
tags: [C, C++]
authors: [Ana]
aliases: [/old/one.html, first]
---
# One & only

First words.

## Part

[two](../2026-02-01-two.md#part) [part](#part) [about](/about/) [out](https://example.com/)

![pic](pic.svg)

{{< note title="Note" >}}

[two](../2026-02-01-two.md)

{{< /note >}}
-- content/blog/2026-01-01-one/pic.svg --
<svg/>
-- content/blog/2026-01-01-one/index.es.md --
---
title: Uno
tags: [C]
---
Primeras palabras. ![pic](pic.svg)
-- content/blog/2026-02-01-two.md --
---
title: Two
lastmod: 2026-03-01
---
## Part
-- content/blog/2026-03-01-three.md --
---
title: "Thr\\aee"
---
Three \x0b words.
-- content/blog/deep/2026-04-01-four.md --
# Four
-- static/favicon.ico --
x
"""


@pytest.fixture
def made(site: MakeSite) -> SmallSite:
    built = site(BLOG.replace("\\x0b", "\x0b"))
    assert built.said() == []
    built.build()
    return built


def test_the_files_of_a_site(made: SmallSite) -> None:
    pages = {
        *("index.html", "page/2/index.html", "404.html", "about/index.html"),
        *("blog/index.html", "blog/page/2/index.html", "blog/one/index.html"),
        *("blog/two/index.html", "blog/three/index.html", "blog/deep/index.html"),
        *("blog/deep/four/index.html", "tags/index.html", "tags/c/index.html"),
        *("tags/c-plus-plus/index.html", "es/index.html", "es/404.html", "es/blog/index.html"),
        *("es/blog/one/index.html", "es/tags/index.html", "es/tags/c/index.html"),
        *("old/one.html", "blog/one/first/index.html", "news/index.html"),
    }
    others = {
        *("feed.xml", "blog/feed.xml", "blog/deep/feed.xml", "es/feed.xml", "es/blog/feed.xml"),
        *("sitemap.xml", "robots.txt", "favicon.ico", "blog/one/pic.svg"),
    }
    assert {path for path in made.files() if not path.startswith("assets/")} == pages | others


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def links(html: str) -> list[str]:
    return _Links(html).found


def test_every_internal_link_of_every_page_leads_to_a_file(made: SmallSite) -> None:
    for path in made.files():
        if not path.endswith(".html"):
            continue
        for link in links(made.read(path)):
            if link.startswith(("#", "https://example.com/")):
                continue
            inside = link.removeprefix("https://example.org").partition("#")[0]
            assert inside.startswith("/sub/"), (path, link)
            file = inside.removeprefix("/sub/")
            assert file + "index.html" * (not file or file.endswith("/")) in made.files(), link


def test_each_page_has_one_canonical_address(made: SmallSite) -> None:
    seen = set()
    for path in sorted(made.files()):
        if not path.endswith(".html") or path.endswith("404.html"):
            continue
        (canonical,) = re.findall(r'<link rel="canonical" href="([^"]*)"', made.read(path))
        assert canonical.startswith("https://example.org/sub/")
        seen.add(canonical)
    assert "https://example.org/sub/blog/page/2/" in seen
    assert "https://example.org/sub/" in seen


def test_lists_are_parted_into_pages(made: SmallSite) -> None:
    first, second = made.read("blog/index.html"), made.read("blog/page/2/index.html")
    assert re.findall(r'/sub/blog/([^"]*)"', _main(first)) == [
        *("deep/four/", "three/", "page/2/"),
    ]
    assert re.findall(r'/sub/blog/([^"]*)"', _main(second))[-3:] == ["two/", "one/", ""]
    assert "<p>All of it.</p>" in first
    assert "<p>All of it.</p>" not in second


def _main(html: str) -> str:
    """The list within a page."""
    found = re.search(r'<div class="cards">.*</main>', html, re.S)
    assert found
    return found[0]


def test_tags_have_pages(made: SmallSite) -> None:
    assert 'href="/sub/tags/c-plus-plus/"' in made.read("tags/index.html")
    assert "One &amp; only" in made.read("tags/c-plus-plus/index.html")
    assert "Uno" in made.read("es/tags/c/index.html")
    assert "One" not in made.read("es/tags/c/index.html")


def feed(made: SmallSite, path: str) -> ET.Element:
    return ET.fromstring(made.read(path))


def test_a_feed_is_atom_with_whole_addresses(made: SmallSite) -> None:
    root = feed(made, "feed.xml")
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert ids == [
        f"https://example.org/sub/blog/{slug}/" for slug in ("deep/four", "three", "two", "one")
    ]
    assert root.findtext(f"{ATOM}updated") == "2026-04-01T00:00:00+00:00"
    assert root.findtext(f"{ATOM}id") == "https://example.org/sub/feed.xml"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert entries[2].findtext(f"{ATOM}updated") == "2026-03-01T00:00:00+00:00"
    last = entries[3]
    assert last.findtext(f"{ATOM}title") == "One & only"
    assert [c.get("term") for c in last.findall(f"{ATOM}category")] == ["C", "C++"]
    assert last.findtext(f"{ATOM}author/{ATOM}name") == "Ana"
    content = last.findtext(f"{ATOM}content") or ""
    assert links(content) == [
        "https://example.org/sub/blog/two/#part",
        "https://example.org/sub/blog/one/#part",
        "https://example.org/sub/about/",
        "https://example.com/",
        "https://example.org/sub/blog/one/pic.svg",
        "https://example.org/sub/blog/two/",
    ]


def test_a_feed_is_xml_whatever_signs_are_in_it(made: SmallSite) -> None:
    titles = [title.text for title in feed(made, "blog/feed.xml").iter(f"{ATOM}title")]
    assert titles == ["Blog", "Four", "Thr\N{REPLACEMENT CHARACTER}ee", "Two", "One & only"]


def test_each_language_has_its_feed(made: SmallSite) -> None:
    root = feed(made, "es/feed.xml")
    assert root.findtext(f"{ATOM}title") == "Un sitio"
    assert [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")] == [
        "https://example.org/sub/es/blog/one/"
    ]


def test_a_feed_has_as_many_entries_as_asked(site: MakeSite) -> None:
    text = "".join(f"-- content/2026-01-{day:02}-p{day}.md --\n# P {day}\n" for day in range(1, 29))
    made = site(text)
    made.build()
    assert len(feed(made, "feed.xml").findall(f"{ATOM}entry")) == 20
    made.put("site.yaml", "title: T\nfeed: {limit: 0}\n")
    made.build()
    assert len(feed(made, "feed.xml").findall(f"{ATOM}entry")) == 28


def test_the_sitemap_names_every_page_once(made: SmallSite) -> None:
    root = ET.fromstring(made.read("sitemap.xml"))
    found = {url.findtext(f"{MAP}loc"): url for url in root.findall(f"{MAP}url")}
    assert len(found) == len(root.findall(f"{MAP}url"))
    assert {address.removeprefix("https://example.org/sub/") for address in found if address} == {
        *("", "about/", "blog/", "blog/one/", "blog/two/", "blog/three/", "blog/deep/"),
        *("blog/deep/four/", "tags/c/", "tags/c-plus-plus/"),
        *("es/", "es/blog/", "es/blog/one/", "es/tags/c/"),
    }
    two, one = (found[f"https://example.org/sub/blog/{slug}/"] for slug in ("two", "one"))
    assert two.findtext(f"{MAP}lastmod") == "2026-03-01T00:00:00+00:00"
    assert {(link.get("hreflang"), link.get("href")) for link in one.findall(f"{XHTML}link")} == {
        ("en", "https://example.org/sub/blog/one/"),
        ("es", "https://example.org/sub/es/blog/one/"),
    }
    assert two.findall(f"{XHTML}link") == []


def test_a_sitemap_with_too_many_pages_comes_in_parts(made: SmallSite) -> None:
    plan = made.plan()
    outputs = list(sitemap.plan(plan.site, limit=4))
    assert [output.path for output in outputs] == [
        *("sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap-4.xml"),
        "robots.txt",
    ]
    rendered = [sitemap.render(output, plan.renderer.context("en")) for output in outputs[:-1]]
    index, *parts = map(ET.fromstring, rendered)
    assert [loc.text for loc in index.iter(f"{MAP}loc")] == [
        f"https://example.org/sub/sitemap-{number}.xml" for number in range(1, 5)
    ]
    places = [loc.text for part in parts for loc in part.iter(f"{MAP}loc")]
    assert places == [loc.text for loc in ET.fromstring(made.read("sitemap.xml")).iter(f"{MAP}loc")]
    assert [len(part) for part in parts] == [4, 4, 4, 2]


def test_robots_are_told_where_the_sitemap_is(made: SmallSite) -> None:
    assert made.read("robots.txt").splitlines() == [
        *("User-agent: *", "Disallow:", "", "Sitemap: https://example.org/sub/sitemap.xml"),
    ]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("old/one.html", "blog/one/"),
        ("blog/one/first/index.html", "blog/one/"),
        ("news/index.html", "blog/"),
    ],
)
def test_an_alias_leads_to_where_the_document_stands(
    made: SmallSite, path: str, target: str
) -> None:
    html = made.read(path)
    assert f'content="0; url=https://example.org/sub/{target}"' in html
    assert f'<link rel="canonical" href="https://example.org/sub/{target}">' in html
    assert '<meta name="robots" content="noindex">' in html


def test_what_is_missing_is_said_in_each_language(made: SmallSite) -> None:
    assert "Page not found" in made.read("404.html")
    assert "Página no encontrada" in made.read("es/404.html")
    assert 'content="noindex"' in made.read("404.html")
    assert '<html lang="es">' in made.read("es/404.html")


def test_translations_know_one_another(made: SmallSite) -> None:
    for path in ("blog/one/index.html", "es/blog/one/index.html"):
        assert re.findall(
            r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', made.read(path)
        ) == [
            ("en", "https://example.org/sub/blog/one/"),
            ("x-default", "https://example.org/sub/blog/one/"),
            ("es", "https://example.org/sub/es/blog/one/"),
        ]
    assert "hreflang" not in made.read("blog/two/index.html")
    assert 'src="/sub/blog/one/pic.svg"' in made.read("es/blog/one/index.html")


def test_the_menu_has_what_the_language_has(site: MakeSite) -> None:
    made = site("""
-- site.yaml --
title: T
languages: {en: , es: }
menu: [about.md, {page: blog/_index.md, title: {en: News}}, https://example.com/, gone.md]
-- content/about.md --
# About
-- content/about.es.md --
# Sobre nosotros
-- content/blog/_index.md --
# Blog
-- content/blog/a.md --
# A
""")
    assert made.said() == [
        "site.yaml: warning: the menu links to 'gone.md', which does not exist"
        " (use the path of a published file of content/) [unknown-page]"
    ]
    made.build()

    def menu(path: str) -> list[tuple[str, ...]]:
        link = r'<li><a href="([^"]*)"( aria-current="[a-z]*")?>([^<]*)</a>'
        return re.findall(link, made.read(path))

    assert menu("blog/a/index.html")[:3] == [
        ("/about/", "", "About"),
        ("/blog/", ' aria-current="true"', "News"),
        ("https://example.com/", "", "https://example.com/"),
    ]
    assert ("/es/about/", ' aria-current="page"', "Sobre nosotros") in menu("es/about/index.html")
    assert "News" not in made.read("es/about/index.html")


def test_the_policy_lets_forms_go_to_the_handler_alone(site: MakeSite) -> None:
    text = "-- site.yaml --\ntitle: T\n{}-- content/a.md --\nx\n"
    made = site(text.format(""))
    made.build()
    assert "form-action &#39;self&#39;&#34;" in made.read("a/index.html").replace('">', "&#34;")
    made.write(text.format("forms: {url: https://forms.example.org/x}\n"))
    made.build()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', made.read("a/index.html"))
    assert policy
    assert "form-action &#39;self&#39; " in policy[1]
    assert " https://forms.example.org" in policy[1]
    assert "default-src &#39;self&#39;;" in policy[1]
    assert "unsafe" not in policy[1]


def test_a_site_may_allow_more(site: MakeSite) -> None:
    made = site(
        "-- site.yaml --\ntitle: T\ncontent_security_policy: {frame-src: https://video.example}\n"
        "-- content/a.md --\nx\n"
    )
    made.build()
    assert "frame-src https://video.example;" in made.read("a/index.html")


def test_names_with_unusual_signs_can_be_reached(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n[c](/C#/a?.txt) [d](/C%23/a%3F.txt) [e](/100%25.txt)\n")
    made.put("static/C#/a?.txt", "x")
    made.put("static/100%.txt", "x")
    made.build()
    assert links(made.read("a/index.html"))[1:] == ["/C%23/a%3F.txt", "/100%25.txt"]
    assert made.codes() == ["dead-link"]


def test_an_empty_site_is_a_site(site: MakeSite) -> None:
    made = site("")
    report = made.build()
    assert {"index.html", "404.html", "sitemap.xml", "robots.txt"} <= made.files()
    assert "feed.xml" not in made.files()
    assert report.pages == 2
