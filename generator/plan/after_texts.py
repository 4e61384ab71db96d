"""The plan after a text edit that leaves every document in its place, as most edits do.

It's the plan of the last build with the new texts in it: nothing else is read, assembled, planned
or checked again. If that may not be enough, there is no such plan.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..check import check_documents
from ..check.links import sources_with_linked_anchors
from ..incremental.answer_digests import TextEdit
from ..incremental.last_plan import OutputIndex
from ..model.diagnostic import Diagnostic, in_order
from ..model.document import Call, Document, Source, shortcode_arguments
from ..model.file_stat import FileStat
from ..model.output import Tree
from ..model.site import Site
from ..read.documents import Reading, read_document
from .plan import Plan
from .substitute import substitute


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
    checks = plan.extensions.checks
    diagnostics += check_documents(after.values(), site, _public_paths(plan), checks)
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
    settings, shortcodes = plan.site.settings, plan.renderer.theme.shortcodes
    return plan.documents.read_again(
        source, lambda source, raw, known: read_document(source, raw, settings, shortcodes, known)
    )


def _public_paths(plan: Plan) -> OutputIndex | frozenset[str]:
    if isinstance(plan.outputs, OutputIndex):
        return plan.outputs
    return frozenset(output.path for output in plan.outputs if output.tree is Tree.PUBLIC)


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


def _is_in(diagnostic: Diagnostic, paths: Iterable[str]) -> bool:
    return diagnostic.at is not None and diagnostic.at.path in paths
