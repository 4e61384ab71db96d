"""A theme, and what a site puts over it."""

import re

import pytest

from generator.errors import ConfigError, TemplateError

from ...conftest import MakeSite


def test_a_sites_templates_go_over_the_themes(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n{{< say x >}}\n-- templates/shortcodes/say.html --\nmine\n")
    made.build()
    assert made.read("a/index.html") == "<title>A</title>mine"


def test_a_site_may_have_templates_of_its_own(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\nlayout: wide\n---\nx\n-- templates/wide.html --\nwide\n")
    made.build()
    assert made.read("a/index.html") == "wide"


def test_a_layout_that_is_not_there_is_a_warning(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\nlayout: hom\n---\nx\n")
    assert made.said() == [
        "content/a.md:2:1: warning: the theme has no layout 'hom' (did you mean 'home'?)"
        " [unknown-layout]"
    ]
    made.build()
    assert "x" in made.read("a/index.html")


def test_texts_of_theme_and_site_come_together(tiny: MakeSite) -> None:
    made = tiny("""
-- site.yaml --
title: T
languages: {en: , es: , fr: }
-- themes/tiny/texts/es.yaml --
not_found_title: Aquí no hay nada
-- templates/texts/en.yaml --
not_found_title: Nothing at all
more_one: "{count} more"
more_other: "{count} more of them"
-- templates/page.html --
{{ t("not_found_title") }}|{{ t("more", count=1) }}|{{ t("more", count=3) }}
-- content/a.md --
x
-- content/a.es.md --
x
-- content/a.fr.md --
x
""")
    made.build()
    assert made.read("a/index.html") == "Nothing at all|1 more|3 more of them"
    assert made.read("es/a/index.html") == "Aquí no hay nada|1 more|3 more of them"
    assert made.read("fr/a/index.html") == "Nothing at all|1 more|3 more of them"


@pytest.mark.parametrize("text", ["a: [b]\n", "a: b: c\n", "- a\n"])
def test_texts_that_are_none_are_an_error(tiny: MakeSite, text: str) -> None:
    made = tiny(f"-- content/a.md --\nx\n-- templates/texts/en.yaml --\n{text}")
    with pytest.raises(TemplateError, match=r"the texts in .*en\.yaml are wrong: en\.yaml:1"):
        made.build()


def test_assets_bear_their_digest(tiny: MakeSite) -> None:
    made = tiny("""
-- themes/tiny/static/css/a.css --
body {}
-- themes/tiny/static/.hidden --
x
-- templates/page.html --
{{ view.asset("css/a.css") }}
-- content/a.md --
x
""")
    made.build()
    first = made.read("a/index.html")
    assert re.fullmatch(r"/assets/css/a\.[0-9a-f]{10}\.css", first)
    assert made.read(first.lstrip("/")) == "body {}\n"
    made.put("themes/tiny/static/css/a.css", "body { color: red }\n")
    made.build()
    assert made.read("a/index.html") != first
    assert first.lstrip("/") not in made.files()


def test_a_theme_that_is_not_there_is_an_error(site: MakeSite) -> None:
    made = site("-- site.yaml --\ntitle: T\ntheme: defautl\n-- content/a.md --\nx\n")
    with pytest.raises(ConfigError, match="there is no theme 'defautl'") as wrong:
        made.build()
    assert wrong.value.hint == "did you mean 'default'?"


def test_a_template_whose_folder_only_ends_in_texts_is_one(tiny: MakeSite) -> None:
    made = tiny("""
-- content/a.md --
x
-- templates/contexts/part.html --
part
-- templates/page.html --
{% include "contexts/part.html" %}
""")
    made.build()
    assert made.read("a/index.html") == "part"
