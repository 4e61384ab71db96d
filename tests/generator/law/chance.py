"""What may happen, by chance: the words of the edits, and how often each comes."""

from collections.abc import Callable, Mapping, Sequence

from hypothesis import strategies as st

from . import edits
from .edits import Edit

ENGLISH = ["blog/one", "blog/two", "blog/four", "notes/eight", "notes/nine", "notes/ten"]
OTHERS = ["about", "blog/two.es", "blog/three.es", "blog/draft", "guides/six/index"]
SECTIONS = ["_index", "blog/_index", "blog/_index.es", "notes/_index"]
NAMES = st.sampled_from([*ENGLISH, *OTHERS])
DESCRIBED = st.sampled_from([*ENGLISH, *ENGLISH, *OTHERS, *OTHERS, *SECTIONS])

TITLES = ["One", "Two", "Alpha", "omega", "'[x] & \"y\" <b>'", "Ñandú", None]
MOMENTS = ["2026-01-02", "2026-01-02T00:00:01Z", "2026-01-01", "2026-11-22", "2027-02-02", None]
SAID: Mapping[str, Sequence[str | None]] = {
    "title": TITLES,
    "date": MOMENTS,
    "description": ["Short.", "Longer 'than' that.", None],
    "summary": ["In short.", None],
    "lastmod": MOMENTS,
    "expires": ["2026-11-22", "2026-01-01", None],
    "weight": ["1", "2", "-1", "0", None],
    "tags": ["[a, b]", "[b, a]", "[A]", "[a]", "[Foo]", "[foo, c]", "a, 'C#'", None],
    "aliases": ["[/ten/]", "[/old/, older]", "[/notes/nine/]", None],
    "permalink": ["/elsewhere/", "/elsewhere/file.html", "/blog/two/", None],
    "slug": ["slow", "Two", None],
    "translation_key": ["blog/two", "other", None],
    "draft": ["true", "false", None],
    "layout": ["wide", "none", None],
    "image": ["pic.png", "/blog/pic.png", "gone.png", None],
    "image_alt": ["A picture", None],
    "authors": ["[Ana, Bo]", "[Bo, Ana]", None],
    "extra": ["{mood: good}", "{mood: [1, 2]}", None],
    # What an author has to mend.
    "descripton": ["x", None],
    "colour": ["x", None],
}
BROKEN = st.sampled_from(
    [
        ("draft", "maybe"),
        ("date", "2026-02-30"),
        ("weight", "heavy"),
        ("tags", "[a"),
        ("title", "]"),
    ]
)
PIECES = st.sampled_from(
    [
        "alpha",
        "## Part",
        "## Part two",
        "### Part\n\n# Another",
        "[x](two.md#part)",
        "[x](/notes/nine.md#part) and [](one.md)",
        "[y](/blog/four/) [z](#part) [w](gone.md)",
        "![x](pic.png)",
        '![an "x" ‘y’](pic.png) ![](/blog/pic.png)',
        '<img src="gone.png"> <a href="two.md">raw</a>',
        "{{< form news >}}",
        "{{< picture pic.png >}}",
        "{{< picture gone.png >}}",
        "{{< box width=2 >}}\n\nin *it*\n\n{{< /box >}}",
        "{{< bix >}}",
        "{{< form gone >}}",
        # What the two engines are known to read differently, or were.
        "| a | b |\n|---|---|\n| `c` | [d](two.md) |",
        "Note[^1] and[^x].\n\n[^1]: The *note*.\n[^x]: [Another](two.md).",
        "ends in a space\N{NO-BREAK SPACE}",
        "\N{NO-BREAK SPACE}\n\nmore\N{IDEOGRAPHIC SPACE}",
        ">",
        "> quote\nthat goes on\n\n>\n> ",
        "1. one\n2.\n- \n  ```\n  code\n  ```",
        "```python\nprint('x')\n```",
        "~~gone~~ ~one~ `` ` `` \\* &amp; &copy; <https://example.org/é>",
        "a\tb  \nc <!-- d --> [e]: f",
        "[r]\n\n[r]: /blog/four/ 'title'",
    ]
)
WORDS = st.sampled_from([("Part", "Piece"), ("Piece", "Part"), ("two.md", "one.md"), ("a", "e")])
SETTINGS: Mapping[str, Sequence[str | None]] = {
    "title": ["Mine", "Yours"],
    "page_size": ["1", "3", None],
    "base_url": ["https://example.org/", "https://example.org/sub/"],
    "feed": ["{limit: 1}", None],
    "permalinks": ["{blog: '/:year/:month/:slug/'}", "{notes: '/:slug/'}", None],
    "taxonomies": ["[tags, topics]", "[]", None],
    "time_zone": ["America/New_York", None],
    "menu": ["[about.md]", "[blog/_index.md, gone.md, notes/ten.md]", None],
    "languages": ["{en: {}, es: {}}", "{en: {}}", "{es: {}, en: {title: Mine}}"],
    "theme": ["own", "default"],
    "theme_options": ["{a: b}", None],
    "forms": ["{url: 'https://forms.example.org/'}", None],
    "privacy": ["about.md", "gone.md"],
    "controller": ["{name: Ana, address: 1 Street}", "{name: Bo, address: 1 Street}"],
}
FILES: Mapping[str, Sequence[str]] = {
    "content/blog/pic.png": ["not really", "really"],
    "content/guides/six/plan.txt": ["a plan", "another"],
    "content/guides/_gated/guide.pdf": ["the gated words", "other gated words"],
    "content/_forms/news.yaml": [
        "purposes: [news]\n",
        "purposes: [news]\ntitle: Now\n",
        "title: x",
    ],
    "content/_purposes/news.yaml": ["wording: {en: News., es: Noticias.}", "wording: {en: News.}"],
    "data/team.yaml": ["- Ana\n", "- Bo\n- Ana\n"],
    "static/robot.txt": ["beep", "boop"],
    "static/notes/ten/index.html": ["on the same path"],
    "templates/partial.html": ["mine", "{{ page.title }}", "{% if"],
    "templates/shortcodes/bix.html": ["bix"],
    "themes/own/templates/wide.html": ["wide {{ page.content }}"],
    "themes/own/static/site.css": ["p {}", "a {}"],
    "themes/own/texts/es.yaml": ["not_found_title: Nada\n"],
}
PUBLISHED = st.sampled_from(
    [
        f"public/{path}"
        for path in (
            *("index.html", "blog/one/index.html", "blog/two/index.html", "blog/index.html"),
            *("feed.xml", "sitemap.xml", "tags/a/index.html", "blog/pic.png", "ten/index.html"),
        )
    ]
)
DROPPED = st.sampled_from(["handler/**/*", "public/**/*", "public/blog/**/*", edits.CACHES])


Chance = st.SearchStrategy[Edit]


def _edit(do: Callable[..., None], *words: st.SearchStrategy[object]) -> Chance:
    return st.builds(Edit, st.just(do), st.tuples(*words))


def _of(words: Mapping[str, Sequence[str | None]]) -> st.SearchStrategy[tuple[str, str | None]]:
    return st.sampled_from([(key, value) for key, values in words.items() for value in values])


def _with(do: Callable[..., None], *words: st.SearchStrategy[object]) -> Chance:
    """The last word is two."""
    return st.tuples(*words).map(lambda said: Edit(do, (*said[:-1], *said[-1])))


TEXT: Sequence[Chance] = [
    _with(edits.state, DESCRIBED, _of(SAID)),
    _edit(edits.add, NAMES, PIECES),
    _edit(edits.cut, NAMES, st.integers(0, 3)),
    _with(edits.replace, NAMES, WORDS),
]
RARE: Sequence[Chance] = [
    _with(edits.state, NAMES, BROKEN),
    _edit(edits.swap_letters, NAMES),
    _edit(edits.save_unchanged, NAMES),
    _edit(edits.delete, DESCRIBED),
    _edit(edits.rename, NAMES, NAMES),
    _edit(edits.swap, NAMES, NAMES),
    _edit(edits.move_section, st.sampled_from(["notes", "log"]), st.sampled_from(["notes", "log"])),
    _with(edits.settle, _of(SETTINGS)),
    _with(edits.put, _of(FILES)),
    _edit(edits.remove, st.sampled_from(sorted(FILES))),
    _edit(edits.wait, st.sampled_from([0, 1, -24, 24, 2400])),
    _edit(edits.show, st.booleans(), st.booleans()),
    _edit(edits.damage, PUBLISHED, st.sampled_from(["tampered", "", None])),
    _edit(edits.drop, DROPPED),
    _edit(edits.forget, st.integers(0, 9)),
    _edit(edits.spoil, st.integers(0, 30), st.sampled_from([0, 20, 40, 400])),
    _edit(edits.undo),
]
TEXTS = st.one_of(TEXT)
"""What an author does all day."""

EDITS = st.one_of(*TEXT, *TEXT, *RARE)
"""And whatever else may happen."""
