"""Every visible document in its place."""

from collections.abc import Sequence

import pytest

from generator.model.document import Document
from generator.model.site import Site

from ...conftest import MakeSite


def site_of(tiny: MakeSite, text: str, **options: bool) -> Site:
    return tiny(text).plan(**options).site


def names(documents: Sequence[Document]) -> list[str]:
    return [document.title for document in documents]


def test_lists_go_by_weight_then_date_then_title(tiny: MakeSite) -> None:
    site = site_of(
        tiny,
        """
-- content/x/b.md --
# B
-- content/x/a.md --
# A
-- content/x/2026-01-01-old.md --
# Old
-- content/x/2026-02-01-new.md --
# New
-- content/x/last.md --
---
title: Heavy
weight: 9
---
-- content/x/first.md --
---
title: Light
weight: -1
---
""",
    )
    section = site.section("en", "x")
    assert section is not None
    assert names(section.listed) == ["Light", "Heavy", "New", "Old", "A", "B"]
    assert names(section.dated) == ["New", "Old"]


SECTIONS = """
-- content/about.md --
# About
-- content/2026-01-01-note.md --
# Note
-- content/docs/_index.md --
---
title: Documentation
---
-- content/docs/how-to/deep_er/a.md --
# A
-- content/docs/b.md --
# B
"""


def test_a_section_holds_what_lies_below_it(tiny: MakeSite) -> None:
    site = site_of(tiny, SECTIONS)
    assert {s.path: (s.title, s.url, names(s.documents)) for s in site.sections.values()} == {
        "": ("A small site", "/", ["Note", "A", "About", "B"]),
        "docs": ("Documentation", "/docs/", ["A", "B"]),
        "docs/how-to": ("How to", "/docs/how-to/", ["A"]),
        "docs/how-to/deep_er": ("Deep er", "/docs/how-to/deep_er/", ["A"]),
    }


def test_the_home_page_lists_what_is_dated_alone(tiny: MakeSite) -> None:
    home = site_of(tiny, SECTIONS).section("en", "")
    assert home is not None
    assert names(home.listed) == ["Note"]
    assert home.children == ("docs",)


def test_what_is_hidden_is_in_no_place_but_one(tiny: MakeSite) -> None:
    text = "-- content/x/a.md --\n---\ndraft: true\ntags: [t]\n---\n"
    site = site_of(tiny, text)
    assert [(h.document.source.path, h.reason) for h in site.hidden] == [
        ("content/x/a.md", "draft")
    ]
    assert site.documents == ()
    assert site.section("en", "x") is None
    assert site.terms["en", "tags"] == {}
    assert site.translations == {}
    shown = site_of(tiny, text, drafts=True)
    assert (shown.hidden, len(shown.documents)) == ((), 1)


BUNDLE = """
-- site.yaml --
title: T
languages: {en: , es: }
-- content/g/a/index.md --
---
draft: DRAFT
slug: moved
---
-- content/g/a/index.es.md --
---
draft: BORRADOR
---
-- content/g/a/pic.png --
x
-- content/g/a/img/deep.png --
x
-- content/g/beside.png --
x
"""


@pytest.mark.parametrize(
    ("draft", "borrador", "urls"),
    [
        ("no", "no", {"/g/moved/pic.png", "/g/moved/img/deep.png", "/g/beside.png"}),
        ("yes", "no", {"/es/g/a/pic.png", "/es/g/a/img/deep.png", "/g/beside.png"}),
        ("no", "yes", {"/g/moved/pic.png", "/g/moved/img/deep.png", "/g/beside.png"}),
        ("yes", "yes", {"/g/beside.png"}),
    ],
)
def test_files_move_and_hide_with_their_document(
    tiny: MakeSite, draft: str, borrador: str, urls: set[str]
) -> None:
    site = site_of(tiny, BUNDLE.replace("DRAFT", draft).replace("BORRADOR", borrador))
    assert {url for url, _ in site.files} == urls


def test_translations_are_told_by_name_or_by_key(tiny: MakeSite) -> None:
    site = site_of(
        tiny,
        """
-- site.yaml --
title: T
languages: {en: , es: , fr: }
-- content/a.md --
# A
-- content/a.es.md --
# Á
-- content/b.md --
---
title: B
translation_key: bee
---
-- content/abeja.es.md --
---
title: Abeja
translation_key: bee
---
-- content/x/_index.md --
# X
-- content/x/_index.es.md --
# Equis
""",
    )
    found = {code: {key: d.title for key, d in known.items()} for code, known in
             site.translations.items()}  # fmt: skip
    assert found == {
        "en": {"a": "A", "bee": "B", "x/_index": "X"},
        "es": {"a": "Á", "bee": "Abeja", "x/_index": "Equis"},
    }
    assert [language.code for language in site.languages()] == ["en", "es"]
    assert {key: section.url for key, section in site.sections.items()} == {
        ("en", ""): "/",
        ("en", "x"): "/x/",
        ("es", ""): "/es/",
        ("es", "x"): "/es/x/",
    }


def test_a_language_that_only_others_speak_has_a_home_of_its_own(tiny: MakeSite) -> None:
    text = "-- site.yaml --\ntitle: T\nlanguages: {en: , es: }\n-- content/a.es.md --\n# A\n"
    site = site_of(tiny, text)
    assert [language.code for language in site.languages()] == ["en", "es"]


def test_the_home_page_may_be_an_index(tiny: MakeSite) -> None:
    site = site_of(tiny, "-- content/index.md --\n---\ntitle: Welcome\n---\nHi\n")
    home = site.section("en", "")
    assert home is not None
    assert (home.title, site.documents) == ("Welcome", ())
