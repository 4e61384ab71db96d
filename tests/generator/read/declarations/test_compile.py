"""Declarations -> the catalogue that the handler reads."""

from html import unescape

import pytest

from forms.catalogue import Catalogue, Frequency, Kind

from ....conftest import MakeSite
from ....site import TINY, SmallSite
from ...test_build import FORMS

PURPOSE = "-- content/_purposes/guide.yaml --\n"
FORM = "-- content/_forms/guide.yaml --\n"
SETTINGS = "-- site.yaml --\ntitle: T\nlanguages: {en: , es: }\n"
ANSWERABLE = 'controller: {name: Ana, address: "1 Street"}\nprivacy: privacy.md\n'


def catalogue(made: SmallSite) -> Catalogue:
    plan = made.plan()
    assert plan.diagnostics == ()
    assert plan.site.catalogue is not None
    return plan.site.catalogue


def test_it_comes_back_from_json(site: MakeSite) -> None:
    read = catalogue(site(FORMS))
    assert Catalogue.from_json(read.to_json()) == read
    assert set(read.wordings()) == {
        read.wording("guide", "en").digest,
        read.wording("guide", "es").digest,
    }


def test_one_text_is_that_text_in_every_language(site: MakeSite) -> None:
    made = site(
        FORMS
        + FORM
        + """
purposes: [guide]
title: Play
fields:
  - {name: email, kind: email, label: {en: Your address, es: Tu correo}}
  - {name: size, kind: select, options: [{value: small}, {value: big, label: Grande}]}
"""
    )
    form = catalogue(made).forms["guide"]
    assert form.title == {"en": "Play", "es": "Play"}
    assert [(field.name, field.kind, field.required) for field in form.fields] == [
        ("email", Kind.EMAIL, True),
        ("size", Kind.SELECT, False),
    ]
    assert form.fields[0].label == {"en": "Your address", "es": "Tu correo"}
    assert [option.label["es"] for option in form.fields[1].options] == ["small", "Grande"]


NEWS = """
-- content/_purposes/news.yaml --
wording: {en: Send me news, es: Envíame novedades}
"""
OFFERED = """frequencies: [monthly, every]
topics:
  - {value: seo, label: {en: Search, es: Búsqueda}}
  - {value: mail}
"""


def test_what_the_preference_centre_offers_is_no_part_of_a_wording(site: MakeSite) -> None:
    plain, offered = catalogue(site(FORMS + NEWS)), catalogue(site(FORMS + NEWS + OFFERED))
    news = offered.purposes["news"]
    assert news.frequencies == (Frequency.MONTHLY, Frequency.EVERY)
    assert [topic.label["es"] for topic in news.topics] == ["Búsqueda", "mail"]
    assert plain.wordings() == offered.wordings()
    assert Catalogue.from_json(offered.to_json()) == offered


@pytest.mark.parametrize(
    "wrong",
    [
        "lasts: once\nfrequencies: [weekly]\n",
        "lasts: once\ntopics: [{value: seo}]\n",
        "topics: [{value: seo}, {value: seo}]\n",
        "frequencies: [weekly, weekly]\n",
        "frequencies: [daily]\n",
    ],
)
def test_what_cannot_be_offered_is_refused(site: MakeSite, wrong: str) -> None:
    (said,) = site(FORMS + NEWS + wrong).said()
    assert said.startswith("content/_purposes/news.yaml:")
    assert "[bad-value]" in said


def test_every_form_asks_for_an_address(site: MakeSite) -> None:
    assert [field.name for field in catalogue(site(FORMS)).forms["guide"].fields] == ["email"]


def test_pages_are_named_by_their_source_in_each_language(site: MakeSite) -> None:
    made = site(
        FORMS
        + FORM
        + "purposes: [guide]\nafter_submit: thanks.md\n"
        + """
-- content/thanks.md --
# Thanks
-- content/thanks.es.md --
# Gracias
"""
    )
    assert catalogue(made).forms["guide"].after_submit == {"en": "/thanks/", "es": "/es/thanks/"}


def test_a_base_path_is_part_of_every_path(site: MakeSite) -> None:
    made = site(FORMS.replace("https://example.org/", "https://example.org/sub/"))
    read = catalogue(made)
    assert read.privacy["es"] == "/sub/es/privacy/"
    assert all(
        path.startswith("/sub/") for texts in read.states.values() for path in texts.values()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            FORM + "purposes: [guied]\n",
            "content/_forms/guide.yaml:1:12: error: unknown purpose 'guied'"
            " (did you mean 'guide'?) [unknown-purpose]",
        ),
        (
            PURPOSE + "wording: {en: Send me the guide}\n",
            "content/_purposes/guide.yaml:1:1: error: the wording is missing in 'es'"
            " (add `es:` with a translation of the exact text) [no-wording]",
        ),
        (
            PURPOSE + "wording: Send me the guide\n",
            "content/_purposes/guide.yaml:1:1: error: the wording is missing in 'es'"
            " (add `es:` with a translation of the exact text) [no-wording]",
        ),
        (
            PURPOSE + "wording: {en: Send it, es: Envíala, fr: Envoyez-le}\n",
            "content/_purposes/guide.yaml:1:37: error: the site has no language 'fr'"
            " (its languages are en, es) [unknown-language]",
        ),
        (
            FORM + "purposes: [guide]\ntitle: {en: A, ess: B}\n",
            "content/_forms/guide.yaml:2:16: error: the site has no language 'ess'"
            " (did you mean 'es'?) [unknown-language]",
        ),
        (
            FORM + "purposes: [guide]\nfields: [{name: website}]\n",
            "content/_forms/guide.yaml:2:11: error: the field name 'website' is reserved"
            " (choose another name) [field-name]",
        ),
        (
            FORM + "purposes: [guide]\nfields: [{name: a}, {name: a}]\n",
            "content/_forms/guide.yaml:2:22: error: two fields have the name 'a'"
            " (rename one of them) [field-name]",
        ),
        (
            FORM + "purposes: [guide]\nfields: [{name: a, knid: text}]\n",
            "content/_forms/guide.yaml:2:20: error: unknown key 'fields.0.knid' [unknown-key]",
        ),
        (
            FORM + "purposes: []\n",
            "content/_forms/guide.yaml:1:1: error: purposes: tuple should have at least 1 item"
            " after validation, not 0 (got []) [bad-value]",
        ),
        (
            FORM + "purposes: [guide]\nafter_submit: thanks.md\n",
            "content/_forms/guide.yaml:2:1: error: unknown page 'thanks.md' (name a"
            " published file of content/, such as welcome.md) [unknown-page]",
        ),
        (
            PURPOSE + "lasts: once\nwording: {en: x, es: y}\nresource: guide/_gated/guied.pdf\n",
            "content/_purposes/guide.yaml:3:1: error: unknown gated file"
            " 'guide/_gated/guied.pdf' (did you mean 'guide/_gated/guide.pdf'?) [unknown-resource]",
        ),
        (
            PURPOSE + "lasts: once\nwording: {en: x, es: y}\nresource: privacy.md\n",
            "content/_purposes/guide.yaml:3:1: error: unknown gated file 'privacy.md'"
            " (put it in a folder `_gated/` next to its document) [unknown-resource]",
        ),
        (
            f"{PURPOSE}lasts: once\nwording: {{en: x, es: y}}\nresource: guide/_gated/{'g' * 201}\n"
            f"-- content/guide/_gated/{'g' * 201} --\nx\n",
            f"content/_purposes/guide.yaml:3:1: error: '{'g' * 40}…' can't be the name of a"
            " download (give the file a short name with letters, digits and hyphens)"
            " [resource-name]",
        ),
        (
            "-- content/_forms/My Form.yaml --\npurposes: [guide]\n",
            "content/_forms/My Form.yaml: error: 'My Form' can't be the name of a declaration"
            " (name the file with lower-case letters, digits and hyphens) [form-name]",
        ),
        (
            f"{SETTINGS}privacy: privacy.md\n",
            "content/_forms/guide.yaml:1:1: error: a form collects personal data, and"
            " site.yaml names no controller (add `controller:` with `name` and a postal `address`"
            " to site.yaml) [no-controller]",
        ),
        (
            f"{SETTINGS}{ANSWERABLE.partition('privacy')[0]}",
            "content/_forms/guide.yaml:1:1: error: a form collects personal data without a"
            " privacy notice (write one, and add it to site.yaml: `privacy: privacy.md`)"
            " [no-privacy-notice]",
        ),
        (
            f"{SETTINGS}{ANSWERABLE.replace('privacy.md', 'privcy.md')}",
            "site.yaml: error: unknown page 'privcy.md' (name a published file of"
            " content/, such as welcome.md) [unknown-page]",
        ),
    ],
)
def test_a_fault_is_one_error_at_its_place(site: MakeSite, text: str, said: str) -> None:
    assert site(FORMS + text).said() == [said]


def test_a_notice_in_one_language_alone_is_a_warning(site: MakeSite) -> None:
    made = site(FORMS)
    (made.root / "content/privacy.es.md").unlink()
    assert made.codes() == ["untranslated"]
    plan = made.plan()
    assert plan.site.catalogue is not None
    assert plan.site.catalogue.privacy == {"en": "/privacy/", "es": "/privacy/"}


def test_a_hidden_page_is_not_there(site: MakeSite) -> None:
    made = site(FORMS)
    for name in ("privacy.md", "privacy.es.md"):
        made.put(f"content/{name}", "---\ndraft: true\n---\nx\n")
    assert made.codes() == ["unknown-page"]
    assert made.codes(drafts=True) == []


def test_a_form_that_a_page_calls_for_must_be_declared(site: MakeSite) -> None:
    made = site(FORMS + "-- content/a.md --\n# A\n\n{{< form guied >}}\n\n{{< form >}}\n")
    assert made.said() == [
        "content/a.md:3: error: unknown form 'guied' (did you mean 'guide'?) [unknown-form]",
        "content/a.md:5: error: unknown form '' (declare it in content/_forms/) [unknown-form]",
    ]


WORKING = """
-- site.yaml --
title: T
base_url: https://example.org/
languages: {en: , es: }
controller: {name: Ana, address: "1 Street"}
privacy: privacy.md
forms: {url: "https://forms.example.org", proof_of_work: true}
"""


def test_proof_of_work_is_asked_for_where_the_site_says_so(site: MakeSite) -> None:
    made = site(FORMS + WORKING)
    solver = catalogue(made).solver
    made.build()
    assert (made.public / solver.lstrip("/")).read_text().startswith("// Proof of work")
    page = next(file for file in made.public.rglob("*.html") if "<form" in file.read_text())
    html = unescape(page.read_text())
    assert f'<script src="{solver}" defer></script>' in html
    assert 'data-challenge="https://forms.example.org/f/' in html
    assert "connect-src 'self' " in html
    assert " https://forms.example.org;" in html


def test_without_it_no_page_has_a_script(site: MakeSite) -> None:
    made = site(FORMS)
    assert catalogue(made).solver == ""
    made.build()
    pages = [file.read_text() for file in made.public.rglob("*.html")]
    assert not any("<script src" in html or "data-challenge" in html for html in pages)


def test_a_theme_that_has_no_solver_is_said(site: MakeSite) -> None:
    made = site(FORMS + WORKING + "theme: tiny\n" + TINY)
    assert "no-solver" in [found.code for found in made.plan().diagnostics]
