"""A plan holds the recipes, checks, shortcodes and filters that it was made with."""

from collections.abc import Iterator

from msgspec.structs import replace

from generator.model.diagnostic import Diagnostic, Location, warning
from generator.model.document import Document
from generator.model.output import Output
from generator.model.site import Site
from generator.plan.full import plan_site
from generator.plan.plan import BUILT_IN, render
from generator.render.page_context import PageContext

from ...conftest import MakeSite


class Urls:
    """Writes the URLs of all pages into one file."""

    def plan(self, site: Site) -> Iterator[Output]:
        if site.documents:
            yield Output(path="urls.txt", recipe="urls", origin="the URLs")

    def render(self, output: Output, context: PageContext) -> bytes:
        return "\n".join([output.path, *(place.url for place in context.places())]).encode()


def shouted(document: Document, *_: object) -> Iterator[Diagnostic]:
    if document.title.isupper():
        yield warning("shouted", "the title shouts", at=Location(path=document.source.path))


def test_each_kind_of_extension_takes_part(tiny: MakeSite) -> None:
    site = tiny("""
-- content/a.md --
---
title: LOUD
---
{{< twice "x" >}}{{< say "y" >}}
-- more/twice.html --
{{ arguments[0]|doubled }}
-- more/say.html --
the theme's own is used
""")
    extensions = replace(
        BUILT_IN,
        recipes={**BUILT_IN.recipes, "urls": Urls()},
        checks=replace(BUILT_IN.checks, of_document=(*BUILT_IN.checks.of_document, shouted)),
        shortcodes={name: site.root / f"more/{name}.html" for name in ("twice", "say")},
        filters={"doubled": lambda text: text * 2},
    )
    plan = plan_site(site.config(), extensions)
    outputs = {output.path: output for output in plan.outputs}
    assert [finding.code for finding in plan.diagnostics] == ["shouted"]
    assert render(plan, outputs["urls.txt"]) == b"urls.txt\n/\n/a/"
    assert b"xx[y]" in bytes(render(plan, outputs["a/index.html"]))


def test_a_plan_without_more_is_made_with_what_is_built_in(tiny: MakeSite) -> None:
    assert tiny("-- content/a.md --\nx\n").plan().extensions is BUILT_IN
