"""What is found in texts, themes and declarations, and what is left alone."""

import pytest

from generator.build import BuildResult, Options, build
from generator.errors import ContentError, TemplateError

from ....conftest import MakeSite
from ....site import NOW, SmallSite
from .test_dark_patterns import OPEN


def publish(site: SmallSite) -> BuildResult:
    """As the command builds: what an earlier build knows is used."""
    return build(Options(str(site.root)), now=NOW)


@pytest.mark.parametrize(
    ("purposes", "said"),
    [
        ("purposes: [guide newsletter]", "bundled-consent content/_forms/guide.yaml:1:12"),
        ('purposes: ["guide, newsletter"]', "bundled-consent content/_forms/guide.yaml:1:12"),
        (
            "purposes: [guide, {purpose: newsletter, required: true}]",
            "required-consent content/_forms/guide.yaml:1:41",
        ),
        (
            "purposes: [guide, {purpose: newsletter, checked: true}]",
            "pre-ticked content/_forms/guide.yaml:1:41",
        ),
        (
            "purposes: [guide]\nfields:\n  - {name: terms, kind: checkbox}",
            "consent-field content/_forms/guide.yaml:3:19",
        ),
    ],
)
def test_a_form_that_asks_in_another_spelling(site: MakeSite, purposes: str, said: str) -> None:
    made = site(f"{OPEN}-- content/_forms/guide.yaml --\n{purposes}\n")
    assert [f"{found.code} {found.at}" for found in made.diagnostics()] == [said]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("<script src=//bat.bing.com/x.js></script>", ["tracker"]),
        ("<script src=https://notbing.com/x.js></script>", ["third-party-script"]),
        ("<iframe src='https://www.facebook.com/plugins/like.php'></iframe>", ["tracker"]),
        ("<iframe src='https://www.youtube.com/embed/x'></iframe>", ["tracking-embed"]),
        ("<iframe src='https://www.youtube-nocookie.com/embed/x'></iframe>", []),
        ("[Meta](https://www.facebook.com/) ![x](https://example.net/x.png)", []),
        ("<a href=/ ping='https://www.google-analytics.com/p'>x</a>", ["tracker"]),
        ("![x](https://www.google-analytics.com/collect?v=1)", ["tracker"]),
        ("`<script src='https://www.googletagmanager.com/x.js'></script>`", []),
        ("<script src=https://chimpstatic.com/mcjs.js></script>", ["pop-up"]),
        ("<link rel=stylesheet href='https://fonts.googleapis.com/css'>", ["third-party-style"]),
        ("<img src='https://x.net/p.gif' alt='' style='display:none'>", ["tracking-pixel"]),
        ("<img src='/p.gif' alt='' width=1 height=1>", ["missing-image"]),
        ("<input type=checkbox checked disabled name=done>", []),
        ("<input type=checkbox checked> <input type=radio name=r checked>", []),
        ("<div style='position:fixed; inset:0'>\n\n{{< form guide >}}\n\n</div>", ["overlay"]),
        ("<div style='position:fixed; top:0'>\n\n{{< form guide >}}\n\n</div>", []),
        ("<div style='position:fixed; inset:0'></div>\n\n{{< form guide >}}", []),
        ("<div class=veil>\n\n{{< form guide >}}\n\n</div>", ["overlay"]),
        ("<div class='x search'><form action=/s><input name=q></form></div>", []),
        ("<!-- <dialog open> <script src=https://bat.bing.com/x.js></script> -->", []),
    ],
)
def test_what_is_found_in_a_text(site: MakeSite, text: str, codes: list[str]) -> None:
    styles = "-- static/x.css --\n.veil, .x { position: fixed; inset: 0 } /* .y {} */\n"
    made = site(f"{OPEN}{styles}-- content/a.md --\n# A\n\n{text}\n")
    found = made.diagnostics()
    assert [finding.code for finding in found] == codes
    assert [finding.at.line for finding in found if finding.at] == [
        5 if code == "overlay" else 3 for code in codes
    ]


def test_a_form_in_a_window_that_is_opened_is_a_question_of_taste(site: MakeSite) -> None:
    made = site(
        f"{OPEN}-- static/x.css --\n.veil {{ display: none; position: fixed; inset: 0 }}\n"
        "-- content/a.md --\n# A\n\n<div class=veil>\n\n{{< form guide >}}\n\n</div>\n"
    )
    assert [str(found.severity) for found in made.diagnostics()] == ["warning"]


def test_a_script_that_the_site_declares_is_its_own_choice(site: MakeSite) -> None:
    script = "-- content/a.md --\n# A\n\n<script src=https://cdn.example.net/x.js></script>\n"
    made = site(OPEN + script)
    [found] = made.diagnostics()
    # The pages' own policy does not load it: the author should know, and nobody is followed.
    assert (found.code, found.severity) == ("third-party-script", "warning")
    trusted = "content_security_policy: {script-src: \"'self' https://cdn.example.net\"}\n"
    made.write(OPEN.replace("privacy: privacy.md\n", f"privacy: privacy.md\n{trusted}"))
    assert made.codes() == []


def test_without_a_policy_in_its_pages_it_would_be_loaded(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n# A\n\n<script src=https://cdn.example.net/x.js></script>\n")
    [found] = made.diagnostics()
    assert (found.code, found.severity) == ("third-party-script", "error")


def test_no_policy_lets_a_tracker_in(site: MakeSite) -> None:
    trusted = "content_security_policy: {script-src: https://www.googletagmanager.com}\n"
    text = (
        "-- content/a.md --\n# A\n\n<script src=https://www.googletagmanager.com/g.js></script>\n"
    )
    made = site(OPEN.replace("privacy: privacy.md\n", f"privacy: privacy.md\n{trusted}") + text)
    assert made.codes() == ["tracker"]


def test_a_gate_may_wait_for_a_page_that_is_not_shown_yet(site: MakeSite) -> None:
    made = site(OPEN.replace("# A guide", "---\ndate: 2026-12-24\n---\n# A guide"))
    assert made.codes() == []


def test_beside_a_gated_file_stands_a_document(site: MakeSite) -> None:
    elsewhere = OPEN.replace("-- content/guide/index.md --", "-- content/elsewhere.md --")
    [found] = site(elsewhere).diagnostics()
    assert str(found).startswith(
        "content/_purposes/guide.yaml:3:1: error: 'guide/_gated/guide.pdf' is gated, and no open"
        " page describes it (write content/guide/index.md"
    )


def test_a_form_that_a_template_shows_is_offered(site: MakeSite) -> None:
    text = "-- content/guide/index.md --\n# A guide\n-- templates/partials/footer.html --\n"
    assert site(OPEN + text + "{{ view.form('guide') }}\n").codes() == []
    assert site(OPEN + text + "{{ view.form(page.extra.form) }}\n").codes() == []
    assert site(OPEN + text + "{{ view.form('other') }}\n").codes() == ["gate-without-page"]


def test_a_file_that_no_form_gives_away(site: MakeSite) -> None:
    made = site(OPEN.replace("purposes: [guide, newsletter]", "purposes: [newsletter]"))
    assert [str(found.severity) for found in made.diagnostics()] == ["warning"]
    assert made.codes() == ["gate-without-form"]


def test_an_edit_that_shuts_the_page_of_a_gate_is_noticed(site: MakeSite) -> None:
    made = site(OPEN)
    publish(made)
    made.put("content/guide/index.md", "# A guide\n\nWhat is in it.\n")
    with pytest.raises(ContentError) as refused:
        publish(made)
    assert [found.code for found in refused.value.diagnostics] == ["gate-without-page"]


def test_an_edit_that_brings_a_tracker_is_refused(site: MakeSite) -> None:
    made = site(OPEN + "-- content/a.md --\n# A\n\nHello.\n")
    publish(made)
    made.put("content/a.md", "# A\n\nHello.\n\n<dialog open>x</dialog>\n")
    with pytest.raises(ContentError) as refused:
        publish(made)
    assert [str(found.at) for found in refused.value.diagnostics] == ["content/a.md:5"]
    made.put("content/a.md", "# A\n\nHello.\n")
    publish(made)


def test_a_theme_that_ticks_a_box_by_a_detour_is_refused_as_well(site: MakeSite) -> None:
    text = (
        "-- templates/handler/form.html --\n"
        "{% set mark = 'check' ~ 'ed' %}<form method=post>\n"
        '<input type="checkbox" name="purpose" {{ mark }}></form>\n'
    )
    made = site(OPEN + text)
    assert made.codes() == []
    with pytest.raises(TemplateError, match="ticked beforehand"):
        made.build()
