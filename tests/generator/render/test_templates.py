"""A template is its author's program: every fault of it has its file and line."""

from datetime import date
from pathlib import Path

import jinja2
import pytest
from hypothesis import given, strategies as st
from markupsafe import Markup

from generator.errors import SiteError, TemplateError
from generator.render.templates import Templates, readable

from ...conftest import MakeSite

PAGE = "-- content/a.md --\n---\ntitle: A <b>\n---\nText *here*.\n-- templates/page.html --\n"


def fault(tiny: MakeSite, text: str) -> str:
    made = tiny(PAGE + text)
    with pytest.raises(TemplateError) as wrong:
        made.build()
    return str(wrong.value)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "one\n{% if %}\n",
            "templates/page.html:2: error: Expected an expression, got 'end of statement block'"
            " [template]",
        ),
        (
            "one\ntwo\n{{ nothing }}\n",
            "templates/page.html:3: error: 'nothing' is undefined [template]",
        ),
        (
            "{{ page.titel }}\n",
            "templates/page.html:1: error: 'generator.render.values.Page object' has no attribute"
            " 'titel' [template]",
        ),
        (
            'one\n{% include "partials/haed.html" %}\n-- templates/partials/head.html --\nx\n',
            "templates/page.html:2: error: there is no template 'partials/haed.html'"
            " (did you mean 'partials/head.html'?) [template]",
        ),
        (
            "{{ t('nothing') }}\n",
            "templates/page.html:1: error: the theme has no text 'nothing'",
        ),
        (
            "one\n{{ view.page('b.md').title }}\n",
            "templates/page.html:2: error: there is no page 'b.md' [template]",
        ),
        ("{{ view.asset('a.css') }}\n", "templates/page.html:1: error: the theme has no asset"),
        ("{{ view.data('x') }}\n", "templates/page.html:1: error: there is no data 'x'"),
        ("{{ view.form('x') }}\n", "templates/page.html:1: error: there is no form 'x'"),
        ("{{ 1 / 0 }}\n", "templates/page.html:1: error: division by zero [template]"),
        (
            "{% include 'p.html' %}\n-- templates/p.html --\none\n{{ nothing }}\n",
            "templates/p.html:2: error: 'nothing' is undefined [template]",
        ),
    ],
)
def test_a_fault_has_its_file_and_line(tiny: MakeSite, template: str, said: str) -> None:
    assert fault(tiny, template).startswith(said)


def test_a_fault_of_the_theme_is_named_from_the_theme_on(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\nx\n-- themes/tiny/templates/page.html --\n{{ nothing }}\n")
    with pytest.raises(SiteError, match=r"^themes/tiny/templates/page\.html:1: error: 'nothing'"):
        made.build()


def test_a_fault_in_a_shortcode_is_named_there(tiny: MakeSite) -> None:
    made = tiny(
        "-- content/a.md --\n{{< own >}}\n-- templates/shortcodes/own.html --\none\n{{ x }}\n"
    )
    with pytest.raises(TemplateError, match=r"^templates/shortcodes/own\.html:2: error: 'x' is"):
        made.build()


def test_what_is_not_utf_8_is_a_fault(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\nx\n")
    made.put("templates/page.html", b"\xff")
    with pytest.raises(TemplateError, match=r"^templates/page\.html: error: .*utf-8"):
        made.build()


def test_texts_are_escaped_and_bodies_are_not(tiny: MakeSite) -> None:
    made = tiny(PAGE + "{{ page.title }}|{{ page.content }}|{{ page.url }}\n")
    made.build()
    assert made.read("a/index.html") == ("A &lt;b&gt;|<p>Text <em>here</em>.</p>\n|/a/")


def test_everything_an_author_writes_is_escaped(site: MakeSite) -> None:
    evil = "\"><script>alert('x')</script>"
    made = site(f"""
-- site.yaml --
title: '{evil.replace("'", "''")}'
description: '{evil.replace("'", "''")}'
-- content/blog/2026-01-01-a.md --
---
title: '{evil.replace("'", "''")}'
description: '{evil.replace("'", "''")}'
tags: ['{evil.replace("'", "''")}']
authors: ['{evil.replace("'", "''")}']
image: /x.png
image_alt: '{evil.replace("'", "''")}'
aliases: [/old/]
---
{{{{< figure src="'><script>alert" alt="<script>alert" caption="<script>alert" >}}}}

{{{{< note title="<script>alert" >}}}}
x
{{{{< /note >}}}}

[x](/a"&lt;script&gt;alert) ![<script>alert](/x.png)

`<script>alert` and &lt;script>alert

```"<script>alert"
<script>alert
```
""")
    made.build()
    for path in made.files():
        if path.endswith((".html", ".xml", ".txt")):
            assert "<script>alert" not in made.read(path), path


@given(
    st.text(st.characters(exclude_categories=()) | st.sampled_from("\0\x0b\ufffe\uffff\ud800\n"))
)
def test_what_has_no_sign_in_xml_is_replaced_wherever_it_stands(text: str) -> None:
    fine = [c in "\t\n\r" or ("\x20" <= c <= "\ud7ff") or "\ue000" <= c <= "\ufffd" for c in text]
    wanted = [c if f or c > "\uffff" else "\ufffd" for c, f in zip(text, fine, strict=True)]
    assert readable(text) == "".join(wanted)


EVERYTHING = """
{% macro twice(text) %}{{ text }}{{ caller() }}{% endmacro %}
{% set kept %}<i>{{ value }}</i>{% endset %}
{{ value }}{{ kept }}{{ value ~ kept }}{{ value|e }}{{ value|string|upper }}{{ value|safe }}
{% call twice(value) %}{{ value }}{% endcall %}
{% for name in [[[]], []] recursive %}{{ value }}{{ loop(name) }}{{ loop.index }}{% endfor %}
{% for name in names %}{{ loop.cycle("<", value) }}{{ name.isoformat() }}{% endfor %}
{% filter upper %}{{ value }}{% endfilter %}{{ joiner("<")() }}{{ range(2)|list }}
{% autoescape flag %}{{ value }}{% endautoescape %}{{ given("<", end=value) }}{{ "%s" % value }}
{{ wants() }}{{ caption.format(value) }}
"""

IN_JINJA2 = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    EVERYTHING.removesuffix("\n")
)


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    file = tmp_path_factory.mktemp("templates") / "all.html"
    file.write_text(EVERYTHING, encoding="utf-8")
    return Templates({"all.html": file}, Path())


VALUES = st.text("a<>&'\" ") | st.integers() | st.booleans() | st.text("a<&").map(Markup)


@given(value=VALUES, flag=st.booleans())
def test_a_template_says_what_it_says_in_jinja2(
    templates: Templates, value: object, flag: bool
) -> None:
    @jinja2.pass_context
    def wants(context: jinja2.runtime.Context) -> object:
        return context["value"]

    context = {
        "value": value,
        "flag": flag,
        "names": [date(2026, 1, 2), date(2026, 1, 3)],
        "caption": Markup("<b>{}</b>"),
        "given": lambda first, end: [first, end],
        "wants": wants,
    }
    assert templates.render("all.html", context) == IN_JINJA2.render(context)
