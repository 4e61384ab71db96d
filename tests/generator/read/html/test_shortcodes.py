"""Shortcodes leave the text before it is parsed, and come back after."""

import time

import pytest
from hypothesis import given, strategies as st

from generator.model.document import Body, Call
from generator.read.html.shortcodes import MARK, mark_shortcodes, unknown_shortcodes

from ....conftest import MakeSite

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["{{<", ">}}", "{{< ", " >}}", "/", "box", "say", " ", '"', "=", "\n", "a", "}", "{"]
        ),
        st.sampled_from(
            ["{{< say hi >}}", '{{< box a="b >}} c" >}}', "{{< /box >}}", "sc0123456789abx0x"]
        ),
    )
).map("".join)


@given(TEXTS)
def test_marks_can_be_put_back(text: str) -> None:
    marked = mark_shortcodes(text)
    back = MARK.sub(lambda m: marked.tags[m[0]].raw if m[0] in marked.tags else m[0], marked.text)
    assert back == text


def only(text: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    (tag,) = mark_shortcodes(text).tags.values()
    return tag.name, tag.arguments, dict(tag.options)


def test_arguments_and_options() -> None:
    assert only('{{< figure "a b.png" width=20 alt="say \'x\' > y" big >}}') == (
        "figure",
        ("a b.png", "big"),
        {"width": "20", "alt": "say 'x' > y"},
    )
    assert only("{{<form newsletter>}}") == ("form", ("newsletter",), {})
    assert only('{{< x "" key="" >}}') == ("x", ("",), {"key": ""})


def test_closing_tags() -> None:
    first, second = mark_shortcodes("{{< box >}}{{</box>}}").tags.values()
    assert (first.name, second.name) == ("box", "/box")


def test_each_knows_its_line() -> None:
    tags = mark_shortcodes("a\n\n{{< x >}}\n{{< y >}}", first_line=10).tags
    assert [tag.line for tag in tags.values()] == [12, 13]


@pytest.mark.parametrize(
    "text", ["{{ x }}", "{{<x\n>}}", "{{< 1 >}}", "{{< >}}", "{{< x", '{{< x "a >}}', "{< x >}"]
)
def test_what_only_looks_like_a_shortcode_stays(text: str) -> None:
    assert mark_shortcodes(text).text == text


def test_a_text_may_hold_the_marks_of_another() -> None:
    other = mark_shortcodes("{{< x >}}")
    assert set(mark_shortcodes(f"{other.text} {{{{< x >}}}}").tags) & set(other.tags) == set()


def test_an_unknown_one_is_an_error_with_the_nearest() -> None:
    call = Call(raw="", name="fgure", arguments=("x",), options={}, line=2)
    known = frozenset({"figure", "form"})
    (error,) = unknown_shortcodes(Body(holes=(call,)), known, path="content/a.md")
    assert str(error) == (
        "content/a.md:2: error: unknown shortcode 'fgure' (did you mean 'figure'?)"
        " [unknown-shortcode]"
    )


@pytest.mark.parametrize(
    "piece", ["{{<", "{{< a ", '{{< a "', '{{< a "b" ', "{{<a>", "{{<   ", "{{< a {", "{{< /a >}}"]
)
def test_hostile_text_is_read_in_one_go(piece: str) -> None:
    began = time.process_time()
    mark_shortcodes(piece * (100_000 // len(piece)))
    mark_shortcodes(piece + " " * 100_000)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('{{< say a "b c" d="e" >}}', "[a b c d=e]"),
        ("{{< say a >}}\n{{< say b >}}", "[a][b]"),
        ("Say {{< say it >}}.", "<p>Say [it].</p>\n"),
        ("*{{< say it >}}*", "<p><em>[it]</em></p>\n"),
        ("{{< box >}}\n\n*in* it\n\n{{< /box >}}", "<div><p><em>in</em> it</p>\n</div>"),
        (
            "{{< box >}}\n\n{{< box >}}\n\na\n\n{{< /box >}}\n\n{{< /box >}}",
            "<div><div><p>a</p>\n</div></div>",
        ),
        ("`{{< say it >}}`", "<p><code>{{&lt; say it &gt;}}</code></p>\n"),
        ("    {{< say it >}}", "<pre><code>{{&lt; say it &gt;}}\n</code></pre>\n"),
        ("```\n{{< say it >}}\n```", "<pre><code>{{&lt; say it &gt;}}\n</code></pre>\n"),
        (
            '<a href="https://x.org/{{< say it >}}">x</a>',
            '<p><a href="https://x.org/{{&lt; say it &gt;}}">x</a></p>\n',
        ),
        (
            "<h2 class=\"{{< say 'it' >}}\">x</h2>",
            '<h2 class="{{&lt; say &#x27;it&#x27; &gt;}}">x</h2>\n',
        ),
        ("<script>{{< say it >}}</script>", "<script>{{< say it >}}</script>\n"),
        ("<!-- {{< say it >}} -->", "<!-- {{< say it >}} -->\n"),
        ("{{< say <b> >}}", "[&lt;b&gt;]"),
    ],
)
def test_where_they_mean_something_and_where_not(tiny: MakeSite, text: str, html: str) -> None:
    made = tiny(f"-- content/a.md --\n---\ntitle: A\n---\n{text}\n")
    made.build()
    assert made.read("a/index.html") == f"<title>A</title>{html}"


def test_highlighted_code_shows_them(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n```text\n{{< say it >}} & more\n```\n")
    made.build()
    assert "{{&lt; say it &gt;}} &amp; more\n</code></pre>" in made.read("a/index.html")


def test_an_image_whose_text_has_one_stays_an_image(tiny: MakeSite) -> None:
    made = tiny('-- content/a.md --\n<img src="x.png" alt="{{< say it >}}">\n')
    made.build()
    assert '<img src="x.png" alt="{{&lt; say it &gt;}}">' in made.read("a/index.html")


def test_a_closing_tag_that_closes_nothing_is_an_error(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\ntitle: A\n---\nx\n\n{{< /box >}}\n")
    assert made.said() == [
        "content/a.md:6: error: there is no open shortcode 'box' to close [shortcode-unopened]",
    ]


def test_both_an_unknown_one_and_an_unopened_one_are_said(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n{{< sai >}}\n{{< /box >}}\n")
    assert made.codes() == ["unknown-shortcode", "shortcode-unopened"]


def test_nesting_has_an_end(tiny: MakeSite) -> None:
    deep = "{{< box >}}" * 2000 + "{{< /box >}}" * 2000
    assert set(tiny(f"-- content/a.md --\n{deep}\n").codes()) == {"shortcode-unopened"}
