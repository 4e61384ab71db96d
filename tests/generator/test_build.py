"""The story as a whole: what is published, what is not, and that nothing is lost on the way."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from forms.site.bundle import read_bundle
from generator.errors import ContentError, PublishError, SiteError, TemplateError

from ..conftest import MakeSite
from ..site import SmallSite, files_below, small_site, tiny_site

FORMS = """
-- site.yaml --
title: A small site
base_url: https://example.org/
languages: {en: , es: }
controller: {name: Ana, address: "1 Street, Town"}
privacy: privacy.md
-- content/privacy.md --
# Privacy
-- content/privacy.es.md --
# Privacidad
-- content/guide/index.md --
# A guide

{{< form guide >}}
-- content/guide/_gated/guide.pdf --
the gated words
-- content/_purposes/guide.yaml --
lasts: once
wording: {en: Send me the guide, es: Envíame la guía}
resource: guide/_gated/guide.pdf
-- content/_forms/guide.yaml --
purposes: [guide]
"""


def digests(folder: Path) -> dict[str, str]:
    """Path -> digest of each file below."""
    return {
        path: hashlib.sha256((folder / path).read_bytes()).hexdigest()
        for path in files_below(folder)
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Path -> inode and time of change."""
    found = {path: (folder / path).stat() for path in files_below(folder)}
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}


def test_a_page_is_what_its_author_wrote(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n# Hello & *you*\n\nThis is **it**.\n")
    report = made.build()
    assert made.read("a/index.html") == (
        "<title>Hello &amp; you</title><p>This is <strong>it</strong>.</p>\n"
    )
    assert made.files() == {
        *("a/index.html", "index.html", "404.html", "robots.txt", "sitemap.xml"),
    }
    assert (report.pages, report.changed, report.diagnostics) == (3, 5, ())


def test_two_builds_give_the_same_bytes_and_change_nothing(site: MakeSite) -> None:
    made = site(FORMS + "-- content/blog/2026-05-01-a.md --\n# A\n\n```py\nx = 1\n```\n")
    made.build()
    before = stamps(made.public) | stamps(made.handler)
    assert made.build().changed == 0
    assert stamps(made.public) | stamps(made.handler) == before


def test_the_place_of_a_site_is_in_none_of_its_files(tmp_path: Path) -> None:
    trees = []
    for name in ("one", "two"):
        made = small_site(tmp_path / name / "site", FORMS + "-- static/x.txt --\nx\n")
        made.build()
        trees.append((digests(made.public), digests(made.handler)))
    assert trees[0] == trees[1]


def test_a_change_changes_what_shows_it_alone(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n# A\n\nx\n-- content/b.md --\n# B\n")
    made.build()
    made.put("content/a.md", "# A\n\ny\n")
    assert made.build().changed == 1


def test_a_document_that_goes_takes_its_files_with_it(tiny: MakeSite) -> None:
    made = tiny("-- content/a/index.md --\n# A\n-- content/a/pic.svg --\n<svg/>\n")
    made.build()
    assert "a/pic.svg" in made.files()
    (made.root / "content/a/index.md").unlink()
    (made.root / "content/a/pic.svg").unlink()
    made.build()
    assert not [path for path in made.files() if path.startswith("a/")]


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("draft: true", "draft"),
        ("date: 2026-11-22", "future"),
        ("expires: 2026-11-21T11:59Z", "expired"),
        ("draft: true\ndate: 2026-11-22", "draft"),
    ],
)
def test_what_is_hidden_leaves_no_trace(tiny: MakeSite, front: str, reason: str) -> None:
    made = tiny(f"""
-- content/secret/index.md --
---
title: Quetzalcoatl
{front}
tags: [hidden]
aliases: [/old/]
---
Quetzalcoatl
-- content/secret/quetzal.txt --
Quetzalcoatl
""")
    report = made.build()
    assert report.hidden == {reason: 1}
    assert not [
        path for path in made.files() if "secret" in path or "old" in path or "tags" in path
    ]
    assert not [path for path in made.files() if "Quetzal" in made.read(path)]


def test_what_is_asked_for_is_shown(tiny: MakeSite) -> None:
    made = tiny("""
-- content/a.md --
---
draft: true
---
-- content/b.md --
---
date: 2026-11-22
---
-- content/c.md --
---
draft: true
date: 2026-11-22
---
-- content/d.md --
---
expires: 2026-11-21
---
""")
    assert shown_pages(made) == set()
    assert shown_pages(made, drafts=True) == {"a"}
    assert shown_pages(made, future=True) == {"b"}
    assert shown_pages(made, drafts=True, future=True) == {"a", "b", "c"}


def shown_pages(made: SmallSite, **options: bool) -> set[str]:
    """Those of four pages that a build with the options publishes."""
    made.build(**options)
    return {page for page in "abcd" if f"{page}/index.html" in made.files()}


def test_a_day_begins_at_midnight_of_the_sites_zone(tiny: MakeSite) -> None:
    text = """
-- site.yaml --
title: T
time_zone: {zone}
-- content/a.md --
---
date: 2026-11-21T13:30
---
"""
    assert tiny(text.replace("{zone}", "Europe/Madrid")).build().hidden == {"future": 1}
    assert tiny(text.replace("{zone}", "Asia/Tokyo")).build().hidden == {}


def test_the_day_in_an_address_is_the_one_on_the_page(site: MakeSite) -> None:
    made = site("""
-- site.yaml --
title: T
time_zone: Europe/Madrid
permalinks: {blog: /:year/:month/:day/:slug/}
-- content/blog/a.md --
---
date: 2026-05-01T23:30:00Z
---
-- content/blog/2026-05-03-b.md --
# B
""")
    made.build()
    assert "May 2, 2026" in made.read("2026/05/02/a/index.html")
    assert "May 3, 2026" in made.read("2026/05/03/b/index.html")


BREAKAGES: list[str | bytes] = [
    "---\ntitle: x\n",
    "---\ntitle: a: b\n---\nx",
    '---\ntitle:"x"\n---\nx',
    "---\n\ttitle: x\n---\nx",
    "---\ntitle: x\ntitle: y\n---\nx",
    "---\ndraft: maybe\n---\nx",
    "---\ndate: soon\n---\nx",
    "---\ntags: [[a]]\n---\nx",
    "---\n- a\n---\nx",
    "---\nslug: a/b\n---\nx",
    "---\npermalink: /../x\n---\nx",
    "---\npermalink: /good/\n---\nx",
    "---\naliases: [https://x.org]\n---\nx",
    "{{< unknown >}}",
    "{{< /box >}}",
    "---\na: " + "[" * 5000 + "\n---\nx",
    b"---\ntitle: \xff\n---\nx",
    b"\x00\x01",
    "---\nextra: &a [*a]\n---\nx",
]


@given(
    st.lists(st.sampled_from(range(len(BREAKAGES))), min_size=1, max_size=4),
    st.booleans(),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_broken_article_makes_another_vanish_or_publishes_a_draft(
    tmp_path_factory: pytest.TempPathFactory, broken: list[int], before: bool
) -> None:
    made = tiny_site(
        tmp_path_factory.mktemp("broken") / "site",
        "-- content/good.md --\n# Good\n-- content/draft.md --\n---\ndraft: true\n---\nhidden\n",
    )
    made.build()
    whole = digests(made.public)
    for number in broken:
        made.put(f"content/{'a' if before else 'z'}{number}.md", BREAKAGES[number])
    site = made.plan().site
    assert "content/good.md" in site.by_source
    assert "content/draft.md" not in site.by_source
    try:
        made.build()
    except ContentError as refused:
        found = {d.at.path.removeprefix("content/") for d in refused.diagnostics if d.at}
        assert found <= {f"{'a' if before else 'z'}{number}.md" for number in broken} | {"good.md"}
        assert digests(made.public) == whole
    else:
        assert "good/index.html" in made.files()
        assert "draft/index.html" not in made.files()


@pytest.mark.parametrize("number", range(len(BREAKAGES)))
def test_each_breakage_is_said_where_it_is(tiny: MakeSite, number: int) -> None:
    made = tiny("-- content/good.md --\n# Good\n")
    made.put("content/bad.md", BREAKAGES[number])
    found = made.diagnostics()
    assert "content/bad.md" in str(found[0]) or "content/good.md" in str(found[0])
    assert found[0].severity == "error"


@pytest.mark.parametrize(
    "front",
    [
        "image: _gated/guide.pdf",
        "aliases: [/guide/_gated/guide.pdf]",
        "permalink: /guide/_gated/",
        "layout: resource",
        "extra: {file: _gated/guide.pdf}",
        "draft: true",
        "slug: _gated",
    ],
)
def test_what_is_gated_never_enters_the_public_tree(site: MakeSite, front: str) -> None:
    made = site(FORMS)
    gated = hashlib.sha256((made.root / "content/guide/_gated/guide.pdf").read_bytes()).hexdigest()
    made.put(
        "content/guide/index.md",
        f"---\ntitle: A guide\n{front}\n---\n[it](_gated/guide.pdf) <img src=_gated/guide.pdf>\n"
        "\n{{< form guide >}}\n",
    )
    made.put("content/guide/_gated/notes.md", "# Notes\n")
    made.put("content/guide/_gated/deeper/more.txt", "more\n")
    made.build()
    assert gated not in digests(made.public).values()
    assert not [path for path in made.files() if "notes" in path or "more" in path]
    assert gated in digests(made.handler).values()


def test_the_handlers_tree_is_what_the_handler_reads(site: MakeSite) -> None:
    made = site(FORMS)
    made.build()
    bundle = read_bundle(made.handler)
    resource = bundle.catalogue.purposes["guide"].resource["es"]
    assert (made.handler / resource.path).read_text() == "the gated words\n"
    assert bundle.catalogue.privacy == {"en": "/privacy/", "es": "/es/privacy/"}
    assert set(bundle.pages.shells) == {"en", "es"}
    (made.handler / "catalogue.json").write_bytes(b"{}")
    with pytest.raises(Exception, match="differs from the manifest"):
        read_bundle(made.handler)


def test_a_site_without_forms_has_no_handler(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n# A\n")
    made.build()
    assert not made.handler.exists()


def test_a_form_that_goes_leaves_the_handlers_tree(site: MakeSite) -> None:
    made = site(FORMS)
    made.build()
    (made.root / "content/_forms/guide.yaml").unlink()
    made.put("content/guide/index.md", "# A guide\n")
    made.build()
    assert files_below(made.handler) == {"manifest.json"}


def test_a_failed_render_leaves_both_trees_whole(site: MakeSite) -> None:
    made = site(FORMS)
    made.build()
    before = digests(made.public), digests(made.handler)
    made.put("content/new.md", "# New\n")
    made.put("templates/404.html", "{{ nothing.at.all }}")
    with pytest.raises(TemplateError):
        made.build()
    assert (digests(made.public), digests(made.handler)) == before
    assert not list(made.root.glob(".*.atrae-*"))


def test_strict_takes_a_warning_for_an_error(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n[x](missing.md)\n")
    with pytest.raises(ContentError):
        made.build(strict=True)
    assert not made.public.exists()
    assert [found.code for found in made.build().diagnostics] == ["dead-link"]


def test_output_may_go_elsewhere_but_not_into_the_content(tiny: MakeSite, tmp_path: Path) -> None:
    made = tiny("-- content/a.md --\n# A\n")
    made.build(output=str(tmp_path / "www"))
    assert "a/index.html" in files_below(tmp_path / "www")
    with pytest.raises(PublishError):
        made.build(output=str(made.root / "content" / "public"))
    assert files_below(made.root / "content") == {"a.md"}


def test_files_that_others_put_there_stay_and_are_not_overwritten(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n# A\n")
    made.build()
    (made.public / "CNAME").write_text("example.org")
    (made.public / "b").mkdir()
    (made.public / "b" / "index.html").write_text("mine")
    made.build()
    assert made.read("CNAME") == "example.org"
    made.put("content/b.md", "# B\n")
    with pytest.raises(PublishError, match="was not written by Atrae"):
        made.build()
    assert made.read("b/index.html") == "mine"
    made.build(force=True)
    assert "<title>B" in made.read("b/index.html")


@pytest.mark.parametrize("missing", ["content", "site.yaml"])
def test_without_a_site_there_is_a_way_out(tmp_path: Path, missing: str) -> None:
    made = SmallSite(tmp_path / "site")
    made.put("site.yaml", "title: T\n")
    (made.root / "content").mkdir()
    (made.root / missing).unlink() if missing == "site.yaml" else (made.root / missing).rmdir()
    with pytest.raises(SiteError, match=f"there is no {missing}") as refused:
        made.build()
    assert refused.value.hint
