"""The plan after a change of the theme alone: pages look different and say the same.

It's the plan of the last build: nothing is read, assembled or planned again, and only the
templates are checked again. If that may not be enough, there is no such plan.
"""

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from ..check import consent
from ..incremental.answer_digests import ThemeEdit
from ..model.diagnostic import Diagnostic, in_order
from ..model.site import Site
from ..render.theme import Theme, load_theme
from .plan import Plan, markup_of, renderer_of


def plan_after_theme(plan: Plan) -> Plan | None:
    """Return the plan after files of the theme may have changed, and nothing else.

    None if that's not enough to know it.
    """
    config, before = plan.config, plan.renderer.theme
    theme = load_theme(config.theme, config.root)
    site = _with_templates(plan.site, theme, config.root)
    if not _plans_equally(before, theme):
        return None
    if consent.theme_premises(plan.site) != consent.theme_premises(site):
        return None
    return replace(
        plan,
        site=site,
        diagnostics=in_order(_checked_again(plan.diagnostics, site)),
        renderer=renderer_of(config, theme, site),
        edit=ThemeEdit(),
    )


def _plans_equally(before: Theme, after: Theme) -> bool:
    """Tell whether both themes give a site the same outputs: shortcodes and layouts are names."""
    return (before.templates, before.asset_names) == (after.templates, after.asset_names)


def _with_templates(site: Site, theme: Theme, root: Path) -> Site:
    templates = markup_of(theme, root)
    paths = {file.path for file in templates}
    others = (file for file in site.markup if file.path not in paths)
    return replace(site, markup=(*templates, *others))


def _checked_again(diagnostics: Iterable[Diagnostic], site: Site) -> list[Diagnostic]:
    """Return the diagnostics, with new ones of templates and files instead of theirs."""
    checked = {file.path for file in site.markup}
    others = [each for each in diagnostics if each.at is None or each.at.path not in checked]
    return [*others, *consent.check(site)]
