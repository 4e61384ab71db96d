"""The theme's handler templates: every text there, in every language, and nothing unescaped."""

import re
from string import Formatter

import pytest
from jinja2 import UndefinedError

from forms.catalogue import sheet
from forms.site.templates import Pages, Phrases, Renderer, day_in_words, time_in_words
from forms.web.responses import preferred_language

from ..declared import NOW, catalogue, pages

PAGES = pages()
CATALOGUE = catalogue()


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_language_says_everything() -> None:
    english = PAGES.texts["en"]
    assert set(PAGES.texts) == {"en", "es"}
    for language, texts in PAGES.texts.items():
        assert texts.keys() == english.keys(), language
        for key, text in texts.items():
            assert fields_of(text) == fields_of(english[key]), (language, key)
            assert text.strip() == text


def test_every_text_that_a_template_names_is_there() -> None:
    named = set()
    for source in PAGES.templates.values():
        named |= set(re.findall(r'\bt\("([a-z_]+)"[,)]', source))
    assert len(named) > 30
    assert named - {"field_"} <= PAGES.texts["en"].keys()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("form", sorted(CATALOGUE.forms))
def test_a_fresh_form_has_no_box_ticked(form: str, language: str) -> None:
    declared = CATALOGUE.forms[form]
    fresh = sheet(CATALOGUE, declared, language, action="/f/x", page="/")
    html = Renderer(PAGES, "en").render("form.html", language, sheet=fresh)
    assert " checked" not in html
    assert html.count('type="checkbox"') == len(declared.purposes)
    assert 'role="alert"' not in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(each.startswith(f"form-{form}") for each in ids)
    for target in re.findall(r' for="([^"]+)"', html):
        assert target in ids


def test_two_forms_on_a_page_share_no_id() -> None:
    renderer = Renderer(PAGES, "en")
    ids = [
        set(re.findall(r' id="([^"]+)"', renderer.render("form.html", "en", sheet=each)))
        for each in (
            sheet(CATALOGUE, form, "en", action="/", page="/") for form in CATALOGUE.forms.values()
        )
    ]
    assert sum(map(len, ids)) == len(set.union(*ids))


def test_a_title_cannot_break_out_of_the_shell() -> None:
    page = Renderer(PAGES, "en").page(
        "page/message.html", "en", "</title><script><!--atrae:main-->", text="nothing_text"
    )
    assert "<script>" not in page
    assert page.count("<h1>") == 1


def test_a_language_that_we_lack_is_answered_in_the_sites_own() -> None:
    renderer = Renderer(PAGES, "es")
    assert '<html lang="es">' in renderer.page("page/message.html", "fr", "x", text="nothing_text")


def test_a_name_that_is_nowhere_is_an_error() -> None:
    broken = Pages(templates={"a.html": "{{ nowhere }}"}, shells={}, texts={})
    with pytest.raises(UndefinedError):
        Renderer(broken, "en").render("a.html", "en")


def test_texts_of_mails_are_not_escaped_and_pages_are() -> None:
    theme = Pages(
        templates={"a.txt": '{{ t("k", x=v) }}', "a.html": '{{ t("k", x=v) }}'},
        shells={},
        texts={"en": {"k": "it's {x}"}},
    )
    renderer = Renderer(theme, "en")
    assert renderer.render("a.txt", "en", v="<b>") == "it's <b>"
    assert renderer.render("a.html", "en", v="<b>") == "it&#39;s &lt;b&gt;"


def test_phrases_know_a_default() -> None:
    say = Phrases({"field_email": "E-mail"})
    assert say("field_email", default="email") == "E-mail"
    assert say("field_other", default="other") == "other"
    with pytest.raises(KeyError, match="field_other"):
        say("field_other")


def test_days_and_times_in_words() -> None:
    assert day_in_words(NOW, "en") == "March 1, 2026"
    assert day_in_words(NOW, "es") == "1 de marzo de 2026"
    assert "UTC" in time_in_words(NOW, "es")
    assert time_in_words(NOW, "xx-nowhere") == "2026-03-01 12:00:00 UTC"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.1", "es"),
        ("fr, es;q=0.2", "es"),
        ("en;q=0.3, es;q=0.8", "es"),
        ("de;q=x", "en"),
        (",;q=;;,", "en"),
    ],
)
def test_a_browsers_wish_is_heard(header: str, language: str) -> None:
    assert preferred_language(CATALOGUE, header) == language
