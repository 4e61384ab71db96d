"""Substituting documents makes the site that assembling would make, or none."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
from msgspec import structs

from generator.model.document import Body, Document, Source, SourceKind
from generator.model.settings import Language, Settings
from generator.model.site import Site, assemble
from generator.plan.substitute import substitute

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SETTINGS = Settings(
    base_url="https://example.org/",
    languages=tuple(
        Language(code=code, name=code, title=code, description="", prefix=prefix)
        for code, prefix in (("en", ""), ("es", "es"))
    ),
    time_zone=ZoneInfo("UTC"),
    taxonomies=("tags",),
    permalinks={},
    page_size=2,
    feed_limit=3,
    menu=(),
    forms_url="",
    controller=None,
    privacy="",
    content_security_policy={},
    options={},
)

days = st.sampled_from([None, *(datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 12))])
titles = st.sampled_from(["A", "B", "C"])


@st.composite
def documents(draw: st.DrawFn, number: int) -> Document:
    section = draw(st.sampled_from(["", "x", "x/y"]))
    language = draw(st.sampled_from(["en", "es"]))
    name = draw(st.sampled_from([f"d{number}", "_index"]))
    kind = SourceKind.SECTION if name == "_index" else SourceKind.DOCUMENT
    return Document(
        source=Source(path=f"content/{section}/{number}/{name}.md", kind=kind, location=""),
        language=language,
        section=section,
        translation_key=draw(st.sampled_from([f"d{number}", "shared"])),
        url=f"/{language}/{number}/",
        title=draw(titles),
        body=Body(digest=draw(titles)),
        date=draw(days),
        lastmod=draw(days),
        expires=draw(days),
        draft=draw(st.sampled_from([False, False, False, True])),
        weight=draw(st.sampled_from([0, 0, 1])),
        terms={"tags": draw(st.sampled_from([(), ("one",), ("one", "two")]))},
    )


@st.composite
def edits(draw: st.DrawFn, old: Document, number: int) -> Document:
    """Another document, or this one with some of what the other says."""
    new = draw(documents(number))
    kept = draw(st.sets(st.sampled_from(["date", "draft", "weight", "terms", "expires", "title"])))
    return replace(
        new,
        source=old.source,
        **{name: getattr(old, name) for name in ("language", "section", "url", "translation_key")},
        **{name: getattr(old, name) for name in kept},
    )


def site_of(these: list[Document]) -> Site:
    return assemble(these, settings=SETTINGS, now=NOW)


@given(st.data())
def test_it_is_what_would_be_put_together_or_nothing(data: st.DataObject) -> None:
    before = [data.draw(documents(number)) for number in range(data.draw(st.integers(1, 6)))]
    edited = data.draw(st.sets(st.integers(0, len(before) - 1), min_size=1))
    after = [data.draw(edits(old, n)) if n in edited else old for n, old in enumerate(before)]
    made = substitute(site_of(before), [after[number] for number in edited])
    assert made is None or made == site_of(after)


@given(st.data())
def test_new_texts_are_never_too_much(data: st.DataObject) -> None:
    before = [data.draw(documents(number)) for number in range(data.draw(st.integers(1, 6)))]
    site = site_of(before)
    shown = list(site.by_source.values())
    edited = data.draw(st.sets(st.integers(0, len(shown) - 1))) if shown else set()
    new = [replace(shown[number], body=Body(digest="new")) for number in edited]
    paths = {document.source.path: document for document in new}
    made = substitute(site, new)
    assert made == site_of([paths.get(d.source.path, d) for d in before])


def test_no_other_document_is_opened() -> None:
    def never(_: str) -> Document:
        raise AssertionError("opened")

    first, second = (_document(number) for number in (1, 2))
    (closed,) = Document.later(never, ["two"])
    site = site_of([first, second])
    swap = {id(first): first, id(second): closed}
    shut = structs.replace(
        site,
        documents=tuple(swap[id(d)] for d in site.documents),
        by_source={path: swap[id(d)] for path, d in site.by_source.items()},
        sections={
            key: structs.replace(
                section,
                documents=tuple(swap[id(d)] for d in section.documents),
                dated=tuple(swap[id(d)] for d in section.dated),
            )
            for key, section in site.sections.items()
        },
    )
    made = substitute(shut, [replace(first, body=Body(digest="new"))])
    assert made is not None
    assert [d.body.digest for d in made.documents if d is not closed] == ["new"]


def _document(number: int) -> Document:
    return Document(
        source=Source(path=f"content/{number}.md", kind=SourceKind.DOCUMENT, location=""),
        language="en",
        section="",
        translation_key=f"{number}",
        url=f"/{number}/",
        title="Same",
        body=Body(),
    )
