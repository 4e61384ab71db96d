"""A small site that asks openly; one change makes it ask in the dark, and it is not built."""

from dataclasses import dataclass

import pytest

from generator.errors import ContentError

from ....conftest import MakeSite

OPEN = """
-- site.yaml --
title: A small site
base_url: https://example.org/
controller: {name: Ana, address: "1 Street, Town", email: ana@example.org}
privacy: privacy.md
-- content/privacy.md --
# Privacy
-- content/guide/index.md --
# A guide

What is in it, and for whom.

{{< form guide >}}
-- content/guide/_gated/guide.pdf --
the gated words
-- content/_purposes/guide.yaml --
lasts: once
wording: Send me the guide, this once
resource: guide/_gated/guide.pdf
-- content/_purposes/newsletter.yaml --
version: 1
wording: Send me the newsletter
-- content/_forms/guide.yaml --
purposes: [guide, newsletter]
fields:
  - {name: email, kind: email, required: true}
  - {name: company}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One file as it must not be, and its twin that is fine."""

    path: str
    dark: str
    light: str
    said: str
    """Code and place of what is found: all of it."""


PAIRS = {
    "a box that a declaration ticks": Pair(
        "content/_purposes/newsletter.yaml",
        "version: 1\nchecked: true\nwording: Send me the newsletter",
        "version: 1\nwording: Send me the newsletter",
        "pre-ticked content/_purposes/newsletter.yaml:2:1",
    ),
    "a box that a theme ticks": Pair(
        "templates/handler/form.html",
        '<form method="post">\n<input type="checkbox" name="purpose" checked>\n</form>',
        '<form method="post">\n<input type="checkbox" name="purpose"{% if box.ticked %} checked'
        "{% endif %}>\n</form>",
        "pre-ticked templates/handler/form.html:2",
    ),
    "a box that an author ticks": Pair(
        "content/a.md",
        '# A\n\n<form action="/f/guide" method="post">\n'
        '<input type=checkbox name="news" checked>\n</form>',
        '# A\n\n<form action="/f/guide" method="post">\n'
        '<input type=checkbox name="news">\n</form>\n\n'
        "    <input type=checkbox name=shown-as-code checked>\n",
        "pre-ticked content/a.md:4",
    ),
    "a permission without a box": Pair(
        "templates/handler/form.html",
        '<form method="post">\n<input type="hidden" name="purpose" value="x">\n</form>',
        '<form method="post">\n<input type="hidden" name="page" value="x">\n</form>',
        "hidden-consent templates/handler/form.html:2",
    ),
    "one box for two purposes": Pair(
        "content/_forms/guide.yaml",
        "title: The guide\npurposes:\n  - [guide, newsletter]",
        "title: The guide\npurposes:\n  - guide\n  - newsletter",
        "bundled-consent content/_forms/guide.yaml:3:5",
    ),
    "a box that must be ticked": Pair(
        "content/_forms/guide.yaml",
        "purposes:\n  - guide\n  - newsletter\nfields:\n"
        "  - name: newsletter_consent\n    required: true",
        "purposes:\n  - guide\n  - newsletter\nfields:\n"
        "  - name: company\n    required: true",
        "required-consent content/_forms/guide.yaml:6:5",
    ),
    "a guide that demands the newsletter": Pair(
        "content/_purposes/guide.yaml",
        "wording: Send me the guide and the newsletter\nresource: guide/_gated/guide.pdf",
        "lasts: once\nwording: Send me the guide\nresource: guide/_gated/guide.pdf",
        "demands-newsletter content/_purposes/guide.yaml:2:1",
    ),
    "a controller who does not read": Pair(
        "site.yaml",
        "title: T\nprivacy: privacy.md\ncontroller:\n  name: Ana\n  address: 1 Street\n"
        "  email: No-Reply@example.org",
        "title: T\nprivacy: privacy.md\ncontroller:\n  name: Ana\n  address: 1 Street\n"
        "  email: norberto@example.org",
        "no-reply site.yaml:6:3",
    ),
    "a form without a privacy notice": Pair(
        "site.yaml",
        "title: T\ncontroller: {name: Ana, address: 1 Street}",
        "title: T\ncontroller: {name: Ana, address: 1 Street}\nprivacy: privacy.md",
        "no-privacy-notice content/_forms/guide.yaml:1:1",
    ),
    "a form that nobody answers for": Pair(
        "site.yaml",
        "title: T\nprivacy: privacy.md",
        "title: T\nprivacy: privacy.md\ncontroller: {name: Ana, address: 1 Street}",
        "no-controller content/_forms/guide.yaml:1:1",
    ),
    "a form over the page": Pair(
        "templates/page.html",
        '<main>{{ page.content }}</main>\n<div style="position: fixed; inset: 0">\n'
        '{{ view.form("guide") }}\n</div>',
        '<main>{{ page.content }}</main>\n<div style="position: sticky; top: 0">\n'
        '{{ view.form("guide") }}\n</div>',
        "overlay templates/page.html:3",
    ),
    "a dialogue that is open": Pair(
        "content/a.md",
        "# A\n\n<dialog open>\nSubscribe!\n</dialog>",
        "# A\n\n<dialog>\nSubscribe!\n</dialog>",
        "overlay content/a.md:3",
    ),
    "a script that holds back who leaves": Pair(
        "static/site.js",
        'const box = 1\ndocument.addEventListener("mouseleave", () => show())',
        '// document.addEventListener("mouseleave", show)\n'
        'card.addEventListener("mouseleave", () => hide())',
        "exit-intent static/site.js:2",
    ),
    "a window that opens by itself": Pair(
        "static/site.js",
        "const d = one('dialog')\nsetTimeout(() => d.showModal(), 5000)",
        'addEventListener("load", () => {\n  b.addEventListener("click", () => d.showModal())\n})',
        "pop-up static/site.js:2",
    ),
    "a tracker in the theme": Pair(
        "templates/partials/head.html",
        "<meta charset=utf-8>\n<script async\n"
        ' src="https://www.googletagmanager.com/gtag/js?id={{ site.title }}"></script>',
        '<meta charset=utf-8>\n<script async src="{{ view.url("/count.js") }}"></script>',
        "tracker templates/partials/head.html:3",
    ),
    "a tracker in a script of the theme's": Pair(
        "templates/partials/head.html",
        "<script>\n\nj.src='https://www.googletagmanager.com/gtm.js?id='+i;\n</script>",
        "<script>\n\nj.src='/count.js?id='+i;\n</script>",
        "tracker templates/partials/head.html:3",
    ),
    "a pixel in a text": Pair(
        "content/a.md",
        '# A\n\nHello.\n\n<img src="https://x.example.net/p.gif" width="1" height="1" alt="">',
        '# A\n\nHello.\n\n<img src="https://x.example.net/p.gif" width="100" height="100" alt="">',
        "tracking-pixel content/a.md:5",
    ),
    "somebody else's script": Pair(
        "templates/partials/head.html",
        '<meta charset=utf-8>\n<script src="https://cdn.example.net/x.js"></script>',
        '<meta charset=utf-8>\n<script src="https://example.org/x.js"></script>',
        "third-party-script templates/partials/head.html:2",
    ),
    "somebody else's fonts": Pair(
        "static/fonts.css",
        "body {}\n@import url('https://fonts.googleapis.com/css2?family=Lato');",
        "body {}\n@import url('/lato.css');",
        "third-party-style static/fonts.css:2",
    ),
    "an image in a mail": Pair(
        "templates/handler/mail/layout.html",
        "<body>\n<img src=\"{{ site }}/open.gif\">{% block main %}{% endblock %}</body>",
        "<body>\n{% block main %}{% endblock %}</body>",
        "mail-pixel templates/handler/mail/layout.html:2",
    ),
    "a gated file that is not there": Pair(
        "content/_purposes/guide.yaml",
        "lasts: once\nwording: Send me the guide\nresource: guide/_gated/gide.pdf",
        "lasts: once\nwording: Send me the guide\nresource: guide/_gated/guide.pdf",
        "unknown-resource content/_purposes/guide.yaml:3:1",
    ),
    "a gate that no page shows": Pair(
        "content/guide/index.md",
        "# A guide\n\nWhat is in it.",
        "# A guide\n\nWhat is in it.\n\n{{< form guide >}}",
        "gate-without-page content/_forms/guide.yaml:1:1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_it_is_refused_where_it_stands(site: MakeSite, name: str) -> None:
    pair = PAIRS[name]
    made = site(f"{OPEN}-- {pair.path} --\n{pair.dark}\n")
    with pytest.raises(ContentError) as refused:
        made.build()
    assert [f"{d.code} {d.at}" for d in refused.value.diagnostics] == [pair.said]
    assert all(found.hint for found in refused.value.diagnostics)
    assert not made.public.exists()


@pytest.mark.parametrize("name", PAIRS)
def test_its_twin_is_fine(site: MakeSite, name: str) -> None:
    pair = PAIRS[name]
    made = site(f"{OPEN}-- {pair.path} --\n{pair.light}\n")
    assert made.said() == []
