"""Terms: what documents are filed under."""

from ...conftest import MakeSite


def terms(tiny: MakeSite, *tags: str) -> dict[str, str]:
    """Name -> URL of the terms of documents with these tags, one each."""
    text = "".join(
        f"-- content/{number}.md --\n---\ntags: [{tag}]\n---\n{number}\n"
        for number, tag in enumerate(tags)
    )
    site = tiny(text).plan().site
    return {term.name: term.url for term in site.terms["en", "tags"].values()}


def test_names_that_differ_in_case_alone_are_one_term(tiny: MakeSite) -> None:
    assert terms(tiny, "Open Source", "open source", "OPEN SOURCE", "STRASSE", "Straße") == {
        "Open Source": "/tags/open-source/",
        "STRASSE": "/tags/strasse/",
    }


def test_both_ways_to_write_an_accent_are_one_term(tiny: MakeSite) -> None:
    assert terms(tiny, "café", "cafe\N{COMBINING ACUTE ACCENT}") == {"café": "/tags/café/"}


def test_names_that_differ_in_more_are_not(tiny: MakeSite) -> None:
    assert terms(tiny, "C", "'C#'", "C++", "c") == {
        "C": "/tags/c/",
        "C#": "/tags/c-sharp/",
        "C++": "/tags/c-plus-plus/",
    }


def test_two_terms_at_one_address_are_an_error_where_the_second_is_written(tiny: MakeSite) -> None:
    made = tiny("""
-- content/a.md --
---
tags: [open source]
---
-- content/b.md --
---
title: B
tags: [open-source]
---
""")
    assert made.said() == [
        "content/b.md:3:1: error: the tags term 'open source' and the tags term 'open-source'"
        " would both be published as tags/open-source/index.html"
        " (give one of them another name, slug or permalink) [output-conflict]"
    ]


def test_a_document_is_filed_once_under_each_of_its_terms(tiny: MakeSite) -> None:
    site = tiny("-- content/a.md --\n---\ntags: [A, a, b]\n---\nx\n").plan().site
    assert {
        term.name: [document.url for document in term.documents]
        for term in site.terms["en", "tags"].values()
    } == {"A": ["/a/"], "b": ["/a/"]}


def test_each_language_has_its_own_terms(tiny: MakeSite) -> None:
    made = tiny("""
-- site.yaml --
title: T
languages: {en: , es: }
taxonomies: [tags, topics]
-- content/a.md --
---
tags: x
topics: [Mail]
---
-- content/a.es.md --
---
tags: x, y
---
""")
    site = made.plan().site
    assert {key: [term.url for term in found.values()] for key, found in site.terms.items()} == {
        ("en", "tags"): ["/tags/x/"],
        ("en", "topics"): ["/topics/mail/"],
        ("es", "tags"): ["/es/tags/x/", "/es/tags/y/"],
        ("es", "topics"): [],
    }
