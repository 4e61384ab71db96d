"""The plan after a change: the smallest piece of work that is known to be enough.

It's the plan of the last build with what changed in it. An edit of texts leaves every document in
its place, as most edits do, and an edit of the theme leaves what pages say. Nothing else is read,
assembled, planned or checked again. If that may not be enough, there is no such plan.
"""

from collections.abc import Container, Mapping
from typing import assert_never

from msgspec.structs import replace

from ..check import check_documents, consent
from ..check.links import sources_with_linked_anchors
from ..incremental.answer_digests import TextEdit, ThemeEdit
from ..incremental.changes import Anything, Changes, TextsChanged, ThemeChanged, Unchanged
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Call, Document, Source, shortcode_arguments
from ..model.file_stat import FileStat
from ..model.site import Site
from ..read.documents import Reading, read_document
from ..render.theme import load_theme
from .plan import Plan, markup_of, renderer_of
from .substitute import substitute


def plan_after(changes: Changes, last_plan: Plan) -> Plan | None:
    """Return the plan that a whole planning would make; None if only that can tell."""
    match changes:
        case Unchanged():
            return last_plan
        case TextsChanged(files=files):
            return plan_after_texts(last_plan, files)
        case ThemeChanged():
            return plan_after_theme(last_plan)
        case Anything():
            return None
        case _:
            assert_never(changes)


def plan_after_texts(plan: Plan, files: Mapping[str, FileStat]) -> Plan | None:
    """Return the plan after sources, by path -> stat, may have changed, and nothing else.

    None if that's not enough to know it.
    """
    before = {path: plan.site.by_source[path] for path in files if path in plan.site.by_source}
    if plan.anchored is None or len(before) < len(files):
        return None
    readings = {
        path: _read(plan, replace(old.source, location=f"{plan.config.root}/{path}", stat=stat))
        for (path, old), stat in zip(before.items(), files.values(), strict=True)
    }
    after = {path: reading.document for path, reading in readings.items() if reading.document}
    site = substitute(plan.site, after.values()) if len(after) == len(before) else None
    if site is None or _may_break_links(before, after, site, plan.anchored):
        return None
    if any(shortcode_arguments(before[p]) - shortcode_arguments(after[p]) for p in before):
        return None  # perhaps a form is on no page any more, which the catalogue has to judge
    diagnostics = [each for each in plan.diagnostics if not _is_in(each, files)]
    diagnostics += [each for reading in readings.values() for each in reading.findings]
    diagnostics += check_documents(after.values(), site, plan.outputs, plan.extensions.checks)
    return replace(
        plan,
        site=site,
        diagnostics=in_order(diagnostics),
        renderer=plan.renderer.of(site),
        edit=TextEdit(
            paths=frozenset(files),
            metadata_changed=any(before[path].digest != after[path].digest for path in before),
            lastmod_changed=any(before[path].lastmod != after[path].lastmod for path in before),
        ),
    )


def _read(plan: Plan, source: Source) -> Reading:
    settings, shortcodes = plan.site.settings, plan.theme.shortcodes
    return plan.documents.read_again(
        source, lambda source, raw, known: read_document(source, raw, settings, shortcodes, known)
    )


def _may_break_links(
    before: Mapping[str, Document],
    after: Mapping[str, Document],
    site: Site,
    anchored: frozenset[str],
) -> bool:
    """Tell whether links to anchors, of these documents or to them, may be judged differently."""
    changed = any(
        _targets(before[path]) != _targets(after[path]) for path in anchored & before.keys()
    )
    return changed or not sources_with_linked_anchors(after.values(), site) <= anchored


def _targets(document: Document) -> tuple[frozenset[str], bool]:
    """Return what decides where in the document links may lead, see `check.links`."""
    return document.body.anchors, any(isinstance(hole, Call) for hole in document.body.holes)


def plan_after_theme(plan: Plan) -> Plan | None:
    """Return the plan after files of the theme may have changed, and nothing else.

    None if that's not enough to know it.
    """
    config, before = plan.config, plan.theme
    theme = load_theme(config.theme, config.root)
    # Shortcodes and layouts are names of templates: with these equal, so are the outputs.
    if (before.templates, before.asset_names) != (theme.templates, theme.asset_names):
        return None
    templates = markup_of(theme, config.root)
    paths = {file.path for file in templates}
    markup = (*templates, *(file for file in plan.site.markup if file.path not in paths))
    site = replace(plan.site, markup=markup)
    if consent.theme_premises(plan.site) != consent.theme_premises(site):
        return None
    # Templates and files are checked again.
    checked = {file.path for file in markup}
    diagnostics = [each for each in plan.diagnostics if not _is_in(each, checked)]
    return replace(
        plan,
        theme=theme,
        site=site,
        diagnostics=in_order([*diagnostics, *consent.check(site)]),
        renderer=renderer_of(config, theme, site),
        edit=ThemeEdit(),
    )


def _is_in(diagnostic: Diagnostic, paths: Container[str]) -> bool:
    return diagnostic.at is not None and diagnostic.at.path in paths
