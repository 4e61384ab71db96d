"""What is found wrong with a site before anything is rendered."""

import re
from pathlib import Path

import pytest

from forms.web.routes import PREFIXES, PROBES
from generator.check.routes import HANDLER_ROUTES

from ...conftest import MakeSite
from ..test_build import FORMS

ROOT = Path(__file__).parents[3]

OTHERS = """
-- content/b.md --
# B

## Part two

{anchor}
-- content/hidden.md --
---
draft: true
---
-- static/pic.png --
x
"""


@pytest.mark.parametrize(
    "text",
    [
        "[b](b.md) [b](/b/) [b](/b) [b](../b/) [b](b.md#part-two) [b](/b/#Part%20two-x)",
        "[b](b.md#top) [b](b.md#) [b](b.md#:~:text=B) [here](#own) <a id=own></a>",
        "[pic](/pic.png) ![pic](/pic.png) [feed](/sitemap.xml) [home](/) [x](https://x.org/#y)",
        "<img src=/pic.png alt=''> [mail](mailto:a@x.org)",
    ],
)
def test_what_leads_somewhere_is_fine(tiny: MakeSite, text: str) -> None:
    made = tiny(
        f"-- content/a.md --\n{text}\n{OTHERS}".replace("{anchor}", '<a id="Part two-x"></a>')
    )
    assert made.said() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x](bb.md)", "'bb.md' leads nowhere (did you mean 'b.md'?) [dead-link]"),
        ("[x](/nowhere/)", "'/nowhere/' leads nowhere [dead-link]"),
        ("<a href=/nowhere/>x</a>", "'/nowhere/' leads nowhere [dead-link]"),
        (
            "[x](hidden.md)",
            "'hidden.md' leads nowhere (that document is not published: draft) [dead-link]",
        ),
        (
            "[x](_gated/x.pdf)",
            "'_gated/x.pdf' leads nowhere (gated files are only delivered by a form) [dead-link]",
        ),
        (
            "[x](b.md#part-tow)",
            "'b.md#part-tow': there is no '#part-tow' in content/b.md"
            " (did you mean 'part-two'?) [dead-anchor]",
        ),
        ("[x](#gone)", "'#gone': there is no '#gone' in content/a.md [dead-anchor]"),
        (
            "![x](gone.png)",
            "there is no image 'gone.png' (add the file, or correct the path) [missing-image]",
        ),
        (
            "<img src=/pic.png>",
            '\'/pic.png\' has no alt text (add alt="…", or alt="" if the image is decorative)'
            " [no-alt]",
        ),
    ],
)
def test_what_leads_nowhere_is_a_warning_on_its_line(tiny: MakeSite, text: str, said: str) -> None:
    made = tiny(f"-- content/a.md --\nx\n\n{text}\n{OTHERS}")
    assert made.said() == [f"content/a.md:3: warning: {said}"]


def test_an_anchor_that_a_shortcode_may_make_is_not_complained_of(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n[x](#made)\n\n{{< say x >}}\n")
    assert made.said() == []


def test_a_dead_link_within_a_shortcode_is_found(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n{{< box >}}\n\n[x](gone.md)\n\n{{< /box >}}\n")
    assert made.codes() == ["dead-link"]


def test_the_image_of_a_document_is_there(tiny: MakeSite) -> None:
    made = tiny("-- content/a.md --\n---\nimage: gone.png\n---\n")
    assert made.said() == [
        "content/a.md:2:1: warning: there is no image 'gone.png'"
        " (add the file, or correct the path) [missing-image]"
    ]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("content/f/a.md", True),
        ("content/unsubscribe.md", True),
        ("content/healthz.md", True),
        ("content/healthz-explained.md", False),
        ("content/forms-we-like.md", False),
        ("content/blog/f/a.md", False),
    ],
)
def test_site_and_handler_do_not_claim_the_same_paths(
    site: MakeSite, path: str, reserved: bool
) -> None:
    text = f"{FORMS}-- {path} --\n# A\n"
    assert ("reserved-path" in site(text).codes()) is reserved
    apart = text.replace("privacy: privacy", "forms: {url: https://x.org}\nprivacy: privacy")
    assert "reserved-path" not in site(apart).codes()
    below = text.replace("https://example.org/", "https://example.org/sub/")
    assert "reserved-path" not in site(below).codes()


def test_findings_come_in_order(tiny: MakeSite) -> None:
    made = tiny("-- content/b.md --\n[x](y)\n-- content/a.md --\nx\n\n[x](z)\n[x](y)\n")
    assert [str(found.at) for found in made.diagnostics()] == [
        *("content/a.md:3", "content/a.md:4", "content/b.md:1"),
    ]


def test_the_reserved_paths_are_those_of_the_handler() -> None:
    prefixes = {prefix.strip("/") for prefix in PREFIXES}
    assert prefixes | {probe.strip("/") for probe in PROBES} | {"metrics"} == HANDLER_ROUTES


@pytest.mark.parametrize("page", ["operations.md", "operations.es.md"])
def test_web_servers_in_front_are_told_of_every_path(page: str) -> None:
    text = (ROOT / "content/docs" / page).read_text(encoding="utf-8")
    nginx = re.search(r"location ~ \^/\(([a-z|]+)\)/", text)
    caddy = re.search(r"@handler path (.+)", text)
    assert nginx is not None
    assert caddy is not None
    assert {f"/{name}/" for name in nginx[1].split("|")} == set(PREFIXES)
    assert {path.removesuffix("*") for path in caddy[1].split()} == set(PREFIXES)
